/** The public optimizer: views, steps, live hyperparameters, chains, inputs, what happens to gradients that are not finite, the end. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  adagrad, adam, adamw, ArrayError, chain, clipByGlobalNorm, cosine, DisposedError, inverseSqrt, kernelStatistics, l2, lion, NonFiniteError, optimizer,
  polyak, radam, rmsprop, sgd, tensor, tied, transform, warmupCosine, type Method, type Optimizer,
} from 'thalweg'; // prettier-ignore

const start = [0.5, -1.25, 3, -0.125, 7];
const gradient = (t: number): number[] => start.map((_, i) => Math.sin(3 * t + i) * 10 ** (i - 2));

/** The parameter after some steps of float64. */
async function run(method: Method, steps = 7, options: Parameters<Method['init']>[1] = {}, sign = 1): Promise<number[]> {
  const opt = await method.init({ w: Float64Array.from(start) }, options);
  for (let t = 1; t <= steps; t++) opt.step({ w: Float64Array.from(gradient(t), (x) => sign * x) });
  return [...opt.params.w];
}

test('a power of a negative base is the same number however its whole exponent is written, on every backend', async () => {
  const written: readonly (readonly [power: string, value: number])[] = [['g^3', -8], ['g³', -8], ['g^(t + 2)', -8], ['g^(−3)', -1 / 8], ['g⁻³', -1 / 8], ['g^(−t − 2)', -1 / 8], ['g^9', -512], ['g^(8·t + 1)', -512], ['g^10', 1024], ['(−2)^(2 + t)·g/g', -8]];
  for (const [power, value] of written) {
    for (const options of [{ backend: 'fround' }, { backend: 'wasm' }, { backend: 'reference' }] as const) {
      const A = options.backend === 'reference' ? Float64Array : Float32Array;
      const opt = await optimizer({ name: 'mine', hyper: {}, equations: `w ← ${power}` })().init({ a: A.of(0, 0, 0, 0, 0) }, options);
      opt.step({ a: A.of(-2, -2, -2, -2, -2) });
      for (const w of opt.params.a) assert.ok(Math.abs(w / value - 1) < 1e-6, `${power} on ${options.backend} is ${String(w)}`);
    }
  }
}); // prettier-ignore

test('where to evaluate may be computed by operations on matrices and noise, and is the same on every backend', async () => {
  const texts = ['w + rowMean(w)', 'w + rowMean(w)·noise(4)', 'w @ wᵀ @ q', 'newtonSchulz(q, 3.4, −4.7, 2, 5, 1e-7)', 't > 1 ? w − colMax(w) : w', 'w·‖q‖_all + noise(1)'];
  for (const evaluate of texts) {
    const points: number[][] = [];
    for (const options of [{ backend: 'fround' }, { backend: 'wasm' }, { backend: 'wasm', threads: 2 }] as const) {
      const opt = await optimizer({ name: 'mine', hyper: {}, equations: 'q ← 0.5·q + g; w ← w − 0.1·q', evaluate })().init({ a: tensor([3, 2], { values: Float32Array.of(1, -2, 3, 4, -5, 6) }) }, options);
      for (const t of [1, 2, 3]) opt.step({ a: Float32Array.of(t, 1, -t, 2, 0, t) });
      points.push([...opt.evaluate().a]);
      opt.dispose();
    }
    assert.ok(points[0]?.every((x) => Number.isFinite(x)), evaluate);
    for (const other of points) assert.deepEqual(other, points[0], evaluate);
  }
}); // prettier-ignore

