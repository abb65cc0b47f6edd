/**
 * thalweg/small: the bits of the whole library on its JavaScript backends, for every method; what it is given is checked; what it saves goes on. As it is
 * published it is built by itself, so that its errors are of classes of its own.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  adamw,
  ArrayError,
  chain,
  clipByGlobalNorm,
  cosine,
  EquationError,
  groups,
  muon,
  optimizer,
  otherwise,
  polyak,
  scheduleFreeAdamw,
  sgd,
  sparse,
  tensor,
  ThalwegError,
  tied,
  type InitOptions,
  type Inputs,
  type Method,
} from 'thalweg';
import * as small from 'thalweg/small';
import { methods } from './support/plan-snapshot.ts';
import { randomText } from './support/random-text.ts';

const runs = Number(process.env['THALWEG_FUZZ'] ?? 150);

type Type = 'float32' | 'float64';
type Array = Float32Array | Float64Array;
type Arrays = Readonly<Record<string, Array>>;
type Shapes = Readonly<Record<string, readonly number[]>>;

const wave = (i: number, t: number): number => Math.sin(12.9898 * i + 78.233 * t) * 10 ** ((i % 3) - 1);

function filled(shape: readonly number[], t: number, type: Type): Array {
  const values = Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => wave(i, t));
  return type === 'float32' ? Float32Array.from(values) : Float64Array.from(values);
}

/** What step `t` is given: gradients, and the inputs of the method. */
function given(method: Method, shapes: Shapes, type: Type, t: number): [Arrays, Inputs] {
  const arrays = (shift: number): Arrays =>
    Object.fromEntries(Object.entries(shapes).map(([name, shape], k) => [name, filled(shape, t + shift + 0.1 * k, type)]));
  const inputs = method.parts.flatMap((part) =>
    part.inputs.map(({ name, kind }) => [name, kind === 'scalar' ? 1 / t : arrays(0.25)] as const),
  );
  return [arrays(0), Object.fromEntries(inputs)];
}

/** First values. */
function first(shapes: Shapes, type: Type): Record<string, small.Tensor> {
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape], k) => [name, tensor(shape, { values: filled(shape, 0.5 + k, type).map((x) => 3 * x) })]),
  );
}

/** Compares numbers, which must be the same to the bit; returns how many there were. */
function same(title: string, here: object, there: object): number {
  assert.deepEqual(Object.keys(here).sort(), Object.keys(there).sort(), title);
  return Object.entries(there).reduce((compared, [name, array]: readonly [string, unknown]) => {
    const own: unknown = Reflect.get(here, name);
    if (!ArrayBuffer.isView(array)) return compared + same(`${title} ${name}`, own as object, array as object);
    const [mine, theirs] = [Array.from(own as Array), Array.from(array as Array)];
    const wrong = theirs.findIndex((x, i) => !Object.is(x, mine[i]));
    assert.ok(
      wrong < 0 && mine.length === theirs.length,
      `${title} ${name} ${String(wrong)}: ${String(mine[wrong])}, not ${String(theirs[wrong])}`,
    );
    return compared + theirs.length;
  }, 0);
}

type Both = Pick<InitOptions, 'maximize'>;

/**
 * Takes some steps with a small optimizer and one of the whole library; compares parameters, states and where to evaluate. Returns how many numbers that were:
 * none where the whole library refuses the method, and `undefined` where `thalweg/small` leaves out what it needs.
 */
async function compare(title: string, method: Method, shapes: Shapes, type: Type, steps: number, options: Both = {}) {
  const backend = type === 'float32' ? 'fround' : 'reference';
  const there = await method.init(first(shapes, type), { backend, nonFinite: 'propagate', ...options }).catch((error: unknown) => {
    if (!(error instanceof ThalwegError)) throw error;
    return undefined;
  });
  if (there === undefined) {
    assert.throws(() => small.init(method, first(shapes, type), options), small.ThalwegError);
    return 0;
  }
  try {
    const here = small.init(method, first(shapes, type), { nonFinite: 'propagate', ...options });
    let compared = same(`${title}, evaluated before`, here.evaluate(), there.evaluate());
    for (let t = 1; t <= steps; t++) {
      const [gradients, inputs] = given(method, shapes, type, t);
      here.step(gradients, inputs as small.SmallInputs);
      there.step(gradients, inputs);
      compared += same(`${title}, step ${String(t)}`, here.params, there.params);
    }
    compared += same(title, here.state, there.state) + same(`${title}, evaluated`, here.evaluate(), there.evaluate());
    assert.deepEqual({ ...here.current }, { ...there.current });
    assert.equal(here.t, there.t);
    return compared;
  } catch (error) {
    if (error instanceof small.UnsupportedError && error.message.includes('which thalweg/small does not have')) return undefined;
    throw error;
  } finally {
    there.dispose();
  }
}

