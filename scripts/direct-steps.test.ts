/** The committed steps are those that the equations give. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { directSteps, file } from './direct-steps.ts';

test('npm run direct writes what is committed', async () => {
  assert.equal(readFileSync(file, 'utf8'), await directSteps());
});