describe('views', () => {
  test('first values are copied in; afterwards the views are the memory', async () => {
    const first = Float32Array.of(1, 2);
    const opt = await sgd({ lr: 0.5 }).init({ w: first, b: tensor([2, 2]) });
    first[0] = 99;
    assert.deepEqual([...opt.params.w], [1, 2]);
    assert.deepEqual([...opt.params.b], [0, 0, 0, 0]);
    opt.params.b[3] = 8;
    opt.grads.w.set([2, -2]);
    assert.equal(opt.step(), 'stepped');
    assert.deepEqual([...opt.params.w], [0, 3]);
    assert.deepEqual([...opt.params.b], [0, 0, 0, 8]);
    assert.equal(opt.t, 1);
  });
  test('step never clears gradients, zeroGrad does', async () => {
    const opt = await sgd().init({ w: Float64Array.of(1) });
    opt.grads.w[0] = 5;
    opt.step();
    assert.equal(opt.grads.w[0], 5);
    opt.zeroGrad();
    assert.equal(opt.grads.w[0], 0);
  });
  test('the type of the arrays is the type of the parameters', async () => {
    assert.ok((await sgd().init({ w: tensor([3], { dtype: 'float64' }) })).params.w instanceof Float64Array);
    assert.ok((await sgd().init({ w: tensor([3]) })).params.w instanceof Float32Array);
  });
  test('empty and one-element tensors', async () => {
    const opt = await chain(clipByGlobalNorm(1), adam()).init({ none: tensor([0]), one: tensor([]), two: Float32Array.of(1, 2) });
    opt.grads.one[0] = 3;
    opt.step();
    assert.equal(opt.params.none.length, 0);
    assert.ok(opt.params.one[0]! < 0);
  });
  test('states are views', async () => {
    const opt = await adam().init({ w: Float64Array.of(1) });
    opt.step({ w: Float64Array.of(2) });
    assert.ok(Math.abs(opt.state['adam.m']!['w']![0]! - 0.2) < 1e-15);
  });
});

describe('meaning', () => {
  test('the first step of Adam is η·|g|/(|g| + ε)', async () => {
    const opt = await adam({ lr: 0.1 }).init({ w: Float64Array.of(0, 0) });
    opt.step({ w: Float64Array.of(1e-6, -1e6) });
    assert.ok(Math.abs(opt.params.w[0]! + (0.1 * 1e-6) / (1e-6 + 1e-8)) < 1e-15);
    assert.ok(Math.abs(opt.params.w[1]! - 0.1) < 1e-12);
  });
  test('l2 as an option is the transform in a chain', async () => {
    for (const [own, bare] of [[sgd({ momentum: 0.9, l2: 0.1 }), sgd({ momentum: 0.9 })], [adam({ l2: 0.1 }), adam()], [adagrad({ l2: 0.1 }), adagrad()], [rmsprop({ l2: 0.1 }), rmsprop()], [radam({ l2: 0.1 }), radam()]] as const) {
      assert.deepEqual(await run(own), await run(chain(l2(0.1), bare)));
    }
  });
  test('maximize is descent on the negated gradient', async () => {
    for (const method of [sgd({ momentum: 0.9 }), adamw(), lion(), chain(l2(0.1), adam())]) {
      assert.deepEqual(await run(method, 7, { maximize: true }), await run(method, 7, {}, -1));
    }
  });
  test('independent decay does not follow the learning rate, scaled decay does', async () => {
    const shrink = async (lr: number, decay: 'scaled' | 'independent'): Promise<number> => {
      const opt = await adamw({ lr, decay, weightDecay: 0.01 }).init({ w: Float64Array.of(1) });
      opt.step({ w: Float64Array.of(0) });
      return 1 - opt.params.w[0]!;
    };
    assert.equal(await shrink(0.1, 'independent'), await shrink(0.2, 'independent'));
    assert.ok(Math.abs((await shrink(0.2, 'scaled')) / (await shrink(0.1, 'scaled')) - 2) < 1e-9);
  });
  test("independent decay follows the schedule's factor", async () => {
    const opt = await adamw({ lr: cosine({ peak: 0.1, total: 4 }), decay: 'independent', weightDecay: 0.01 }).init({ w: Float64Array.of(1) });
    opt.step({ w: Float64Array.of(0) });
    opt.step({ w: Float64Array.of(0) });
    assert.ok(Math.abs(opt.params.w[0]! - (1 - 0.01 * (0.5 + Math.SQRT1_2 / 2)) * (1 - 0.01 * 0.5)) < 1e-15);
  });
  test('clipping bounds the norm over all parameters', async () => {
    const opt = await chain(clipByGlobalNorm(1), sgd({ lr: 1 })).init({ a: Float64Array.of(0), b: Float64Array.of(0) });
    opt.step({ a: Float64Array.of(30), b: Float64Array.of(-40) });
    assert.ok(Math.abs(opt.params.a[0]! + 0.6) < 1e-15 && Math.abs(opt.params.b[0]! - 0.8) < 1e-15);
    opt.step({ a: Float64Array.of(0.3), b: Float64Array.of(0.4) });
    assert.ok(Math.abs(opt.params.a[0]! + 0.9) < 1e-15);
  });
  test('clipping a gradient that holds NaN makes all of it NaN, on every backend', async () => {
    for (const backend of ['wasm', 'reference'] as const) {
      const opt = await chain(clipByGlobalNorm(1), sgd({ lr: 1 })).init({ w: Float64Array.of(1, 2) }, { backend, nonFinite: 'propagate' });
      opt.step({ w: Float64Array.of(NaN, 5) });
      assert.deepEqual([...opt.params.w], [NaN, NaN]);
    }
  });
  test('RAdam is momentum up to ρ = 5 and adaptive beyond, which is step 6 for β₂ = 0.999', async () => {
    const method = radam({ lr: 1, beta1: 0 });
    const opt = await method.init({ w: Float64Array.of(0) });
    const moves: number[] = [];
    for (let t = 1; t <= 7; t++) {
      const before = opt.params.w[0]!;
      opt.step({ w: Float64Array.of(100) });
      moves.push(before - opt.params.w[0]!);
    }
    assert.ok(moves.slice(0, 5).every((move) => Math.abs(move - 100) < 1e-9));
    assert.ok(moves.slice(5).every((move) => move < 1));
  });
  test('a state may start from an expression', async () => {
    const ema = transform({ name: 'ema', hyper: {}, init: { a: 'w' }, equations: 'a ← 0.5·a + 0.5·w' });
    const opt = await chain(sgd({ lr: 1 }), ema()).init({ w: Float64Array.of(8) });
    opt.step({ w: Float64Array.of(4) });
    opt.step({ w: Float64Array.of(0) });
    assert.equal(opt.state['ema.a']!['w']![0], 5);
  });
  test('the order of parameters does not matter', async () => {
    const a = await adamw().init({ x: Float32Array.of(1, 2, 3), y: Float32Array.of(-1) });
    const b = await adamw().init({ y: Float32Array.of(-1), x: Float32Array.of(1, 2, 3) });
    for (const opt of [a, b]) opt.step({ x: Float32Array.of(3, 2, 1), y: Float32Array.of(9) });
    assert.deepEqual([...a.params.x, ...a.params.y], [...b.params.x, ...b.params.y]);
  });
  test("equal names in a chain get numbers, and each keeps its own value", async () => {
    const opt = await chain(l2(0.1), l2(0.2), sgd({ lr: 1 })).init({ w: Float64Array.of(10) });
    assert.deepEqual(Object.keys(opt.hyper), ['l2', 'l22', 'lr']);
    opt.step({ w: Float64Array.of(0) });
    assert.equal(opt.params.w[0], 7);
  });
}); // prettier-ignore