for (const type of ['float32', 'float64'] as const) {
  test(`every optimizer and transform in ${type} has the bits of the whole library`, async () => {
    const refused = new Set<string>();
    let compared = 0;
    for (const [title, method] of methods()) {
      for (const shapes of [{ a: [6, 4], b: [5] }, { v: [5] }, { m: [2, 3, 2] }] satisfies Shapes[]) {
        const found = await compare(title, method, shapes, type, 17);
        if (found === undefined) refused.add(title.replace(/ .*/, ''));
        compared += found ?? 0;
      }
    }
    assert.ok(compared > 100_000, String(compared));
    assert.deepEqual([...refused].sort(), ['addNoise', 'noisySgd', 'shampoo', 'soap']);
  });
}

test('random texts, most of them with matrices, ascending or not', async () => {
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(randomText, fc.constantFrom('float32', 'float64'), fc.boolean(), async (equations, type, maximize) => {
      const make = optimizer({ name: 'random', hyper: { lr: ['η', 0.1], beta1: ['β₁', 0.9, '[0, 1)'] }, equations });
      let method: Method;
      try {
        method = make();
      } catch (error) {
        if (error instanceof EquationError) return;
        throw error;
      }
      compared += (await compare(equations, method, { p0: [6, 4], p1: [3, 2] }, type, 3, { maximize })) ?? 0;
    }),
    { numRuns: 2 * runs },
  );
  assert.ok(compared > runs, String(compared));
});

const grouped = (): Method =>
  chain(
    clipByGlobalNorm(0.5),
    groups([
      { match: { rank: 2 }, use: muon({ lr: cosine({ peak: 0.1, total: 20 }) }) },
      { match: '*.scale', use: scheduleFreeAdamw({ lr: 0.05 }), name: 'free' },
      { match: otherwise, use: adamw({ lr: cosine({ peak: 0.1, total: 20 }), decay: 'independent', weightDecay: 0.1 }) },
    ]),
  );

const model: Shapes = { 'dense.w': [3, 4], 'norm.scale': [4], constructor: [2], b: [1] };

test('groups, a norm over all of them, schedules and the factors that decay follows', async () => {
  assert.ok(((await compare('groups', grouped(), model, 'float32', 25)) ?? 0) > 500);
  assert.ok(((await compare('groups', grouped(), model, 'float64', 25, { maximize: true })) ?? 0) > 500);
});

test('thousands of elements, whose sums are added up in chunks', async () => {
  const method = chain(clipByGlobalNorm(1), adamw({ cautious: true }));
  assert.ok(((await compare('long', method, { a: [9001], b: [3, 5000], none: [0] }, 'float32', 3)) ?? 0) > 20_000);
});

test('hyperparameters and gradients are live, as views and as what is handed over', async () => {
  const method = adamw({ lr: 0.1, weightDecay: 0 });
  const [here, there] = [small.init(method, { w: Float32Array.of(1, -2) }), await method.init({ w: Float32Array.of(1, -2) })];
  for (const opt of [here, there]) {
    opt.grads.w.set([0.5, 3]);
    opt.step();
    opt.hyper.lr = 0.01;
    opt.params.w[0] = 7;
    opt.step(opt.grads);
    opt.hyper.lr = (t) => 1 / t;
    opt.step({ w: Float32Array.of(1, 1) });
    assert.equal(opt.current.lr, 1 / 4);
    assert.throws(() => (opt.hyper.lr = -1), /lr must lie in \[0, ∞\)/);
    assert.throws(() => Reflect.set(opt.hyper, 'learningRate', 1), /did you mean lr/);
  }
  same('live', here.params, there.params);
  there.dispose();
});

