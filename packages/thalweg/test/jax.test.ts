/** The pure form for jax-js: what it promises besides agreement, which `conformance/jax.test.ts` holds. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { blockUntilReady, defaultDevice, grad, init, jit, numpy as np, tree, vmap, type JsTree } from '@jax-js/jax';
import fc from 'fast-check';
import * as thalweg from 'thalweg';
import { adam, adamw, chain, clipByGlobalNorm, groups, muon, optimizer, otherwise, polyak, scheduleFreeAdamw, sgd, tensor } from 'thalweg';
import { gradientTransformation, vectorized, type GradientTransformation, type State } from 'thalweg/jax';
import { cosine, exponential, logarithm, minusExpm1, type Doubles } from '../src/targets/arrays/functions.ts';
import { like } from '../src/jax/tree.ts';
import { liveBuffers } from './support/jax-buffers.ts';

await init();

type Params = { layers: { wq: np.Array }[]; bias: np.Array };
const wave = (n: number, t: number): Float32Array<ArrayBuffer> =>
  Float32Array.from({ length: n }, (_, i) => Math.sin(12.9898 * i + 78.233 * t));
const params = (t: number): Params => ({ layers: [{ wq: np.array(wave(12, t)).reshape([3, 4]) }], bias: np.array(wave(5, t + 0.5)) });
const flat = (given: JsTree<np.Array>): number[] => tree.leaves<np.Array>(tree.ref(given)).flatMap((one) => [...one.dataSync()]);
const split = groups([
  { match: { rank: 2 }, use: muon() },
  { match: otherwise, use: adamw({ lr: 0.01 }), name: 'rest' },
]);
const mixed = chain(clipByGlobalNorm(1), split);

/** Trains for some steps; returns parameters and state. */
function train(form: Pick<GradientTransformation, 'init' | 'step'>, steps: number): [Params, State] {
  let w = params(0);
  let state = form.init(tree.ref(w));
  for (let t = 1; t <= steps; t++) [w, state] = form.step(w, params(t), state);
  return [w, state];
}

// What jax-js's own package of optimizers is made of, by its public structure.
interface Theirs {
  init(given: JsTree<np.Array>): JsTree<np.Array>;
  update<P extends JsTree<np.Array>>(updates: P, state: JsTree<np.Array>, given?: P): [P, JsTree<np.Array>];
}
const scale = (factor: number): Theirs => ({
  init: (given) => {
    tree.dispose(given);
    return [];
  },
  update: (updates, state, given) => {
    tree.dispose(given);
    return [
      like(
        updates,
        tree.leaves<np.Array>(updates).map((g) => g.mul(factor)),
      ),
      state,
    ];
  },
});
const theirChain = (...all: Theirs[]): Theirs => ({
  init: (given) => {
    const states = all.map((one) => one.init(tree.ref(given)));
    tree.dispose(given);
    return states;
  },
  update: (updates, state, given) => {
    const states = state as JsTree<np.Array>[];
    const after = all.map((one, i) => {
      const [changed, next] = one.update(updates, states[i]!, given === undefined ? undefined : tree.ref(given));
      updates = changed;
      return next;
    });
    tree.dispose(given);
    return [updates, after];
  },
});
const applyUpdates = <P extends JsTree<np.Array>>(w: P, updates: P): P => {
  const added = tree.leaves<np.Array>(updates);
  return like(
    w,
    tree.leaves<np.Array>(w).map((one, i) => one.add(added[i]!)),
  );
};

test('inside the jit of a user a step has the same bits as outside', () => {
  const form = gradientTransformation(mixed);
  const inside = jit((w: Params, g: Params, state: State) => form.step(w, g, state));
  const [outside, state] = train(form, 5);
  const [traced, other] = train({ init: form.init, step: inside as typeof form.step }, 5);
  assert.deepEqual(flat(traced), flat(outside));
  assert.equal(flat(outside).every(Number.isFinite), true);
  tree.dispose([outside, traced]);
  tree.dispose([state, other] as JsTree<np.Array>[]);
  inside.dispose();
});