describe('inputs', () => {
  test("Polyak's step needs the loss", async () => {
    const opt = await polyak().init({ w: Float64Array.of(3) });
    assert.throws(() => opt.step({ w: Float64Array.of(6) }), /needs the number loss/);
    assert.equal(opt.t, 0);
    opt.step({ w: Float64Array.of(6) }, { loss: 9 });
    assert.equal(opt.params.w[0], 1.5);
    assert.throws(() => opt.step(undefined, { loss: 1, lost: 2 }), /there is no input lost/);
  });
  test('an input may be an array for each parameter', async () => {
    const newton = optimizer({ name: 'newton', hyper: {}, inputs: { hessian: ['h', 'tensor'] }, equations: 'w ← w − g/h' });
    const opt = await newton().init({ w: Float64Array.of(3, 4) }, { nonFinite: 'skip' });
    opt.step({ w: Float64Array.of(6, 16) }, { hessian: { w: Float64Array.of(2, 4) } });
    assert.deepEqual([...opt.params.w], [0, 0]);
    assert.equal(opt.step({ w: Float64Array.of(1, 1) }, { hessian: { w: Float64Array.of(NaN, 1) } }), 'skipped');
    assert.throws(() => opt.step(undefined, { hessian: { w: Float64Array.of(1) } }), ArrayError);
  });

  test('an array input may be written into its view, which is not copied', async (t) => {
    const definition = { hyper: {}, inputs: { loss: ['f', 'scalar'], hessian: ['h', 'tensor'] }, equations: 'w ← w − f·g/h' } as const;
    const newton = optimizer({ name: 'newton', ...definition });
    const parameters = { w: Float64Array.of(3, 4), b: Float64Array.of(5), head: tied('w') };
    const opt = await chain(clipByGlobalNorm(100), newton()).init(parameters, { lossScale: 2 });
    assert.deepEqual(Object.keys(opt.inputs), ['hessian']);
    const views = opt.inputs['hessian'];
    assert.ok(views !== undefined);
    assert.deepEqual(Object.keys(views), ['w', 'b']);
    views.w.set([2, 4]);
    views.b.fill(5);
    opt.grads.w.set([12, 32]);
    opt.grads.b.fill(10);
    const copied = t.mock.method(Float64Array.prototype, 'set');
    opt.step(opt.grads, { loss: 1, ...opt.inputs });
    assert.equal(copied.mock.callCount(), 0);
    assert.deepEqual([...opt.params.w, ...opt.params.b], [0, 0, 4]);
    opt.remove('b');
    assert.deepEqual(Object.keys(opt.inputs['hessian'] ?? {}), ['w']);
    opt.dispose();
    assert.throws(() => opt.inputs, DisposedError);
  });
});

