/**
 * The table in jax-js's arrays: every method that jax-js can carry follows `reference`, which is in float64, over 40 steps of its row's stream, within the
 * row's bound for float32; every other is refused, by name and with the reason. One row for each set of equations and stream, pure, or where a plain function
 * is a schedule as the optimizer that holds its state; on wasm all of them, and on cpu, where jax-js is slow, one for each optimizer and transform. `pages.test.ts`
 * has webgpu.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultDevice, init } from '@jax-js/jax';
import { gradientTransformation } from 'thalweg/jax';
import { followInJax, jaxRows, pureForm } from './in-jax.ts';
import { factories, methodOf, table } from './table.ts';

await init();

for (const device of ['wasm', 'cpu'] as const) {
  const carried = new Set<string>();
  const tried = new Set<string>();
  for (const row of jaxRows) {
    const method = methodOf(row);
    const parts = method.parts.map(({ name }) => name);
    if (device === 'cpu' && parts.every((name) => tried.has(name))) continue;
    for (const name of parts) tried.add(name);
    test(`${row.id} in jax-js on ${device} follows reference, or is refused`, async () => {
      defaultDevice(device);
      if (pureForm(method) === undefined)
        assert.throws(() => gradientTransformation(method), /plain function.*object form|noise|QR/); // prettier-ignore
      const found = await followInJax(row, () => true);
      if ('refused' in found) {
        assert.match(found.refused, /noise|QR/);
        return;
      }
      for (const name of parts) carried.add(name);
      const bound = row.float32 ?? table.float32;
      assert.ok(found.off <= bound, `off by ${String(found.off)}, more than ${String(bound)}`);
    });
  }

  test(`what jax-js cannot carry is known, on ${device}`, () => {
    assert.deepEqual([...factories.keys()].filter((name) => !carried.has(name)), ['noisySgd', 'soap']); // prettier-ignore
  });
}