test('what sums over all parameters sums over those of every group', async () => {
  const [start, tensors] = [params(0), { 'layers/0/wq': [3, 4], bias: [5] } as const];
  const values = flat(start).map((x) => x);
  const wide = (from: number, shape: readonly number[], all: readonly number[]): Float64Array =>
    Float64Array.from(all.slice(from, from + shape.reduce((a, b) => a * b, 1)));
  const named = (all: readonly number[]): Record<string, Float64Array> => ({
    'layers/0/wq': wide(0, [3, 4], all),
    bias: wide(12, [5], all),
  });
  const first = Object.entries(named(values)).map(([name, x]) => [name, tensor(tensors[name as keyof typeof tensors], { values: x })] as const); // prettier-ignore
  const opt: thalweg.Optimizer = await mixed.init(Object.fromEntries(first));
  for (let t = 1; t <= 5; t++) opt.step(named(flat(params(t))));
  const [w, state] = train(gradientTransformation(mixed), 5);
  const expected = Object.values(opt.params).flatMap((x) => [...x]);
  flat(w).forEach((x, i) => assert.ok(Math.abs(x - expected[i]!) < 1e-5, `${String(x)} is not ${String(expected[i])}`));
  tree.dispose([start, w]);
  tree.dispose(state);
});

test("it goes together with the chain and applyUpdates of jax-js's optimizers", () => {
  const chained = theirChain(scale(0.5), gradientTransformation(adam({ lr: 0.1 })), scale(2));
  let w = params(0);
  let state = chained.init(tree.ref(w));
  const step = jit((given: Params, g: Params, before: JsTree<np.Array>): [Params, JsTree<np.Array>] => {
    const [updates, after] = chained.update(g, before, tree.ref(given));
    return [applyUpdates(given, updates), after];
  });
  const [alone, aloneState] = train(gradientTransformation(chain(thalweg.transform({ name: 'half', hyper: {}, equations: 'g = 0.5·g' })(), adam({ lr: 0.2 }))), 3); // prettier-ignore
  for (let t = 1; t <= 3; t++) [w, state] = step(w, params(t), state);
  flat(w).forEach((x, i) => assert.ok(Math.abs(x - flat(alone)[i]!) < 1e-6, `${String(x)} ${String(flat(alone)[i])}`));
  tree.dispose([w, alone]);
  tree.dispose([state, aloneState] as JsTree<np.Array>[]);
});

for (const device of ['wasm', 'cpu'] as const) {
  test(`every reference is given back on ${device}: arguments are consumed, and training leaves no buffer`, () => {
    const usual = defaultDevice();
    defaultDevice(device);
    try {
      const cycle = (): number => {
        const form = gradientTransformation(mixed);
        let [w, state] = train(form, 3);
        const g = params(9);
        const before = [...tree.leaves<np.Array>(w), ...tree.leaves<np.Array>(state), ...tree.leaves<np.Array>(g)];
        const during = liveBuffers(device);
        [w, state] = form.step(w, g, state);
        // Hyperparameters are handed on as they are, with their one reference.
        const handed = new Set(tree.leaves<np.Array>(state.hyper));
        assert.ok(before.every((one) => one.refCount === (handed.has(one) ? 1 : 0)));
        assert.equal(before.filter((one) => handed.has(one)).length, handed.size);
        [w, state] = form.step(w, params(10), state);
        flat(w);
        flat(state);
        assert.ok(liveBuffers(device) <= during, 'a step keeps buffers');
        const [updates, next] = form.update(params(11), state, tree.ref(w));
        state = form.withHyper(next, { maxNorm: 2 });
        w = form.evaluate(applyUpdates(w, updates), tree.ref(state));
        // What is refused is not consumed.
        const [wider, gradient] = [{ ...w, extra: np.zeros([1]) }, params(1)];
        assert.throws(
          () => form.step(wider, gradient as typeof wider, state),
          /extra is missing in one of the trees, which has layers\/0\/wq, bias$/,
        );
        tree.dispose([wider.extra, gradient]);
        tree.dispose(w);
        tree.dispose(state);
        form.dispose();
        return liveBuffers(device);
      };
      const first = cycle();
      for (let i = 0; i < 3; i++) assert.equal(cycle(), first);
    } finally {
      defaultDevice(usual);
    }
  });
}

