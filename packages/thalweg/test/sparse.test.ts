/**
 * Sparse rows: a step of the rows that are given is, bit for bit, the dense step wherever the two mean the same; the other rows are left alone;
 * and a method that needs every row is refused.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  adagrad, adam, adamw, adan, adopt, ArrayError, chain, CheckpointError, clipByGlobalNorm, clipByNorm, ema, groups, lamb, lion, lookahead, muon,
  NonFiniteError, novograd, optimizer, otherwise, radam, rmsprop, rows, rprop, scheduleFreeSgd, sgd, sophia, sparse, tensor, tied,
  UnsupportedError, yogi, type Backend, type InitOptions, type Method,
} from 'thalweg'; // prettier-ignore

const [height, width] = [200, 5];

/** Numbers that look random, the same in every run. */
function numbers(length: number, seed: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

const values = numbers(height * width, 1);
const every = Array.from({ length: height }, (_, i) => i);
const bits = (array: Float32Array | Float64Array | undefined): Buffer => Buffer.from(array?.slice().buffer ?? assert.fail());

/** A gradient as rows, and the dense one that it stands for, added up in the order given. */
function gradient(indices: readonly number[], seed: number): { readonly sparse: ReturnType<typeof rows>; readonly dense: Float32Array } {
  const given = numbers(indices.length * width, seed);
  const dense = new Float32Array(height * width);
  indices.forEach((row, i) => {
    for (let k = 0; k < width; k++) dense[row * width + k] = dense[row * width + k]! + given[i * width + k]!;
  });
  return { sparse: rows(indices, given), dense };
}

const elementwise: readonly (readonly [string, Method])[] = [
  ['adam', adam()],
  ['adamw', adamw({ lr: 0.1, weightDecay: 0.1 })],
  ['amsgrad', adam({ amsgrad: true })],
  ['radam', radam()],
  ['rmsprop', rmsprop({ centered: true, momentum: 0.9 })],
  ['adagrad', adagrad({ initial: 0.1 })],
  ['yogi', yogi()],
  ['lion', lion()],
  ['rprop', rprop()],
  ['sgd with momentum', sgd({ momentum: 0.9, nesterov: true })],
  ['clip and adamw', chain(clipByGlobalNorm(0.5), adamw())],
  ['clip each and sgd', chain(clipByNorm(0.5), sgd())],
  ['lookahead', chain(sgd({ lr: 0.1 }), lookahead({ k: 2 }))],
];

for (const [name, method] of elementwise) {
  test(`${name}: given every row, a step is the dense one bit for bit`, async () => {
    const lazy = await method.init({ E: sparse([height, width], { values }) });
    const whole = await method.init({ E: tensor([height, width], { values }) });
    for (let t = 1; t <= 7; t++) {
      const { sparse: some, dense } = gradient(every, t);
      lazy.step({ E: some });
      whole.step({ E: dense });
    }
    assert.deepEqual(bits(lazy.params.E), bits(whole.params.E));
    for (const state of Object.keys(whole.state)) assert.deepEqual(lazy.state[state], whole.state[state], state);
  });

  test(`${name}: a row does not notice whether others are named with it`, async () => {
    const [together, alone] = [
      await method.init({ E: sparse([height, width], { values }) }),
      await method.init({ E: sparse([height, width], { values }) }),
    ];
    const small = new Float32Array(2 * width).fill(1e-3);
    for (let t = 1; t <= 5; t++) {
      together.step({ E: rows([17, 100 + t], small) });
      alone.step({ E: rows([17], small.subarray(0, width)) });
    }
    if (!name.includes('clip each'))
      assert.deepEqual(together.params.E.slice(17 * width, 18 * width), alone.params.E.slice(17 * width, 18 * width));
    assert.deepEqual(together.params.E.subarray(0, 17 * width), values.subarray(0, 17 * width));
    assert.deepEqual(together.params.E.subarray(110 * width), values.subarray(110 * width));
  });
}

for (const [name, method] of [
  ['sgd', sgd({ lr: 0.1 })],
  ['adagrad', adagrad()],
] as const) {
  test(`${name}, to which a gradient of zero is nothing: repeated rows, few rows and none are the dense step bit for bit`, async () => {
    const lazy = await method.init({ E: sparse([height, width], { values }) });
    const whole = await method.init({ E: tensor([height, width], { values }) });
    for (const [t, indices] of [[3, 17, 3, 199, 0, 3], [], [42], every, [5, 5, 5]].entries()) {
      const { sparse: some, dense } = gradient(indices, t + 1);
      assert.deepEqual([lazy.step({ E: some }), whole.step({ E: dense })], ['stepped', 'stepped']);
      assert.deepEqual(bits(lazy.params.E), bits(whole.params.E));
    }
    lazy.step();
    assert.equal(lazy.t, 6);
    assert.deepEqual(bits(lazy.params.E), bits(whole.params.E));
  });
}

test('rows that are not named keep parameter, states and weight, whatever the decay', async () => {
  const opt = await adamw({ lr: 0.1, weightDecay: 0.5 }).init({ E: sparse([height, width], { values }) });
  for (let t = 1; t <= 3; t++) opt.step({ E: gradient([3, 17], t).sparse });
  for (const row of every) {
    const changed = row === 3 || row === 17;
    const part = (array: Float32Array | Float64Array | undefined): number[] => [
      ...(array?.subarray(row * width, (row + 1) * width) ?? assert.fail()),
    ];
    assert.equal(part(opt.params.E).join() !== part(values).join(), changed);
    for (const state of ['adamw.m', 'adamw.v'])
      assert.equal(
        part(opt.state[state]?.['E']).some((x) => x !== 0),
        changed,
        state,
      );
  }
});

test('a row that is named late has its states’ first values, and t of the optimizer', async () => {
  const opt = await adagrad({ lr: 1, initial: 0.25, eps: 0 }).init({ E: sparse([3, 1], { values: new Float64Array(3) }) });
  opt.step({ E: rows([0], Float64Array.of(1)) });
  opt.step({ E: rows([2], Float64Array.of(1)) });
  assert.deepEqual([...opt.params.E], [-1 / Math.sqrt(1.25), 0, -1 / Math.sqrt(1.25)]);
  const time = optimizer({ name: 'time', hyper: {}, equations: 'w ← w − t·g' });
  const timed = await time().init({ E: sparse([2, 1], { values: new Float64Array(2) }) });
  for (let t = 1; t <= 3; t++) timed.step({ E: rows([t === 3 ? 1 : 0], Float64Array.of(1)) });
  assert.deepEqual([...timed.params.E], [-3, -3]);
});

test('clipping sees the rows of all tables and the dense parameters together', async () => {
  const method = chain(clipByGlobalNorm(1), sgd({ lr: 1 }));
  const opt = await method.init({ E: sparse([9, 1]), W: tensor([1]), F: sparse([9, 1]) });
  opt.step({ E: rows([4], Float32Array.of(2)), W: Float32Array.of(4), F: rows([8, 8], Float32Array.of(1, 3)) });
  const norm = Math.sqrt(4 + 16 + 16);
  for (const [got, wanted] of [
    [opt.params.E[4], 2],
    [opt.params.W[0], 4],
    [opt.params.F[8], 4],
  ] as const)
    assert.ok(Math.abs(got! + wanted / norm) < 1e-6);
});

test('a norm forgets the rows of the step before', async () => {
  const opt = await chain(clipByGlobalNorm(1), sgd({ lr: 1 })).init({ E: sparse([9, 1]) });
  opt.step({ E: rows([1, 2, 3, 4], Float32Array.of(9, 9, 9, 9)) });
  opt.step({ E: rows([7], Float32Array.of(0.5)) });
  assert.equal(opt.params.E[7], -0.5);
});

test('a sum is taken where it is zero without a gradient, and refused elsewhere', async () => {
  const scaled = (by: string): Method => optimizer({ name: 'scaled', hyper: {}, equations: `w ← w − g·${by}` })();
  for (const by of ['‖w·g‖', 'sum(|g| / (1 + w²))', '⟨g, w⟩', '‖max(g, 0)‖']) await scaled(by).init({ E: sparse([4, 2]) });
  for (const by of ['‖w / g‖', 'sum(g + 1)', '‖w‖', 'sum(g > 0 ? 1 : 0)', '‖exp(g)‖', '‖g + w‖'])
    await assert.rejects(scaled(by).init({ E: sparse([4, 2]) }), /norm or sum/, by);
});

for (const method of [adamw({ weightDecay: 0.1 }), chain(clipByGlobalNorm(0.1), rmsprop({ momentum: 0.9 }))]) {
  test(`${method.name}: wasm is fround bit for bit, on rows that come and go and outgrow their place`, async () => {
    const run = async (backend: Backend): Promise<Buffer> => {
      const opt = await method.init({ E: sparse([2000, 7], { values: numbers(14_000, 3) }), F: sparse([50, 3]) }, { backend });
      for (let t = 1; t <= 6; t++) {
        const indices = Array.from({ length: 10 * 3 ** t }, (_, i) => (i * i * 7 + t) % 2000);
        opt.step({ E: rows(indices, numbers(7 * indices.length, t)), ...(t % 2 === 0 ? { F: rows([t], numbers(3, t)) } : {}) });
      }
      return Buffer.concat([bits(opt.params.E), bits(opt.params.F), ...Object.values(opt.state).map((state) => bits(state['E']))]);
    };
    assert.deepEqual(await run('wasm'), await run('fround'));
  });
}

test('float64: the reference is wasm bit for bit, on several threads too', async () => {
  const run = async (options: InitOptions): Promise<Buffer> => {
    const opt = await adam().init({ E: sparse([5000, 32], { dtype: 'float64' }) }, options);
    for (let t = 1; t <= 3; t++)
      opt.step({
        E: rows(
          Array.from({ length: 4000 }, (_, i) => (i * 3) % 5000),
          Float64Array.from(numbers(128_000, t)),
        ),
      });
    return bits(opt.params.E);
  };
  const wanted = await run({ backend: 'reference' });
  assert.deepEqual(await run({ threads: 1 }), wanted);
  assert.deepEqual(await run({ threads: 3 }), wanted);
});

test('a run resumed from a checkpoint goes on bit for bit, and a table is no dense parameter’s file less', async () => {
  const make = () => chain(clipByGlobalNorm(1), adamw()).init({ E: sparse([height, width], { values }), W: tensor([3]) });
  const steps = (opt: Awaited<ReturnType<typeof make>>, from: number, to: number): void => {
    for (let t = from; t <= to; t++) opt.step({ E: gradient([t, 2 * t, 7], t).sparse, W: numbers(3, t) });
  };
  const [whole, first, second] = [await make(), await make(), await make()];
  steps(whole, 1, 8);
  steps(first, 1, 4);
  await second.load(await first.save());
  steps(second, 5, 8);
  assert.deepEqual(bits(second.params.E), bits(whole.params.E));
  const dense = await chain(clipByGlobalNorm(1), adamw()).init({ E: tensor([height, width]), W: tensor([3]) });
  await dense.load(await first.save());
  assert.deepEqual(bits(dense.params.E), bits(first.params.E));
  await assert.rejects((await make()).load(await (await adamw().init({ E: sparse([3, 3]), W: tensor([3]) })).save()), CheckpointError);
});

test('a gradient that is not finite leaves table and states as they were', async () => {
  const bad = Float32Array.of(1, NaN, 1, 1, 1);
  const skipping = await adam().init({ E: sparse([height, width], { values }) }, { nonFinite: 'skip' });
  assert.equal(skipping.step({ E: rows([9], bad) }), 'skipped');
  assert.deepEqual([skipping.t, bits(skipping.params.E)], [0, bits(values)]);
  assert.ok(skipping.step({ E: rows([9], new Float32Array(width).fill(1)) }));
  const throwing = await adam().init({ E: sparse([height, width], { values }) }, { nonFinite: 'throw' });
  assert.throws(() => throwing.step({ E: rows([9], bad) }), (error) => error instanceof NonFiniteError && error.message.includes('the gradient of E')); // prettier-ignore
});

test('frozen tables rest, and train on when they are unfrozen', async () => {
  const opt = await adam({ lr: 0.1 }).init({ E: sparse([9, 2]), F: sparse([9, 2]) });
  const g = { E: rows([1], Float32Array.of(1, 1)), F: rows([1], Float32Array.of(1, 1)) };
  opt.freeze('E');
  opt.step(g);
  assert.deepEqual([opt.params.E[2], opt.params.F[2]! < 0], [0, true]);
  opt.unfreeze('E');
  opt.step(g);
  assert.ok(opt.params.E[2]! < 0);
});

test('a table is stepped among groups, and by a second name', async () => {
  const method = groups([
    { match: 'E', use: adam() },
    { match: 'W', use: muon() },
    { match: otherwise, use: lamb() },
  ]);
  const opt = await method.init({ E: sparse([4, 2]), W: tensor([2, 2]), b: tensor([2]), head: tied('E') });
  opt.step({
    E: rows([1], Float32Array.of(1, 1)),
    W: new Float32Array(4),
    b: new Float32Array(2),
    head: rows([2, 1], Float32Array.of(1, 1, -1, 1)),
  });
  assert.deepEqual([...opt.params.E].map(Math.sign), [0, 0, 0, -1, -1, -1, 0, 0]);
  assert.equal(opt.step(opt.grads), 'stepped');
  opt.zeroGrad();
});

test('rows and dense gradients mix with the views of the others', async () => {
  const opt = await sgd({ lr: 1 }).init({ E: sparse([4, 1]), b: tensor([2]) });
  opt.grads.b.fill(1);
  opt.step({ ...opt.grads, E: rows([3], Float32Array.of(1)) });
  assert.deepEqual([[...opt.params.E], [...opt.params.b]], [[0, 0, 0, -1], [-1, -1]]); // prettier-ignore
  assert.ok(!('E' in opt.grads));
});

test('observe tells of the rows of the step', async () => {
  const opt = await sgd({ lr: 0.5 }).init({ E: sparse([4, 2]) }, { observe: true });
  opt.step({ E: rows([3, 1], Float32Array.of(3, 0, 0, 4)) });
  const { E } = await opt.observe();
  assert.deepEqual([E?.gradientNorm, E?.updateNorm], [5, 2.5]);
});

test('bad rows are an ArrayError, and nothing has changed', async () => {
  const opt = await adam().init({ E: sparse([height, width], { values }), b: tensor([2]) });
  const b = new Float32Array(2);
  const one = new Float32Array(width);
  const wrong: readonly (readonly [unknown, RegExp])[] = [
    [rows([height], one), /names the row 200, and there are rows 0 to 199/],
    [rows([-1], one), /names the row -1/],
    [rows([0.5], one), /names the row 0.5/],
    [rows([0, 1], one), /has 5 values, and its rows take 2 × 5/],
    [rows([0], new Float64Array(width)), /must have values in a Float32Array, not a Float64Array/],
    [rows(3 as unknown as number[], one), /must have a list of indices, not 3/],
    [new Float32Array(height * width), /must be rows\(indices, values\), since it is sparse, not a Float32Array/],
  ];
  for (const [E, problem] of wrong) {
    const step = (): string => opt.step({ E: E as ReturnType<typeof rows>, b });
    assert.throws(step, (error) => error instanceof ArrayError && error.parameter === 'E' && problem.test(error.message));
  }
  assert.throws(() => opt.step({ E: rows([0], one), b: rows([0], one) as unknown as Float32Array }), /must be a Float32Array, not a Rows/);
  assert.deepEqual([opt.t, bits(opt.params.E)], [0, bits(values)]);
  assert.throws(() => sparse([3]), /\[3\] is not the shape of a table/);
  assert.throws(() => sparse([3, 2], { values: new Float32Array(5) }), /^.*sparse: 5 values/);
});

const refused: readonly (readonly [Method, RegExp])[] = [
  [lamb(), /E is sparse and has a norm or sum in its equations over elements without a gradient; give it to another/],
  [adamw({ cautious: true }), /norm or sum/],
  [novograd(), /other equations at t = 1/],
  [muon(), /has matrix operations/],
  [adopt(), /other equations at t = 1/],
  [adan(), /other equations at t = 1/],
  [sgd({ momentum: 0.9, dampening: 0.5 }), /other equations at t = 1/],
  [scheduleFreeSgd(), /evaluated at other weights/],
  [chain(sgd(), ema()), /evaluated at other weights/],
  [sophia(), /needs an input array with the size/],
];

for (const [method, problem] of refused) {
  test(`${method.equations.split('\n')[0] ?? ''} (${method.name}) is refused for a table`, async () => {
    await assert.rejects(method.init({ E: sparse([4, 2]) }), (error) => error instanceof UnsupportedError && problem.test(error.message));
  });
}

test('accumulated gradients and tables do not go together', async () => {
  await assert.rejects(adam().init({ E: sparse([4, 2]) }, { accumulate: 2 }), /give the rows of several batches in one step/);
});
