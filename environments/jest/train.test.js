/** With node --experimental-vm-modules, since the package is an ES module. */
import { adamw } from 'thalweg';
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