test('the updates are the step: to the bit where the equations subtract from w, else within a unit in the last place', () => {
  for (const [method, exact] of [
    [sgd({ lr: 0.1 }), true],
    [adam(), true],
    [adamw({ weightDecay: 0.3 }), false],
  ] as const) {
    const form = gradientTransformation<string>(method);
    const [w, state] = train(form, 2);
    const [updates, a] = form.update(params(7), tree.ref(state), tree.ref(w));
    const [stepped, b] = form.step(tree.ref(w), params(7), state);
    const added = flat(applyUpdates(w, updates));
    flat(stepped).forEach((x, i) => {
      const unit = 2 ** (Math.floor(Math.log2(Math.abs(x))) - 23);
      assert.ok(exact ? added[i] === x : Math.abs(added[i]! - x) <= unit, `${method.name}: ${String(added[i])} is not ${String(x)}`);
    });
    tree.dispose(stepped);
    tree.dispose([a, b] as JsTree<np.Array>[]);
  }
});

test('update needs params only where the equations read w', () => {
  const form = gradientTransformation(adam({ lr: 0.1 }));
  const [updates, state] = form.update({ w: np.array([2, 0]) }, form.init({ w: np.zeros([2]) }));
  assert.ok(Math.abs(flat(updates)[0]! + 0.1) < 1e-7 && flat(updates)[1] === 0);
  tree.dispose(updates);
  tree.dispose(state);
  const decayed = gradientTransformation(adamw());
  assert.throws(() => decayed.update({ w: np.zeros([2]) }, decayed.init({ w: np.zeros([2]) })), /read w.*params, as the third argument/);
});

test('bias corrections are exact: the first step of Adam is the learning rate, however near 1 β₂ is', () => {
  for (const beta2 of [0.9, 0.999, 0.9999, 0.99999]) {
    const form = gradientTransformation(adam({ lr: 0.1, beta2 }));
    let [w, state] = form.step(np.zeros([2]), np.array([3, -1e-3]), form.init(np.zeros([2])));
    const first = [...w.ref.dataSync()];
    assert.ok(Math.abs(first[0]! + 0.1) < 1e-7 && Math.abs(first[1]! - 0.1) < 2e-6, String(first));
    for (let t = 2; t <= 30; t++) [w, state] = form.step(w, np.array([3, -1e-3]), state);
    assert.ok(Math.abs(w.dataSync()[0]! + 3) < 1e-5);
    tree.dispose(state);
  }
});

const doubles: Doubles<number> = {
  add: (a, b) => a + b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  floor: Math.floor,
  clip: (a, low, high) => Math.min(high, Math.max(low, a)),
  less: (a, b, then, otherwise) => (a < b ? then : otherwise),
  roughLog: (a) => Math.log(Math.fround(a)) * (1 + 1e-4) + 1e-5, // About as wrong as jax-js's on wasm.
};

test('exponentials, logarithms and cosines of numbers are those of float64', () => {
  const near = (actual: number, expected: number, bound: number): void =>
    assert.ok(Math.abs(actual - expected) <= bound * Math.abs(expected), `${String(actual)} is not ${String(expected)}`);
  fc.assert(fc.property(fc.double({ min: -35, max: 80, noNaN: true }), (x) => near(exponential(doubles, x), Math.exp(x), 1e-13)));
  fc.assert(fc.property(fc.double({ min: 1e-9, max: 1e9, noNaN: true }), (x) => near(logarithm(doubles, x), Math.log(x), Math.abs(x - 1) < 0.1 ? 1e-9 : 1e-13))); // prettier-ignore
  fc.assert(fc.property(fc.double({ min: -100, max: 100, noNaN: true }), (x) => assert.ok(Math.abs(cosine(doubles, x) - Math.cos(x)) < 1e-13))); // prettier-ignore
  fc.assert(
    fc.property(fc.double({ min: 1e-7, max: 0.999, noNaN: true }), fc.integer({ min: 1, max: 10_000_000 }), (gap, t) => {
      const log = Math.log1p(-gap);
      near(minusExpm1(doubles, t * log), -Math.expm1(t * log), 1e-13);
      near(logarithm(doubles, 1 - gap), Math.log(1 - gap), 1e-16 / gap + 1e-13);
    }),
  );
});

