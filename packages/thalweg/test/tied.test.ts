/** Tied names: one parameter under several names is met once by everything that walks over parameters. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  adam, ArrayError, chain, clipByGlobalNorm, groups, lbfgs, minimize, optimizer, otherwise, rows, sgd, sparse, tensor, ThalwegError, tied, type Method,
  type Optimizer,
} from 'thalweg'; // prettier-ignore

/** A parameter `w` with aliases, and one of its own beside it. */
async function make(method: Method, aliases: readonly string[], options = {}): Promise<Optimizer> {
  const names = Object.fromEntries(aliases.map((alias) => [alias, tied('w')]));
  return await method.init({ w: Float64Array.of(1, -2), b: Float64Array.of(3), ...names }, options);
}

test("handing over opt.grads, as the docs spread it, counts a tied parameter's gradient once", async () => {
  for (const aliases of [[], ['head'], ['head', 'tail'], ['a', 'c', 'd', 'e']]) {
    const opt = await make(sgd({ lr: 1 }), aliases);
    opt.grads['w']?.set([1, 2]);
    opt.grads['b']?.set([4]);
    for (const step of [() => opt.step({ ...opt.grads }), () => opt.step(), () => opt.step(opt.grads)]) {
      opt.params['w']?.set([0, 0]);
      step();
      assert.deepEqual(opt.params['w'], Float64Array.of(-1, -2), aliases.join());
    }
  }
});

test('different arrays for names of one parameter are added, the same memory counts once, in any order and for any number of names', async () => {
  const array = fc.constantFrom('view', 'again', 'one', 'two', 'three', 'none');
  await fc.assert(
    fc.asyncProperty(fc.array(array, { minLength: 1, maxLength: 5 }), fc.boolean(), async (kinds, reversed) => {
      const aliases = kinds.slice(1).map((_, i) => `alias${String(i)}`);
      const opt = await make(sgd({ lr: 1 }), aliases);
      const view = opt.grads['w'] ?? assert.fail();
      view.set([5, 50]);
      const arrays = { view, one: Float64Array.of(1, 10), two: Float64Array.of(2, 20), three: Float64Array.of(3, 30) };
      const given = { ...arrays, again: new Float64Array(view.buffer, view.byteOffset, 2), none: undefined };
      const handed = ['w', ...aliases].map((name, i) => [name, given[kinds[i] ?? 'none']] as const);
      const gradients = Object.fromEntries([...(reversed ? handed.toReversed() : handed), ['b', Float64Array.of(0)]]) as never;
      const distinct = new Set(kinds.flatMap((kind) => (kind === 'none' ? [] : [kind === 'again' ? 'view' : kind])));
      if (distinct.size === 0) {
        assert.throws(() => opt.step(gradients), /the gradient of w is missing/);
        return;
      }
      const sums = { view: 5, one: 1, two: 2, three: 3, again: 0 };
      const sum = [...distinct].reduce((total, kind) => total + sums[kind], 0);
      opt.step(gradients);
      assert.deepEqual(opt.params['w'], Float64Array.of(1 - sum, -2 - 10 * sum));
      assert.deepEqual([...arrays.one, ...arrays.two, ...arrays.three], [1, 10, 2, 20, 3, 30], 'what was handed over is not written to');
    }),
  );
});

test('gradients that lie in the place of another are not overwritten before their turn', async () => {
  const opt = await sgd({ lr: 1 }).init({ a: Float64Array.of(0), b: Float64Array.of(0) });
  opt.grads.a[0] = 1;
  opt.grads.b[0] = 2;
  opt.step({ a: opt.grads.b, b: opt.grads.a });
  assert.deepEqual([opt.params.a[0], opt.params.b[0]], [-2, -1]);
});

test('sums over all parameters meet a tied one once', async () => {
  const opt = await make(chain(clipByGlobalNorm(1), sgd({ lr: 1 })), ['head', 'tail']);
  opt.params['w']?.set([0, 0]);
  opt.step({ head: Float64Array.of(3, 0), tail: Float64Array.of(0, 0), b: Float64Array.of(4) });
  const moved = [...(opt.params['w'] ?? []), 3 - (opt.params['b']?.[0] ?? NaN)];
  [-3 / 5, 0, 4 / 5].forEach((x, i) => assert.ok(Math.abs((moved[i] ?? NaN) - x) < 1e-15));
});