test('what is saved goes on to the bit, through JSON, of every method', () => {
  let tried = 0;
  for (const [title, method] of methods()) {
    const shapes: Shapes = { a: [3, 2], constructor: [2] };
    const begin = (): small.SmallOptimizer => small.init(method, first(shapes, 'float32'), { nonFinite: 'propagate' });
    try {
      const [whole, before, after] = [begin(), begin(), begin()];
      const steps = (opt: small.SmallOptimizer, from: number, to: number): void => {
        for (let t = from; t <= to; t++) opt.step(...(given(method, shapes, 'float32', t) as [Arrays, small.SmallInputs]));
      };
      steps(whole, 1, 9);
      steps(before, 1, 4);
      after.load(JSON.parse(JSON.stringify(before.save())) as small.SmallState);
      steps(after, 5, 9);
      same(title, after.params, whole.params);
      same(title, after.state, whole.state);
      assert.equal(after.t, 9);
      tried += 1;
    } catch (error) {
      if (!(error instanceof small.UnsupportedError)) throw error;
    }
  }
  assert.ok(tried > 60, String(tried));
});

test('a file keeps what JSON has no number for', () => {
  const values = Float64Array.of(NaN, Infinity, -Infinity, -0, 5e-324, 0.1);
  const opt = small.init(sgd(), { w: values });
  const other = small.init(sgd(), { w: new Float64Array(6) });
  other.load(structuredClone(JSON.parse(JSON.stringify(opt.save())) as small.SmallState));
  same('odd', other.params, { w: values });
});

test('what is of another method, of other parameters or damaged is not loaded, and nothing changes', () => {
  const opt = small.init(adamw(), { w: Float32Array.of(1, 2), b: Float32Array.of(3) });
  opt.step({ w: Float32Array.of(1, 1), b: Float32Array.of(1) });
  const saved = opt.save();
  const refuse = (wrong: unknown, message: RegExp): void => {
    assert.throws(() => opt.load(wrong as small.SmallState), message);
    assert.deepEqual(opt.save(), saved);
  };
  refuse(undefined, /the equations are undefined/);
  refuse({ ...saved, equations: 'w ← w' }, /adamw: the checkpoint cannot be loaded\n {2}- the equations are "w ← w"/);
  refuse({ ...saved, t: 1.5 }, /t is 1\.5, which is not a number of steps/);
  refuse({ ...saved, params: { w: [1, 2] } }, /the parameter b is missing/);
  refuse({ ...saved, params: { ...saved.params, c: [1] } }, /the parameter c is saved, and not here/);
  refuse({ ...saved, params: { ...saved.params, w: [1] } }, /the parameter w has 1 elements, and 2 here/);
  refuse({ ...saved, params: { ...saved.params, w: [1, null] } }, /the parameter w holds null, which is not a number/);
  refuse({ ...saved, params: { ...saved.params, w: [1, 'one'] } }, /the parameter w holds "one", which is not a number/);
  refuse({ ...saved, states: { 'adamw.m': saved.states['adamw.m'] } }, /the state adamw\.v of w is missing/);
});