test('a quotient 0/0 in the branch not taken reaches no sum', () => {
  const careful = optimizer({
    name: 'careful',
    hyper: { lr: ['η', 1] },
    equations: 'u = ‖g‖ == 0 ? 0·g : g / ‖g‖; v = g == 0 ? 0 : g / |g|; n ← ⟨u, u⟩ + ⟨v, v⟩; w ← w − η·u / (1 + n)',
  });
  const form = gradientTransformation(careful());
  const [w, state] = form.step(np.array([1, 2]), np.zeros([2]), form.init(np.zeros([2])));
  assert.deepEqual(flat(w), [1, 2]);
  const [after, last] = form.step(w, np.array([0, 2]), state);
  assert.deepEqual(flat(after).map((x) => Math.round(3 * x)), [3, 5]); // prettier-ignore
  tree.dispose(after);
  tree.dispose(last);
});

test('hyperparameters are live in the state, without another trace for other values', () => {
  const form = gradientTransformation(sgd({ lr: 1 }));
  const state = form.init(np.zeros([1]));
  const changed = form.withHyper(state, { lr: 0.25 });
  const [w, next] = form.step(np.zeros([1]), np.array([1]), changed);
  assert.equal(flat(w)[0], -0.25);
  assert.throws(() => form.withHyper(next, { lr: -1 }), /lr.*-1/);
  assert.throws(() => form.withHyper(next, { eta: 1 } as never), /eta is not a hyperparameter of the state, which has lr/);
  const [last, end] = form.step(w, np.array([1]), form.withHyper(next, { lr: np.array(0.5) }));
  assert.equal(flat(last)[0], -0.75);
  tree.dispose(last);
  tree.dispose(end);
});

for (const device of ['wasm', 'cpu'] as const) {
  test(`hyperparameters that are constants of the compiled step give the bits that they give as its inputs on ${device}`, () => {
    const usual = defaultDevice();
    defaultDevice(device);
    try {
      const method = groups([
        { match: { rank: 2 }, use: thalweg.radam({ lr: 0.03, beta2: 0.97 }) },
        { match: otherwise, use: adamw({ weightDecay: 0.1 }), name: 'rest' },
      ]);
      const form = gradientTransformation<string>(method);
      const alike = (names: readonly string[], state: State): State =>
        form.withHyper(
          state,
          Object.fromEntries(names.map((name) => [name, np.array(state.hyper[name]!.ref.item(), { dtype: np.float64 })])),
        );
      let [w, state] = [params(0), form.init(params(0))];
      const names = Object.keys(state.hyper);
      let [other, inputs] = [params(0), alike(names, form.init(params(0)))];
      for (let t = 1; t <= 60; t++) {
        [w, state] = form.step(w, params(t), state);
        [other, inputs] = form.step(other, params(t), inputs);
      }
      assert.deepEqual(flat(other), flat(w));
      // A number that was assigned is in force, and so is the method's own when it comes back.
      const before = flat(w);
      for (const lr of [0, 0.03]) {
        state = form.withHyper(state, { 'radam.lr': lr, 'rest.lr': lr });
        [w, state] = form.step(w, params(1), state);
        assert.equal(flat(w).every((x, i) => x === before[i]), lr === 0); // prettier-ignore
      }
      tree.dispose([w, other]);
      for (const one of [state, inputs]) tree.dispose(one);
      form.dispose();
    } finally {
      defaultDevice(usual);
    }
  });
}

test('a step runs a kernel for each array that it writes and two for its numbers, however many arrays there are', async () => {
  const { Instance } = WebAssembly;
  let kernels = 0;
  class Counted extends Instance {
    constructor(module: WebAssembly.Module, imports?: WebAssembly.Imports) {
      super(module, imports);
      kernels++;
    }
  }
  const form = gradientTransformation(adamw());
  for (const count of [1, 7]) {
    const made = (): np.Array[] => Array.from({ length: count }, (_, i) => np.array(wave(20, i)));
    let [w, state] = form.step(made(), made(), form.init(made()));
    await blockUntilReady([w, tree.leaves(state)]);
    const g = made();
    await blockUntilReady(g);
    try {
      [WebAssembly.Instance, kernels] = [Counted, 0];
      [w, state] = form.step(w, g, state);
      await blockUntilReady([w, tree.leaves(state)]);
    } finally {
      WebAssembly.Instance = Instance;
    }
    assert.equal(kernels, 3 * count + 2);
    tree.dispose([w, tree.leaves<np.Array>(state)]);
  }
});

