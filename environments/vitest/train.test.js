/** As in Jest, but Vitest needs no flag. */
import { adamw } from 'thalweg';
import { test } from 'vitest';
import { train } from '../train.js';

test('trains', async () => {
  console.log(`RESULT ${JSON.stringify(await train())}`);
  let said;
  try {
    adamw({ lrr: 1 });
  } catch (error) {
    said = error.stack;
  }
  console.log(`MISTAKE ${JSON.stringify(said)}`);
});