describe('gradients that are not finite', () => {
  for (const backend of ['wasm', 'reference'] as const) {
    for (const [name, method] of Object.entries({ adam: adam(), clipped: chain(clipByGlobalNorm(1), adam()), momentum: sgd({ momentum: 0.9 }) })) {
      test(`${name} on ${backend}: propagate, skip, throw`, async () => {
        for (const bad of [NaN, Infinity, -Infinity]) {
          const make = async (nonFinite: 'propagate' | 'skip' | 'throw') => {
            const opt = await method.init({ a: Float64Array.of(1, 2), b: Float64Array.of(3) }, { nonFinite, backend });
            opt.step({ a: Float64Array.of(1, 1), b: Float64Array.of(1) });
            return opt;
          };
          const poison = { a: Float64Array.of(1, 1), b: Float64Array.of(bad) };
          const through = await make('propagate');
          assert.equal(through.step(poison), 'stepped');
          assert.ok(![...through.params.b].every(Number.isFinite));
          for (const policy of ['skip', 'throw'] as const) {
            const opt = await make(policy);
            const before = JSON.stringify([opt.params.a, opt.params.b, opt.state, opt.t]);
            if (policy === 'skip') assert.equal(opt.step(poison), 'skipped');
            else assert.throws(() => opt.step(poison), (error) => error instanceof NonFiniteError && error.parameters.join() === 'the gradient of b');
            assert.equal(JSON.stringify([opt.params.a, opt.params.b, opt.state, opt.t]), before);
            assert.equal(opt.step({ a: Float64Array.of(1, 1), b: Float64Array.of(1) }), 'stepped');
            assert.equal(opt.t, 2);
          }
        }
      });
    }
  }
  test('a loss that is not finite counts too', async () => {
    const opt = await polyak().init({ w: Float64Array.of(1) }, { nonFinite: 'throw' });
    assert.throws(() => opt.step({ w: Float64Array.of(1) }, { loss: NaN }), NonFiniteError);
    assert.deepEqual([opt.t, opt.params.w[0]], [0, 1]);
  });
}); // prettier-ignore