const schedules = {
  constant: thalweg.constant(0.3),
  cosine: thalweg.cosine({ peak: 0.3, total: 20 }),
  warmupCosine: thalweg.warmupCosine({ peak: 0.3, warmup: 5, total: 20 }),
  linear: thalweg.linear({ from: 0.3, to: 0.1, steps: 20 }),
  polynomial: thalweg.polynomial({ from: 0.3, power: 1.7, steps: 30 }),
  exponential: thalweg.exponential({ from: 0.3, rate: 0.7, steps: 4, staircase: true }),
  inverseSqrt: thalweg.inverseSqrt({ peak: 0.3, warmup: 6 }),
  piecewise: thalweg.piecewise({ values: [0.3, 0.2, 0.1], boundaries: [5, 12] }),
  join: thalweg.join([thalweg.constant(0.1), thalweg.fromZero(thalweg.cosine({ peak: 0.3, total: 12 }))], [8]),
  own: thalweg.schedule('a / (1 + log(t)) + exp(−t)', { a: 0.3 }),
};

test('schedules are traced: in a jit they have the values that they have outside', () => {
  const follow = optimizer({ name: 'follow', hyper: { lr: ['η', 1] }, equations: 'w ← w − η·g' });
  for (const [name, lr] of Object.entries(schedules)) {
    const form = gradientTransformation(follow({ lr }));
    let state = form.init(np.zeros([1]));
    assert.deepEqual(Object.keys(state.hyper), []);
    const step = jit((before: State) => form.step(np.zeros([1]), np.ones([1]), before));
    for (let t = 1; t <= 24; t++) {
      const [w, next] = step(state);
      state = next;
      assert.ok(Math.abs(-w.dataSync()[0]! - lr.at(t)) < 1e-7, `${name} at ${String(t)} is ${String(lr.at(t))}`);
    }
    tree.dispose(state);
  }
  assert.throws(() => gradientTransformation(sgd({ lr: (t) => 1 / t })), /lr is a plain function, which cannot be traced.*object form/);
});

test('the names of parameters are the keys of the tree, which groups match', () => {
  const named = groups([
    { match: 'layers/*/wq', use: sgd({ lr: 1 }), name: 'queries' },
    { match: otherwise, use: sgd({ lr: 0 }) },
  ]);
  const form = gradientTransformation(named);
  const [w, state] = form.step(params(0), params(1), form.init(params(0)));
  assert.deepEqual(Object.keys(state.hyper), ['queries.lr', 'sgd.lr']);
  const before = flat(params(0));
  flat(w).forEach((x, i) => assert.equal(x === before[i], i >= 12));
  tree.dispose(w);
  tree.dispose(state);
  assert.throws(() => form.init({ 'layers/0': { x: np.zeros([1]) }, layers: { '0': { x: np.zeros([1]) } } }), /two arrays .* layers\/0\/x/);
  const only = gradientTransformation(groups([{ match: 'head', use: sgd() }, { match: otherwise, use: adam() }])); // prettier-ignore
  assert.throws(() => only.init(params(0)), /matches no parameter; there are layers\/0\/wq, bias/);
});

test('evaluate gives the point of a method that trains at another one', async () => {
  const method = scheduleFreeAdamw({ lr: 0.1 });
  const form = gradientTransformation(method);
  const start = wave(6, 0);
  const opt = await method.init({ w: tensor([6], { values: Float64Array.from(start) }) });
  let [w, state] = [{ w: np.array(start) }, form.init({ w: np.array(start) })];
  assert.deepEqual(flat(form.evaluate(tree.ref(w), tree.ref(state))), [...start]);
  for (let t = 1; t <= 10; t++) {
    [w, state] = form.step(w, { w: np.array(wave(6, t)) }, state);
    opt.step({ w: Float64Array.from(wave(6, t)) });
  }
  const there = flat(form.evaluate(tree.ref(w), state));
  there.forEach((x, i) => assert.ok(Math.abs(x - opt.evaluate().w[i]!) < 1e-6));
  assert.notDeepEqual(there, flat(w));
});