test('whatever makes no sense is refused with its name, before anything changes', () => {
  const w = Float32Array.of(1, 2);
  const refuse = (make: () => unknown, message: RegExp): void => assert.throws(make, message);
  refuse(() => small.init(adamw as unknown as Method, { w }), /init: takes a method such as adamw\(\), not a function; call it: adamw\(\)/);
  refuse(() => small.init({} as unknown as Method, { w }), /init: takes a method such as adamw\(\), not an object/);
  refuse(() => small.init(clipByGlobalNorm(1), { w }), /never assign the parameter w/);
  refuse(() => small.init(chain(sgd(), clipByGlobalNorm(1)), { w }), /so it has no effect; put it before the optimizer/);
  refuse(() => small.init(adamw(), {}), /there are no parameters to train/);
  refuse(() => small.init(adamw(), null as never), /parameters are given by name/);
  refuse(() => small.init(adamw(), { w: [1, 2] as never }), /w must be a Float32Array, a Float64Array or tensor\(shape\)/);
  refuse(() => small.init(adamw(), { w: { v: w } as never }), /w must be a Float32Array/);
  refuse(() => small.init(adamw(), { w, v: Float64Array.of(1) }), /v is float64 and the first one float32/);
  refuse(() => small.init(adamw(), { w: sparse([2, 2]) }), /w is sparse, which thalweg\/small does not have/);
  refuse(() => small.init(adamw(), { w, v: tied('w') as never }), /v is tied, which thalweg\/small does not have/);
  refuse(() => small.init(adamw(), { w }, { threads: 2 } as never), /threads is not an option.*it takes nonFinite, maximize/);
  refuse(() => small.init(adamw(), { w }, { nonFinite: 'skip' as never }), /nonFinite must be "stop" or "propagate", not "skip"/);
  refuse(() => small.init(groups([{ match: 'v', use: sgd() }]), { w }), /no group matches w/);
  refuse(() => small.init(muon(), { w }), /w has the shape \[2\], and these equations are for matrices/);

  const opt = small.init(polyak(), { w });
  const before = opt.save();
  const steps: readonly [unknown, unknown, RegExp][] = [
    [{ v: w }, { loss: 1 }, /there is no parameter v/],
    [{}, { loss: 1 }, /the gradient of w is missing/],
    [{ w: Float64Array.of(1, 2) }, { loss: 1 }, /the gradient of w must be a Float32Array, not a Float64Array/],
    [{ w: Float32Array.of(1) }, { loss: 1 }, /the gradient of w has 1 elements; the parameter has 2/],
    [[w], { loss: 1 }, /given by name/],
    [{ w }, {}, /each step needs the number loss/],
    [{ w }, { loss: '1' }, /each step needs the number loss/],
    [{ w }, { loss: 1, lost: 2 }, /there is no input lost/],
    [{ w }, [1], /inputs are given by name/],
  ];
  for (const [gradients, inputs, message] of steps) {
    refuse(() => opt.step(gradients as never, inputs as never), message);
    assert.deepEqual(opt.save(), before);
    assert.deepEqual([...opt.grads.w], [0, 0]);
  }
  assert.ok(new ArrayError('', '', '') instanceof ThalwegError);
});

test('a schedule that leaves its range stops the step before anything changes', () => {
  const opt = small.init(sgd({ lr: (t) => (t < 3 ? 0.1 : -1) }), { w: Float32Array.of(1) });
  opt.step({ w: Float32Array.of(1) });
  opt.step({ w: Float32Array.of(1) });
  assert.throws(() => opt.step({ w: Float32Array.of(5) }), /its schedule gives -1 at step 3/);
  assert.deepEqual([opt.t, ...opt.params.w, ...opt.grads.w], [2, Math.fround(Math.fround(1 - Math.fround(0.1)) - Math.fround(0.1)), 1]);
});

test('weights that are no numbers stop it, with the reason, unless that is asked for', () => {
  const make = (nonFinite: 'stop' | 'propagate') =>
    small.init(sgd({ lr: 1 }), { w: Float32Array.of(1), v: Float32Array.of(1) }, { nonFinite });
  const stops = make('stop');
  assert.throws(
    () => stops.step({ w: Float32Array.of(NaN), v: Float32Array.of(0) }),
    /sgd: after step 1 w held NaN or infinity; its gradient holds NaN/,
  );
  assert.equal(stops.t, 1);
  assert.equal(make('propagate').step({ w: Float32Array.of(NaN), v: Float32Array.of(0) }), 'stepped');
});

test('first values are copied, and views are arrays of their own', () => {
  const w = Float32Array.of(1);
  const opt = small.init(sgd({ lr: 1 }), { w });
  opt.step({ w: Float32Array.of(1) });
  assert.deepEqual([...w, ...opt.params.w], [1, 0]);
  assert.equal(opt.params.w.buffer.byteLength, 4);
  const typed: Float32Array<ArrayBuffer> = opt.params.w;
  assert.equal(typed, opt.params.w);
  // What would be put in the place of one would be changed by no step.
  for (const [into, given] of [
    [opt.params, { w }],
    [opt.grads, { w }],
    [opt.params, { v: w }],
    [opt.state, { m: {} }],
    [opt, { params: { w } }],
    [opt, { hyper: { lr: 2 } }],
  ] as const)
    // prettier-ignore
    assert.throws(() => Object.assign(into, given), TypeError);
});
