/**
 * The table in TF.js's operations: every method that they can carry follows `reference`, which is in float64, over 40 steps of its row's stream, within the
 * row's bound for float32; every other is refused, by name and with the reason. One row for each set of equations and stream, on the backends that Node has;
 * `pages.test.ts` has those of a page.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { followInTfjs, tfjsRows } from './in-tfjs.ts';
import { factories, methodOf, table } from './table.ts';

for (const backend of ['cpu', 'wasm']) {
  const carried = new Set<string>();
  for (const row of tfjsRows)
    test(`${row.id} in TF.js's operations on ${backend} follows reference, or is refused`, async () => {
      await tf.setBackend(backend);
      const found = await followInTfjs(row, () => true);
      if ('refused' in found) {
        assert.match(found.refused, /its equations have (noise|inverseRoot|eigenvectors|orthonormal), for which TF\.js has no operation/);
        return;
      }
      for (const { name } of methodOf(row).parts) carried.add(name);
      const bound = row.float32 ?? table.float32;
      assert.ok(found.off <= bound, `off by ${String(found.off)}, more than ${String(bound)}`);
      assert.equal(found.left, 0, 'every state is disposed of');
    });

  test(`what TF.js cannot carry is known, on ${backend}`, () => {
    assert.deepEqual([...factories.keys()].filter((name) => !carried.has(name)), ['noisySgd', 'shampoo', 'soap']); // prettier-ignore
  });
}