test('a step can be mapped over learning rates, and differentiated with the model in one jit', () => {
  const form = gradientTransformation(adam());
  const gradient = grad((w: np.Array) => np.square(w.sub(3)).sum());
  const rates = [0.01, 0.1, 0.5];
  const run = (lr: np.Array): np.Array => {
    let [w, state] = [np.zeros([2]), form.withHyper(form.init(np.zeros([2])), { lr })];
    for (let t = 0; t < 4; t++) [w, state] = form.step(w.ref, gradient(w), state);
    tree.dispose(state);
    return w;
  };
  const all = [...vmap(run)(np.array(rates)).dataSync()];
  const each = rates.flatMap((lr) => [...run(np.array(lr)).dataSync()]);
  all.forEach((x, i) => assert.ok(Math.abs(x - each[i]!) < 1e-6, `${String(x)} ${String(each[i])}`));
});

test('several learning rates at once are the runs one by one: to the bit, but for the order in which sums and products of matrices add up', () => {
  const rates = [0.001, 0.01, 0.1, 1];
  const cases: (readonly [thalweg.Method, string, number])[] = [
    [adamw({ weightDecay: 0.1 }), 'lr', 0],
    [chain(clipByGlobalNorm(0.5), sgd({ momentum: 0.9 })), 'lr', 1e-6],
    [mixed, 'muon.lr', 1e-4],
  ];
  for (const [method, name, bound] of cases) {
    const all = vectorized<string>(method, { [name]: rates });
    assert.equal(all.size, 4);
    let [w, state] = all.init(params(0));
    const batch = (t: number): Params =>
      like(
        w,
        tree.leaves<np.Array>(params(t)).map((g) => np.broadcastTo(g, [4, ...g.shape])),
      );
    for (let t = 1; t <= 5; t++) [w, state] = all.step(w, batch(t), state);
    const form = gradientTransformation<string>(method);
    const alone = rates.map((lr) => {
      let [v, own] = [params(0), form.withHyper(form.init(params(0)), { [name]: lr })];
      for (let t = 1; t <= 5; t++) [v, own] = form.step(v, params(t), own);
      tree.dispose(own);
      return tree.leaves<np.Array>(v).map((one) => [...one.dataSync()]);
    });
    tree.leaves<np.Array>(all.evaluate(w, state)).forEach((one, i) => {
      const expected = alone.flatMap((own) => own[i]!);
      one
        .dataSync()
        .forEach((x, k) => assert.ok(Math.abs(x - expected[k]!) <= bound, `${name}: ${String(x)} is not ${String(expected[k])}`));
    });
    all.dispose();
  }
  assert.throws(() => vectorized(adamw(), { lr: [0.1], beta1: [0.9, 0.8] }), /lr.*a list of 2 numbers/);
  assert.throws(() => vectorized(adamw(), { lr: [0.1, -1] }), /lr must lie in/);
  assert.throws(() => vectorized(adamw({ lr: thalweg.constant(1) }), { lr: [0.1] }), /lr is not a hyperparameter that can have several/);
  assert.throws(() => vectorized(adamw(), {}), /must have a list/);
});