test('an array per parameter as input: under any of its names, the same array once, different ones refused', async () => {
  const newton = optimizer({ name: 'newton', hyper: {}, inputs: { hessian: ['h', 'tensor'] }, equations: 'w ← w − g/h' });
  const opt = await make(newton(), ['head', 'tail']);
  const [g, h] = [Float64Array.of(2, 2), Float64Array.of(2, 4)];
  const step = (hessian: Record<string, Float64Array>) => opt.step({ w: g, b: Float64Array.of(0) }, { hessian: { b: Float64Array.of(1), ...hessian } });
  step({ tail: h });
  assert.deepEqual(opt.params['w'], Float64Array.of(0, -2.5));
  step({ w: h, head: h });
  assert.deepEqual(opt.params['w'], Float64Array.of(-1, -3));
  assert.throws(() => step({ w: h, head: Float64Array.of(1, 1) }), (error) => error instanceof ArrayError && error.message.includes('w and head and tail are one parameter and were given different arrays as hessian'));
  assert.throws(() => step({}), /the hessian of w is missing/);
  assert.throws(() => step({ head: new Float64Array(3) }), /the hessian of head has 3 elements/);
  const { hessian } = opt.inputs;
  assert.equal(hessian?.['head'], hessian?.['w']);
  assert.deepEqual(Object.keys(hessian ?? {}), ['w', 'b']);
}); // prettier-ignore

test('a group takes a tied parameter by any of its names, and one group only', async () => {
  const parameters = { 'in.W': Float64Array.of(1), 'out.W': tied('in.W'), b: Float64Array.of(1) };
  const method = (match: string, other: string | typeof otherwise = otherwise): Method => groups([{ match, use: sgd({ lr: 1 }), name: 'x' }, { match: other, use: sgd({ lr: 0 }), name: 'y' }]);
  for (const match of ['in.*', 'out.*']) {
    const opt = await method(match).init(parameters);
    opt.grads['in.W'][0] = 1;
    opt.step();
    assert.deepEqual([opt.params['out.W'][0], opt.params.b[0]], [0, 1]);
  }
  await assert.rejects(method('in.*', 'out.*').init(parameters), /two groups match in\.W, also called out\.W/);
}); // prettier-ignore

test('freezing by any name freezes the parameter, and its gradient is not asked for', async () => {
  const opt = await make(sgd({ lr: 1 }), ['head']);
  for (const name of ['w', 'head', 'h*']) {
    opt.freeze(name);
    opt.step({ b: Float64Array.of(0) });
    assert.deepEqual(opt.params['w'], Float64Array.of(1, -2));
    opt.unfreeze('w');
  }
  opt.freeze('w');
  opt.unfreeze('head');
  assert.throws(() => opt.step({ b: Float64Array.of(0) }), /the gradient of w is missing/);
});

test('removing a tied name leaves the parameter and its other names; removing the parameter takes them along', async () => {
  const opt = await make(sgd({ lr: 1 }), ['head', 'tail']);
  opt.remove('head');
  assert.deepEqual(Object.keys(opt.params), ['w', 'b', 'tail']);
  assert.throws(() => opt.step({ head: Float64Array.of(1, 1), b: Float64Array.of(0) }), /there is no parameter head/);
  opt.step({ tail: Float64Array.of(1, 1), b: Float64Array.of(0) });
  assert.deepEqual(opt.params['w'], Float64Array.of(0, -3));
  const again = opt.add({ head: tied('tail') });
  assert.equal(again.params.head, opt.params['w']);
  assert.throws(() => opt.add({ other: tied('nothing') }), /other is tied to nothing, and there is no parameter of that name/);
  opt.remove('w');
  assert.deepEqual(Object.keys(opt.params), ['b']);
  const anew = opt.add({ w: Float64Array.of(7), head: tied('tail'), tail: tied('w') });
  anew.step({ w: Float64Array.of(1), b: Float64Array.of(0) });
  assert.deepEqual([anew.params.head[0], Object.keys(opt.params)], [6, ['b', 'w', 'head', 'tail']]);
  await assert.rejects(sgd().init({ w: new Float32Array(1), a: tied('b'), b: tied('a') }), (error) => error instanceof ThalwegError && error.message.includes('a is tied to b, and there is no parameter')); // prettier-ignore
});