describe('live hyperparameters', () => {
  test('a number, a schedule and a function', async () => {
    const opt = await sgd({ lr: 1 }).init({ w: Float64Array.of(0) });
    const move = (): number => {
      const before = opt.params.w[0]!;
      opt.step({ w: Float64Array.of(1) });
      return Number((before - opt.params.w[0]!).toFixed(12));
    };
    assert.equal(move(), 1);
    opt.hyper.lr = 0.25;
    assert.equal(move(), 0.25);
    opt.hyper.lr = (t: number) => t;
    assert.equal(move(), 3);
    opt.hyper.lr = inverseSqrt({ peak: 1, warmup: 1 });
    assert.equal(move(), 0.5);
    assert.equal(opt.hyper.lr.at(4), 0.5);
  });
  test('a schedule may read the optimizer that asks it, and not step or change it', async () => {
    const uses: ((opt: Optimizer) => unknown)[] = [
      (opt) => opt.step(),
      (opt) => (opt.hyper['lr'] = 0.5),
      (opt) => { opt.freeze('w'); },
      (opt) => { opt.unfreeze('w'); },
      (opt) => { opt.remove('v'); },
      (opt) => opt.add({ u: Float64Array.of(1) }),
      (opt) => { opt.dispose(); },
      (opt) => opt.flush(),
      (opt) => { opt.discard(); },
      (opt) => { opt.restore({ w: Float64Array.of(7), v: Float64Array.of(7) }); },
    ]; // prettier-ignore
    for (const use of uses) {
      let inUse: Optimizer | undefined;
      const lr = (t: number): number => (inUse === undefined || t < 2 || use(inUse) === undefined ? 0.25 : 0.25);
      const opt = await sgd({ lr }).init({ w: Float64Array.of(1), v: Float64Array.of(1) }, { accumulate: 1 });
      opt.step({ w: Float64Array.of(1), v: Float64Array.of(1) });
      inUse = opt;
      assert.throws(() => opt.step({ w: Float64Array.of(2), v: Float64Array.of(2) }), /sgd: a schedule may not change its optimizer/, use.toString());
      assert.deepEqual([opt.t, opt.params.w[0], opt.params.v[0], opt.trained.length, opt.hyper.lr], [1, 0.75, 0.75, 2, lr], use.toString());
      inUse = undefined;
      opt.step({ w: Float64Array.of(1), v: Float64Array.of(1) });
      assert.deepEqual([opt.t, opt.params.w[0]], [2, 0.5]);
    }
    const seen: unknown[] = [];
    const holder: { opt?: Optimizer } = {};
    const opt = await sgd({ lr: () => (seen.push(holder.opt?.t, holder.opt?.params['w']?.[0]), 1) }).init({ w: Float64Array.of(1) });
    holder.opt = opt;
    opt.step({ w: Float64Array.of(1) });
    assert.deepEqual(seen.slice(-2), [0, 1]);
  }); // prettier-ignore

  test('kernels do not recompile: second step, changed rate, schedule, a second optimizer with other values', async () => {
    for (const make of [() => adamw({ lr: 0.1 }), () => chain(clipByGlobalNorm(1), sgd({ lr: 1, momentum: 0.9, dampening: 0.5 }))]) {
      const opt = await make().init({ a: Float32Array.of(1, 2, 3), b: Float32Array.of(1) });
      const { compiled } = kernelStatistics();
      for (let t = 1; t <= 5; t++) opt.step();
      opt.hyper.lr = 1e-5;
      opt.step();
      opt.hyper.lr = warmupCosine({ peak: 1, warmup: 10, total: 100 });
      for (let t = 1; t <= 5; t++) opt.step();
      const other = await make().init({ z: tensor([1000]) });
      other.hyper.lr = 7;
      for (let t = 1; t <= 3; t++) other.step();
      assert.equal(kernelStatistics().compiled, compiled);
    }
    const opt = await radam().init({ w: Float32Array.of(1) });
    for (let t = 1; t <= 5; t++) opt.step();
    const before = kernelStatistics().compiled;
    for (let t = 6; t <= 20; t++) opt.step();
    assert.ok(kernelStatistics().compiled <= before + 1, 'RAdam compiles its second half once, at step 6');
  });
  test('a step allocates nothing in proportion to the parameters', async () => {
    const opt = await chain(clipByGlobalNorm(1), adamw()).init({ w: tensor([1_000_000]) });
    opt.grads.w.fill(1);
    for (let t = 0; t < 100; t++) opt.step();
    // A collection in between makes a figure smaller and never larger, so the largest of some counts.
    const figures = Array.from({ length: 3 }, () => {
      const before = process.memoryUsage();
      for (let t = 0; t < 50; t++) opt.step();
      const after = process.memoryUsage();
      return (after.heapUsed - before.heapUsed + after.arrayBuffers - before.arrayBuffers) / 50;
    });
    assert.ok(Math.max(...figures) < 100_000, `${figures.join(', ')} bytes a step; the parameters have 4 MB`);
  });
});

test('after dispose everything but old views throws', async () => {
  const opt = await adam().init({ w: Float64Array.of(1) });
  const view = opt.params.w;
  opt.dispose();
  opt.dispose();
  for (const use of [() => opt.step(), () => opt.params, () => opt.grads, () => opt.hyper, () => opt.state, () => opt.zeroGrad()]) assert.throws(use, DisposedError);
  assert.equal(view[0], 1);
  {
    using scoped = await adam().init({ w: Float64Array.of(1) });
    scoped.step();
  }
}); // prettier-ignore
