/** Copies of the parameters that last, whatever memory the parameters lie in, and their way back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adam, ArrayError, sgd, sparse, tensor, tied } from 'thalweg';

test('a snapshot keeps its values while training goes on, in memory of its own and in memory shared between threads', async () => {
  for (const [length, threads] of [[3, 1], [600_000, 2]] as const) {
    const opt = await sgd({ lr: 1 }).init({ w: tensor([length]), head: tied('w'), E: sparse([4, 2]) }, { threads });
    opt.params.w.fill(5);
    const best = opt.snapshot();
    opt.grads.w.fill(1);
    opt.step();
    assert.deepEqual([best.w[length - 1], opt.params.w[length - 1], best.head === best.w, best.E.length], [5, 4, true, 8]);
    assert.ok(best.w.buffer instanceof ArrayBuffer && best.w.buffer.byteLength === 4 * length);
    const sent = structuredClone(best);
    opt.restore(sent);
    assert.deepEqual([opt.params.w[0], opt.params.head[length - 1], opt.t], [5, 5, 1]);
    opt.dispose();
  }
}); // prettier-ignore

test('restoring changes the parameters and nothing else, half precision included', async () => {
  const opt = await adam({ lr: 0.1 }).init({ w: Float32Array.of(1, 2) }, { half: 'bfloat16', accumulate: 2 });
  const first = opt.snapshot();
  const one = Uint16Array.of(0x3f80, 0x3f80);
  for (let i = 0; i < 3; i++) opt.step({ w: one });
  const states = JSON.stringify([opt.state, opt.t, opt.pending, opt.batches]);
  opt.restore(first);
  assert.equal(JSON.stringify([opt.state, opt.t, opt.pending, opt.batches]), states);
  assert.deepEqual([[...opt.params.w], [...opt.half.params.w]], [[1, 2], [0x3f80, 0x4000]]);
}); // prettier-ignore

test('what is no snapshot of all parameters is refused before anything changes', async () => {
  const opt = await sgd().init({ a: Float64Array.of(1, 2), b: Float64Array.of(3), c: tied('a') });
  const [a, b] = [Float64Array.of(7, 7), Float64Array.of(7)];
  const wrong: readonly (readonly [object, RegExp])[] = [
    [{ a }, /the copy of b is missing/],
    [{ a, b, d: b }, /there is no parameter d/],
    [{ a, b: a }, /the copy of b has 2 elements; the parameter has 1/],
    [{ a: Float32Array.of(7, 7), b }, /the copy of a must be a Float64Array, not a Float32Array/],
    [{ a, b, c: Float64Array.of(7, 8) }, /a and c are one parameter, and their copies differ/],
    [[a, b], /copies of parameters are given by name/],
  ];
  for (const [snapshot, problem] of wrong) {
    assert.throws(() => { opt.restore(snapshot as never); }, (error) => error instanceof ArrayError && problem.test(error.message)); // prettier-ignore
    assert.deepEqual([...opt.params.a, ...opt.params.b], [1, 2, 3]);
  }
  opt.restore({ c: a, b, a: a.slice() });
  assert.deepEqual([...opt.params.a, ...opt.params.b], [7, 7, 7]);
  const two = await sgd().init({ x: Float64Array.of(1), y: Float64Array.of(2) });
  two.restore({ x: two.params.y, y: two.params.x });
  assert.deepEqual([two.params.x[0], two.params.y[0]], [2, 1]);
});
