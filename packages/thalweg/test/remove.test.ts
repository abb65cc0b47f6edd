/** What is removed gives its memory back and frees its name. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { adam, adamw, groups, otherwise, rows, scheduleFreeSgd, sgd, sparse, tensor, type InitOptions, type Method, type Optimizer } from 'thalweg'; // prettier-ignore

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** How many of these are still held by something. */
async function held(memories: readonly WeakRef<ArrayBufferLike>[]): Promise<number> {
  for (let i = 0; i < 4; i++) {
    await setTimeout(1); // What a WeakRef gave lives until the end of the turn.
    collect();
  }
  return memories.filter((one) => one.deref() !== undefined).length;
}

const length = 600_000;

for (const [name, method, options] of [
  ['alone', adamw(), {}],
  ['on two threads', adamw(), { threads: 2 }],
  ['in JavaScript', adam(), { backend: 'fround' }],
  ['observed, looked at before', adam(), { observe: true, nonFinite: 'skip', accumulate: 2 }],
  ['trained elsewhere than evaluated', scheduleFreeSgd(), {}],
  [
    'in groups',
    groups([
      { match: 'k*', use: adam() },
      { match: otherwise, use: sgd({ momentum: 0.9 }) },
    ]),
    {},
  ],
] as const satisfies readonly (readonly [string, Method, InitOptions])[]) {
  // prettier-ignore
  test(`rounds of add and remove hold one memory, not one each: ${name}`, async () => {
    const opt: Optimizer = await (method as Method).init({ kept: tensor([3]) }, options);
    const memories: WeakRef<ArrayBufferLike>[] = [];
    for (let round = 0; round < 6; round++) {
      const more: Optimizer = opt.add({ passing: tensor([length]) });
      memories.push(new WeakRef(more.params['passing']?.buffer ?? assert.fail()));
      more.grads['passing']?.fill(1);
      more.step();
      more.evaluate();
      more.remove('passing');
      more.step();
    }
    assert.ok((await held(memories)) <= 1, 'a memory may lie on the stack still');
    assert.deepEqual(Object.keys(opt.params), ['kept']);
    opt.dispose();
  });
}

test('a view taken before keeps its values, and the name means another parameter afterwards', async () => {
  const opt = await adam({ lr: 0.1 }).init({ a: Float64Array.of(1), b: Float64Array.of(2) });
  opt.step({ a: Float64Array.of(1), b: Float64Array.of(1) });
  const { b } = opt.params;
  const value = b[0];
  opt.freeze('b');
  opt.remove('b');
  const again = opt.add({ b: Float64Array.of(7, 8) });
  again.step({ a: Float64Array.of(1), b: Float64Array.of(1, 1) });
  assert.equal(b[0], value);
  const fresh = await adam({ lr: 0.1 }).init({ b: Float64Array.of(7, 8) });
  fresh.step({ b: Float64Array.of(1, 1) });
  assert.deepEqual([...again.params.b], [...fresh.params.b], 'neither frozen nor with states of the one before');
  assert.deepEqual(Object.keys(again.state['adam.m'] ?? {}), ['a', 'b']);
  const saved = await again.save();
  await again.load(saved);
});

test('where a part of what was added together is removed, the rest goes on', async () => {
  const opt = await adam({ lr: 0.1 }).init({ a: Float64Array.of(1), b: Float64Array.of(2), c: Float64Array.of(3) });
  const { a } = opt.params;
  opt.remove('b');
  const more = opt.add({ b: Float64Array.of(5) });
  for (let t = 0; t < 3; t++) more.step({ a: Float64Array.of(1), b: Float64Array.of(t), c: Float64Array.of(2) });
  const alone = await adam({ lr: 0.1 }).init({ a: Float64Array.of(1) });
  for (let t = 0; t < 3; t++) alone.step({ a: Float64Array.of(1) });
  assert.equal(a[0], alone.params.a[0], 'its view is live');
  opt.remove('a');
  opt.remove('c');
  assert.deepEqual(Object.keys(opt.params), ['b']);
  more.step({ b: Float64Array.of(1) } as never);
});

test('a memory that was handed in is used again, by added parameters and by tables that grow', async () => {
  const memory = new WebAssembly.Memory({ initial: 4, maximum: 4 });
  const opt: Optimizer = await adam().init({ kept: tensor([10]) }, { memory });
  for (let round = 0; round < 20; round++) {
    const more: Optimizer = opt.add({ passing: tensor([5000]) });
    assert.ok(more.params['passing']?.every((x) => x === 0));
    more.params['passing']?.fill(9);
    more.step();
    more.remove('passing');
  }
  const tables = await sgd().init({ E: sparse([4000, 2]) }, { memory: new WebAssembly.Memory({ initial: 5, maximum: 5 }) });
  for (let n = 50; n < 4000; n = Math.ceil(1.9 * n)) tables.step({ E: rows(Array.from({ length: n }, (_, i) => i), new Float32Array(2 * n)) }); // prettier-ignore
  assert.ok(tables.t > 3);
});
