/** What every optimizer must do besides what the table asks of each row: keep tensors of every shape finite, from zero and through rests. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect, tensor, type Expression, type Method, type Optimizer, type SurfaceOp } from 'thalweg';
import { loss, weight } from './stream.ts';
import { factories, isForMatrices, table } from './table.ts';

test('the table says for every optimizer with which rate it descends', () => {
  const missing = [...factories.keys()].filter((name) => !Object.hasOwn(table.converges, name));
  assert.deepEqual(missing, [], 'these need `converges` in their file of conformance/rows/');
  assert.deepEqual(Object.keys(table.converges).filter((name) => !factories.has(name)), []); // prettier-ignore
});

/** A step with these gradients, and the inputs that the method wants. */
function step(opt: Optimizer, inputs: readonly string[], gradient: (i: number, name: string) => number): void {
  for (const [key, g] of Object.entries(opt.grads)) g.forEach((_, i) => (g[i] = gradient(i, key)));
  const hessian = Object.fromEntries(Object.entries(opt.grads).map(([key, g]) => [key, g.map((x) => x * x)]));
  opt.step(opt.grads, inputs.includes('loss') ? { loss: loss(opt.t + 1) } : inputs.includes('hessian') ? { hessian } : {});
}

/** The file with another number of steps, and without the checksum. */
function withSteps(file: Uint8Array, t: number): Uint8Array {
  const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  const text = new TextDecoder().decode(file.subarray(8, 8 + length));
  const header = Buffer.from(text.replace(/"crc32":"\w+",/, '').replace(/"t":"\d+"/, `"t":"${String(t)}"`));
  const out = Buffer.concat([Buffer.alloc(8), header, file.subarray(8 + length)]);
  out.writeBigUInt64LE(BigInt(header.length));
  return out;
}

/** The operations that a method's equations are made of. */
function operationsOf(method: Method): Set<SurfaceOp> {
  const within = (one: Expression): SurfaceOp[] => (one.kind === 'apply' ? [one.op, ...one.operands.flatMap(within)] : []);
  const equations = inspect(method).groups.flatMap(({ parts }) => parts.flatMap((part) => part.equations));
  return new Set(equations.flatMap(({ equation }) => within(equation.value)));
}

for (const [name, factory] of factories) {
  const method = factory();
  const { inputs } = method;
  const isRandom = operationsOf(method).has('noise');

  test(`${name} keeps tensors of every shape finite, from first gradients of exactly zero, through long rests, in both types`, async () => {
    const vectors = isForMatrices(name) ? {} : { one: [1], none: [0], number: [], vector: [5] };
    const kinds = {
      ...vectors,
      tall: [9, 2],
      wide: [2, 9],
      column: [4, 1],
      row: [1, 4],
      kernel: [2, 3, 2, 2],
      empty: [0, 3],
      still: [3, 3],
    };
    for (const dtype of ['float32', 'float64'] as const) {
      const opt: Optimizer = await factory().init(
        Object.fromEntries(Object.entries(kinds).map(([key, shape]) => [key, tensor(shape, { dtype })])),
      );
      for (const [key, w] of Object.entries(opt.params)) if (key !== 'still') w.forEach((_, i) => (w[i] = weight(i)));
      for (let t = 1; t <= 60; t++) {
        // Zero at first and for long; `still` has zero weights and never a gradient.
        const moving = t > 2 && (t < 20 || t > 50);
        step(opt, inputs, (i, key) => (moving && key !== 'still' ? Math.sin(t + i) : 0));
        for (const [key, w] of Object.entries(opt.params)) assert.ok(w.every(Number.isFinite), `${key} at step ${String(t)} in ${dtype}`);
      }
      if (!isRandom) assert.ok(opt.params['still']?.every((w) => w === 0));

      // And from step 10⁷ on, as a long run would have come there.
      await opt.load(withSteps(await opt.save(), 1e7));
      const before = JSON.stringify(opt.params);
      for (let t = 1; t <= 5; t++) {
        step(opt, inputs, (i) => Math.sin(t + i));
        for (const [key, w] of Object.entries(opt.params))
          assert.ok(w.every(Number.isFinite), `${key} at t = ${String(opt.t)} in ${dtype}`);
      }
      assert.equal(opt.t, 1e7 + 5);
      if (!isRandom) assert.notEqual(JSON.stringify(opt.params), before);
    }
  });
}