test('observation, states and files hold a tied parameter once', async () => {
  const opt = await make(adam({ lr: 0.1 }), ['head'], { observe: true });
  opt.step({ head: Float64Array.of(3, 4), b: Float64Array.of(0) });
  const seen = await opt.observe();
  assert.equal(seen['head']?.gradientNorm, 5);
  opt.freeze('head');
  assert.deepEqual(Object.keys(await opt.observe()), ['b']);
  assert.deepEqual(Object.keys(opt.state['adam.m'] ?? {}), ['w', 'b']);
  const other = await make(adam({ lr: 0.1 }), ['head', 'tail'], { observe: true });
  await other.load(await opt.save());
  assert.deepEqual(other.params['tail'], opt.params['w']);
  other.step({ b: Float64Array.of(0) });
  assert.deepEqual(other.params['w'], opt.params['w'], 'what was frozen by a tied name is frozen when loaded');
});

test('a tied table: rows under several names are added, the same rows count once', async () => {
  const opt = await sgd({ lr: 1 }).init({ E: sparse([4, 2]), out: tied('E'), last: tied('E'), b: tensor([1]) });
  const b = new Float32Array(1);
  const [r, s] = [rows([1, 3], Float32Array.of(1, 1, 2, 2)), rows([3], Float32Array.of(5, 5))];
  opt.step({ E: r, out: r, last: s, b });
  assert.deepEqual([...opt.params.E], [0, 0, -1, -1, 0, 0, -7, -7]);
  opt.freeze('out');
  opt.step({ last: s, b });
  assert.equal(opt.params.E[7], -7);
});

test('a tied parameter in half precision', async () => {
  const opt = await sgd({ lr: 1 }).init({ w: new Float32Array(1), a: tied('w'), c: tied('w') }, { half: 'bfloat16' });
  const { grads } = opt.half;
  grads.w[0] = 0x3f80; // 1
  opt.step({ ...grads });
  assert.equal(opt.params.w[0], -1);
  opt.step({ w: Uint16Array.of(0x3f80), a: Uint16Array.of(0x4000), c: Uint16Array.of(0x4040) });
  assert.equal(opt.params.w[0], -7);
});

test('one array given as two parameters is refused, at init, in add and as the start of minimize', async () => {
  const E = Float64Array.of(1, 2, 3);
  const same = /E and head are the same array; write head: tied\('E'\)/;
  await assert.rejects(sgd().init({ E, head: E }), { name: 'ArrayError', message: same });
  await assert.rejects(sgd().init({ E, head: E.subarray(0) }), same);
  await assert.rejects(sgd().init({ a: E.subarray(0, 2), b: E.subarray(1) }), /a and b overlap in memory/);
  await assert.rejects(sgd().init({ inner: E.subarray(1, 2), all: E }), /all and inner overlap in memory/);
  await assert.rejects(
    minimize(() => 0, { E, head: E }, { optimizer: sgd(), steps: 1 }),
    same,
  );
  await assert.rejects(
    minimize(() => 0, { E, head: E }, { optimizer: lbfgs(), steps: 1 }),
    same,
  );
  const opt = await sgd().init({ E, alias: tied('E'), a: E.slice() });
  const { E: view } = opt.params;
  assert.throws(() => opt.add({ head: view }), same);
  assert.throws(() => opt.add({ E: view }), /there is a parameter E already/);
  assert.throws(() => opt.add({ x: E, y: E }), /x and y are the same array/);
  const wider = opt.add({ b: view.slice(), c: E });
  assert.deepEqual(wider.params.b, E);
});

test('parts of one buffer that lie side by side are parameters, and so are tensors with the same first values', async () => {
  const flat = Float32Array.of(1, 2, 3, 4);
  const none = new Float32Array(0);
  const opt = await sgd().init({
    b: flat.subarray(2),
    a: flat.subarray(0, 2),
    c: tensor([4], { values: flat }),
    d: tensor([2, 2], { values: flat }),
    e: none,
    f: none,
  });
  assert.deepEqual([...opt.params.a, ...opt.params.b], [...flat]);
  assert.notEqual(opt.params.c, opt.params.d);
});