test('what beginners get wrong is told by its name, with what would be right, and consumes nothing', () => {
  const form = gradientTransformation(adamw());
  const [w, g] = [{ w: np.ones([2]) }, { w: np.ones([2]) }];
  const refused = (call: () => unknown, message: RegExp): void => {
    const before = [w, g].map((one) => one.w.refCount);
    assert.throws(call, (error: unknown) => error instanceof thalweg.ThalwegError && message.test(error.message));
    assert.deepEqual([w, g].map((one) => one.w.refCount), before); // prettier-ignore
  };
  const state = form.init(tree.ref(w));
  const stale = form.init(tree.ref(w));
  tree.dispose(stale);
  const gone = { w: np.ones([2]) };
  tree.dispose(gone);
  refused(() => form.step(w, gone, state), /gradients\/w was consumed by an earlier call; .*tree\.ref/);
  refused(() => form.step(gone, g, state), /params\/w was consumed/);
  refused(() => form.step(w, g, stale), /state\/t was consumed/);
  refused(() => form.init(gone), /w was consumed/);
  const wrong: readonly (readonly [unknown, RegExp])[] = [
    [undefined, /the state is undefined, .*\[params, state\] = step\(params, gradients, state\)/],
    [w, /the state is an object/],
    [[w, state], /the state is an Array/],
    [{ ...state, states: {} }, /the state has no adamw\.m of w/],
    [{ ...state, states: { ...state.states, 'adamw.m': { w: np.ones([3]) } } }, /adamw\.m of w has the shape \[3\] in one tree and \[2\]/],
  ];
  for (const [given, message] of wrong) refused(() => form.step(w, g, given as State), message);
  for (const leaf of [null, undefined, 1, new Float32Array(2)])
    refused(() => form.init({ w: leaf as unknown as np.Array }), /w is .*not an array of jax-js/);
  for (const lr of ['0.1', null, thalweg.constant(1), (t: number) => t])
    refused(() => form.withHyper(state, { lr: lr as unknown as number }), /lr must be a number, not/);
  refused(() => form.withHyper(state, { beta1: 0.8, lr: -1 }), /lr must lie in/);
  assert.ok(tree.leaves<np.Array>(state).every(({ refCount }) => refCount === 1));
  refused(
    () => gradientTransformation(polyak()).step(w, g, gradientTransformation(polyak()).init(tree.ref(w))),
    /each step needs loss, as its last argument: \{ loss \}/,
  );
});

test('the version of jax-js that is tested is the one that the package asks for', () => {
  const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
  const { version } = read('../../../node_modules/@jax-js/jax/package.json') as { version: string };
  const { peerDependencies } = read('../package.json') as { peerDependencies: Record<string, string> };
  assert.equal(peerDependencies['@jax-js/jax'], `^${version}`);
});

test('one transformation steps states of several models, and states whose entries come in another order', () => {
  const form = gradientTransformation(adam({ lr: 0.1 }));
  type Model = Record<string, np.Array>;
  const model = (...names: string[]): Model => Object.fromEntries(names.map((name, i) => [name, np.array(wave(3, i))]));
  const turned = ({ t, hyper, states }: State): State => {
    const reversed = <T>(given: Readonly<Record<string, T>>): Record<string, T> => Object.fromEntries(Object.entries(given).toReversed());
    return { t, hyper, states: reversed(Object.fromEntries(Object.entries(states).map(([name, entry]) => [name, reversed(entry)]))) };
  };
  const run = (turn: (state: State, step: number) => State, ...names: string[]): number[] => {
    let w = model(...names);
    let state = form.init(tree.ref(w));
    for (let t = 0; t < 4; t++) [w, state] = form.step(w, model(...names), turn(state, t));
    const after = flat(w);
    tree.dispose(w);
    tree.dispose(state);
    return after;
  };
  const alone = [['a', 'b'], ['b', 'c', 'toString'], ['a'], ['0', '10', '2']].map((names) => run((state) => state, ...names));
  for (const after of alone) assert.ok(after.every(Number.isFinite));
  assert.deepEqual(
    run((state, t) => (t % 2 === 0 ? turned(state) : state), 'a', 'b'),
    alone[0],
  );
  assert.deepEqual(run(turned, 'b', 'c', 'toString'), alone[1]);
  form.dispose();
});

test('what holds no states in the place of the states is told', () => {
  const form = gradientTransformation(adam());
  const w = np.array([1, 2]);
  const { t, hyper, states } = form.init(w.ref);
  for (const wrong of [null, [], { 'adam.m': null, 'adam.v': {} }])
    assert.throws(
      () => form.step(w.ref, w.ref, { t, hyper, states: wrong } as unknown as State),
      /adam: state.states is .*, not an object with the arrays of each state/,
    );
  for (const [name, { w: moment }] of Object.entries(states) as [string, { w: np.Array }][])
    assert.throws(() => form.step(w, w, { t, hyper, states: { ...states, [name]: { v: moment } } }), new RegExp(`the state has no ${name} of w`)); // prettier-ignore
  tree.dispose([w, { t, hyper, states }]);
});
