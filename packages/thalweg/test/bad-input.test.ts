/** Bad input: a typed error that names the optimizer, the parameter and the value, before any state has changed. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import {
  adagrad, adam, adamw, ArrayError, chain, clipByGlobalNorm, constant, cosine, cosineRestarts, exponential, inverseSqrt, join as joinSchedules, l2, lbfgs, linear, minimize, muon, nadam, oneCycle, OptionError,
  optimizer, piecewise, polynomial, rmsprop, schedule, sgd, tensor, ThalwegError, UnsupportedError, warmupCosine, warmupStableDecay,
} from 'thalweg'; // prettier-ignore
import * as thalweg from 'thalweg';

/** Options as they come from JavaScript or JSON, where no compiler looks. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller says which type is pretended
function loose<T>(value: unknown): T {
  return value as T;
}

describe('options', () => {
  const cases: readonly (readonly [make: () => unknown, message: RegExp])[] = [
    [() => adam({ lr: -1 }), /^adam: lr must lie in \[0, ∞\), and -1 does not$/],
    [() => adam({ lr: NaN }), /adam: lr .* NaN/],
    [() => adam({ lr: Infinity }), /adam: lr .* Infinity/],
    [() => adam({ beta1: 1 }), /adam: beta1 must lie in \[0, 1\), and 1 does not/],
    [() => adam({ beta2: -0.1 }), /adam: beta2/],
    [() => sgd({ momentum: 1.5 }), /sgd: momentum/],
    [() => rmsprop({ beta: 2 }), /rmsprop: beta/],
    [() => adamw({ weightDecay: -1 }), /adamw: weightDecay/],
    [() => l2(-1), /l2: l2 must lie in/],
    [() => adam(loose({ lr: '0.1' })), /adam: lr must be a number, a schedule or a function of t, not "0.1"/],
    [() => adam(loose({ learningRate: 1 })), /adam: learningRate is not an option \(did you mean lr\?\); it takes lr, beta1, beta2, eps, l2, amsgrad/],
    [() => adam(loose({ betta1: 1 })), /did you mean beta1\?/],
    [() => adam(loose({ amsgrad: 'yes' })), /adam: amsgrad must be true or false, not "yes"/],
    [() => adamw(loose({ decay: 'strong' })), /adamw: decay must be "scaled" or "independent", not "strong"/],
    [() => sgd({ nesterov: true }), /sgd: nesterov needs momentum above 0 and no dampening/],
    [() => sgd({ nesterov: true, momentum: 0.9, dampening: 0.1 }), /sgd: nesterov/],
    [() => chain(), /chain: needs at least one/],
    [() => optimizer({ name: 'x', hyper: { a: ['a', 1, '0..1'] }, equations: 'w ← w − a·g' })(), /^x, the range of a: "0\.\.1" is not an interval/],
    [() => adam(loose({ learning_rate: 1 })), /did you mean lr\?/],
    [() => adam(loose({ alpha: 1 })), /did you mean lr\?/],
    [() => adam(loose({ b1: 0.9 })), /did you mean beta1\?/],
    [() => adam(loose({ epsilon: 1 })), /did you mean eps\?/],
    [() => adam(loose({ weight_decay: 1 })), /did you mean l2\?/],
    [() => adamw(loose({ weight_decay: 1 })), /did you mean weightDecay\?/],
    [() => rmsprop(loose({ alpha: 1 })), /did you mean lr or beta\?/],
    [() => adam(loose({ betas: [0.9, 0.999] })), /did you mean beta1 or beta2\?/],
    [() => adam(loose({ lambd: 1 })), /did you mean l2\?/],
    [() => adamw(loose({ l2: 1 })), /did you mean weightDecay\?/],
    [() => adam(loose({ momentum: 0.9 })), /did you mean beta1\?/],
    [() => rmsprop(loose({ rho: 0.9 })), /did you mean beta\?/],
    [() => rmsprop(loose({ decay_rate: 0.9 })), /did you mean beta\?/],
    [() => sgd(loose({ useNesterov: true })), /did you mean nesterov\?/],
    [() => sgd(loose({ b2: 0.9 })), /b2 is not an option; it takes/],
    [() => adagrad(loose({ initialAccumulatorValue: 0.1 })), /did you mean initial\?/],
    [() => muon(loose({ ns_steps: 5 })), /did you mean steps\?/],
    [() => nadam(loose({ schedule_decay: 0.004 })), /did you mean momentumDecay\?/],
    [() => adam(loose({ eps_root: 1e-8 })), /eps_root is not an option; it takes/],
    [() => lbfgs(loose({ history_size: 10 })), /did you mean history\?/],
    [() => chain(loose<never>(sgd)), /call it: sgd\(\)/],
  ];
  for (const [make, message] of cases) {
    test(make.toString().slice(6), () => {
      assert.throws(make, (error) => error instanceof ThalwegError && message.test(error.message) && !message.test(''));
    });
  }
  test('the error carries what was given', () => {
    assert.throws(() => adam({ beta1: 7 }), (error) => error instanceof OptionError && error.owner === 'adam' && error.option === 'beta1' && error.value === 7 && error.code === 'option');
  });
}); // prettier-ignore

describe('init', () => {
  const cases: readonly (readonly [name: string, parameters: object, options: object, message: RegExp])[] = [
    ['no parameters', {}, {}, /no parameters to train/],
    ['a plain array', { w: [1, 2] }, {}, /w must be a Float32Array, a Float64Array or tensor\(shape\), not an Array/],
    ['null', { w: null }, {}, /w must be .* not null/],
    ['two types', { w: new Float32Array(1), b: new Float64Array(1) }, {}, /b is float64 and w is float32/],
    ['an unknown option', { w: new Float32Array(1) }, { backends: 'wasm' }, /adam: backends is not an option \(did you mean backend\?\)/],
    [
      'an unknown backend',
      { w: new Float32Array(1) },
      { backend: 'cuda' },
      /backend must be "auto" or "wasm" or "native" or "fround" or "reference", not "cuda"/,
    ],
    ['float32 on reference', { w: new Float32Array(1) }, { backend: 'reference' }, /computes in float64, and the parameters are float32/],
    ['float64 on fround', { w: new Float64Array(1) }, { backend: 'fround' }, /computes in float32, and the parameters are float64/],
    ['a wrong policy', { w: new Float32Array(1) }, { nonFinite: 'ignore' }, /nonFinite must be/],
    [
      'too large',
      { w: tensor([1e9], { dtype: 'float64' }) },
      {},
      /4 arrays \(w, g, adam.m, adam.v\) need 29.8 GiB, and one memory has 16.0 GiB/,
    ],
  ];
  for (const [name, parameters, options, message] of cases) {
    test(name, async () => {
      await assert.rejects(
        adam().init(loose<Record<string, Float32Array>>(parameters), options),
        (error) => error instanceof ThalwegError && message.test(error.message),
      );
    });
  }
  test('a transform alone trains nothing', async () => {
    await assert.rejects(l2(0.1).init({ w: new Float32Array(1) }), /its equations never assign the parameter w/);
  });
  test('independent decay with a plain function', async () => {
    await assert.rejects(
      adamw({ lr: (t) => 1 / t, decay: 'independent' }).init({ w: new Float32Array(1) }),
      /adamw: lr is a function, whose peak is unknown/,
    );
  });
  test('shapes', () => {
    assert.throws(() => tensor([2.5]), /2.5 is not a size/);
    assert.throws(() => tensor([-1]), /-1 is not a size/);
    assert.throws(() => tensor([2, 2], { values: new Float32Array(3) }), /3 values do not fill the shape \[2, 2\], which takes 4/);
  });
  test('UnsupportedError is a ThalwegError', () => assert.ok(new UnsupportedError('x', 'y') instanceof ThalwegError));
});

describe('step', () => {
  const cases: readonly (readonly [name: string, gradients: object, message: RegExp])[] = [
    ['missing', { w: new Float32Array(2) }, /adam: the gradient of bias is missing/],
    ['unknown', { w: new Float32Array(2), bias: new Float32Array(1), bios: new Float32Array(1) }, /adam: there is no parameter bios \(did you mean bias\?\)/],
    ['length', { w: new Float32Array(3), bias: new Float32Array(1) }, /adam: the gradient of w has 3 elements; the parameter has 2/],
    ['type', { w: new Float64Array(2), bias: new Float32Array(1) }, /adam: the gradient of w must be a Float32Array, not a Float64Array/],
    ['no array', { w: [1, 2], bias: new Float32Array(1) }, /must be a Float32Array, not an Array/],
  ];
  for (const [name, gradients, message] of cases) {
    test(name, async () => {
      const opt = await adam().init({ w: new Float32Array(2), bias: new Float32Array(1) });
      opt.grads.w.fill(3);
      assert.throws(() => opt.step(loose(gradients)), (error) => error instanceof ArrayError && message.test(error.message));
      assert.deepEqual([opt.t, [...opt.grads.w], [...opt.params.w]], [0, [3, 3], [0, 0]]);
    });
  }
  test('a live hyperparameter out of range or not in the equations', async () => {
    const opt = await sgd({ lr: 0.1 }).init({ w: new Float32Array(1) });
    assert.throws(() => (opt.hyper.lr = -1), OptionError);
    assert.equal(opt.hyper.lr, 0.1);
    assert.throws(() => (opt.hyper.momentum = 0.9), /sgd: momentum is not in the equations of this optimizer, which has lr/);
  });
  test('a schedule that leaves the range stops before anything changes', async () => {
    const opt = await sgd({ lr: (t) => 3 - t }).init({ w: Float64Array.of(0) });
    for (let t = 1; t <= 3; t++) opt.step({ w: Float64Array.of(1) });
    assert.throws(() => opt.step({ w: Float64Array.of(1) }), /sgd: lr must lie in \[0, ∞\), and its schedule gives -1 at step 4/);
    assert.deepEqual([opt.t, opt.params.w[0]], [3, -3]);
  });
}); // prettier-ignore

describe('schedules and minimize', () => {
  const cases: readonly (readonly [make: () => unknown, message: RegExp])[] = [
    [() => linear({ from: 1, to: 0, steps: 0 }), /linear: steps must be a number above 0, not 0/],
    [() => constant(NaN), /constant: c must be a finite number/],
    [() => polynomial({ from: 1, power: 0, steps: 5 }), /power/],
    [() => exponential({ from: 1, rate: -1 }), /rate/],
    [() => cosine({ peak: 1, total: -5 }), /total/],
    [() => warmupCosine({ peak: 1, warmup: 10, total: 10 }), /total must be above warmup \(10\), not 10/],
    [() => warmupStableDecay({ peak: 1, warmup: 1, stable: 1, decay: 0 }), /decay/],
    [() => oneCycle({ peak: 1, total: 10, rise: 1 }), /rise/],
    [() => cosineRestarts({ peak: 1, period: 10, growth: 0.5 }), /growth/],
    [() => inverseSqrt({ peak: 1, warmup: 0 }), /warmup must be a number of at least 1/],
    [() => piecewise({ values: [1], boundaries: [5] }), /one more than the 1 boundaries, not 1/],
    [() => piecewise({ values: [1, 2, 3], boundaries: [5, 5] }), /must increase/],
    [() => joinSchedules([constant(1)], [5]), /one more/],
    [() => schedule('a/t + q', { a: 1 }), /schedule, line 1, column 7: q is not known; give its value as a constant: \{ q: 1 \}\n/],
  ];
  for (const [make, message] of cases) test(make.toString().slice(6), () => assert.throws(make, message));

  test('minimize', async () => {
    const bowl = (w: Float64Array, g: Float64Array): number => ((g[0] = 2 * w[0]!), w[0]! ** 2);
    const at = Float64Array.of(1);
    await assert.rejects(minimize(bowl, at, { optimizer: sgd(), steps: -1 }), OptionError);
    await assert.rejects(minimize(bowl, at, { optimizer: sgd(), steps: 1, tolerance: NaN }), OptionError);
    await assert.rejects(minimize(bowl, loose<Float64Array>([1]), { optimizer: sgd(), steps: 1 }), /must be a Float64Array/);
    const easy = await minimize(bowl, at, { optimizer: sgd({ lr: 0.25 }), steps: 1000, tolerance: 1e-6 });
    assert.deepEqual([easy.reason, easy.gradientNorm <= 1e-6, at[0]], ['tolerance', true, 1]);
    assert.equal((await minimize(bowl, at, { optimizer: sgd({ lr: 10 }), steps: 1000 })).reason, 'diverged');
    assert.equal((await minimize(bowl, at, { optimizer: sgd(), steps: 10, signal: AbortSignal.abort() })).reason, 'aborted');
    const seen: number[] = [];
    await minimize(bowl, at, { optimizer: sgd(), steps: 3, onStep: ({ t }) => seen.push(t) });
    assert.deepEqual(seen, [0, 1, 2]);
  });
}); // prettier-ignore

test('the compiler refuses what it can', () => {
  const root = join(import.meta.dirname, '../../..');
  const folder = join(import.meta.dirname, '.types');
  const lines = [
    'adamw({ learningRate: 1 });',
    "adamw({ lr: '0.1' });",
    "adamw({ decay: 'strong' });",
    'sgd({ nesterov: 1 });',
    'const opt = await adamw().init({ w: new Float32Array(1), b: new Float64Array(1) }); opt.params.missing;',
    'const opt = await adamw().init({ w: new Float32Array(1) }); opt.step({ w: [1] });',
    'const opt = await adamw().init({ w: new Float32Array(1) }); opt.hyper.learningRate = 1;',
    "const opt = await adamw().init({ w: tensor([1], { dtype: 'float64' }) }); const w: Float32Array = opt.params.w; void w;",
    'const opt = await adamw().init({ w: new Float32Array(1) }); opt.hyper.lr *= 0.5;',
    'const opt = await adamw().init({ w: new Float32Array(1) }); opt.hyper.lr += 1;',
    'const opt = await adamw().init({ w: new Float32Array(1) }); const half = opt.hyper.lr / 2; void half;',
    'const opt = await adamw().init({ w: new Float32Array(1) }); opt.params.w = new Float32Array(1);',
    'const opt = await adamw().init({ w: new Float32Array(1) }); if (opt.step() === true) void 0;',
    'const opt = await adamw().init({ w: new Float32Array(1) }, { acumulate: 2 }); void opt;',
    "const opt = await adamw().init({ w: { shape: [1], dtype: 'float32' } }); void opt;",
  ];
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  lines.forEach((line, i) => writeFileSync(join(folder, `${String(i)}.ts`), `import { adamw, sgd, tensor } from 'thalweg';\n${line}\nvoid [adamw, sgd, tensor];\n`));
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ extends: '../../../../tsconfig.base.json', compilerOptions: { noEmit: true }, include: ['*.ts'] }));
  let output = '';
  try {
    execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '--pretty', 'false', '-p', folder], { encoding: 'utf8', stdio: 'pipe', cwd: folder });
  } catch (error) {
    output = String((error as { stdout: unknown }).stdout);
  }
  const refused = new Set([...output.matchAll(/^(\d+)\.ts\(2,/gm)].map((match) => Number(match[1])));
  assert.deepEqual([...refused].toSorted((a, b) => a - b), lines.map((_, i) => i), output);
}); // prettier-ignore

describe('what a newcomer gets wrong is said in words', () => {
  const cases: readonly (readonly [string, () => unknown, RegExp])[] = [
    ['options that are a number', () => adam(loose<never>(0.1)), /adam: options must be an object, { lr: … }, not 0.1/],
    ['a hyperparameter declared as a number', () => optimizer({ name: 'x', hyper: loose<never>({ lr: 0.1 }), equations: 'w ← w − lr·g' })(), /x: lr must be declared as \[symbol, default\], \['η', 0.1\], not 0.1/],
    ['no name', () => optimizer({ name: '', hyper: {}, equations: 'w ← w − g' })(), /^optimizer: name must be a non-empty string, not ""$/],
    ...Object.getOwnPropertyNames(Object.prototype).map((key) => [`an option called ${key}`, () => optimizer({ name: 'x', hyper: { [key]: ['η', 1] }, equations: 'w ← w − η·g' })(), /^x: hyper: ".*" cannot be the name of an option/] as const),
    ['a method that was not called', () => chain(clipByGlobalNorm(1), loose<never>(adam)), /chain: takes each method as an argument, .* not a function; call it: adam\(\)/],
    ['a list of methods', () => chain(loose<never>([adam()])), /chain: takes each method as an argument, .* not an Array/],
    ['values for a shape', () => tensor(loose<never>(new Float32Array(2))), /tensor: a shape is a list of sizes, \[784, 128\], not a Float32Array; first values go into { values }/],
    ['a number for a shape', () => tensor(loose<never>(10)), /tensor: a shape is a list of sizes/],
    ['values behind a shape', () => tensor([2], loose<never>(new Float32Array(2))), /the second argument must be { values } or { dtype }, not a Float32Array/],
  ]; // prettier-ignore
  for (const [name, make, message] of cases) test(name, () => assert.throws(make, (error) => error instanceof ThalwegError && message.test(error.message))); // prettier-ignore

  test('parameters without names', async () => {
    await assert.rejects(
      adam().init(loose<never>(new Float32Array(3))),
      /adam: parameters are given by name, { w: new Float32Array\(3\) }, not as a Float32Array/,
    );
    await assert.rejects(adam().init(loose<never>(undefined)), /parameters are given by name/);
  });

  test('a view that is replaced, which the memory would not notice', async () => {
    const opt = await adam().init({ w: new Float32Array(2) });
    const views = opt as unknown as Record<'params' | 'grads', Record<string, Float32Array>>;
    for (const role of ['params', 'grads'] as const) {
      assert.throws(() => { views[role]['w'] = new Float32Array(2); }, (error) => error instanceof ThalwegError && error.message.includes(`copy into it: opt.${role}.w.set(…)`)); // prettier-ignore
    }
    assert.deepEqual(Object.keys({ ...opt.grads }), ['w']);
  });

  test('a function without a loss', async () => {
    await assert.rejects(
      minimize(loose<never>(() => undefined), Float64Array.of(1), { optimizer: adam(), steps: 3 }), // prettier-ignore
      /minimize: the function must return its loss, a number, and returned undefined/,
    );
  });
});

test('an option in the spelling of Python, with underscores, leads to the one that is meant, of every method', () => {
  for (const make of Object.values<unknown>(thalweg)) {
    if (typeof make !== 'function' || !('definition' in make)) continue;
    const { name, hyper, variants = {} } = make.definition as { name: string; hyper: object; variants?: object };
    for (const option of [...Object.keys(hyper), ...Object.keys(variants)]) {
      const snake = option.replaceAll(/[A-Z0-9]+/g, (part) => `_${part.toLowerCase()}`);
      if (snake === option || option === 'l2') continue;
      assert.throws(
        () => (make as unknown as (options: object) => unknown)({ [snake]: 0.5 }),
        (error) => error instanceof OptionError && error.message.includes(`${snake} is not an option (did you mean ${option}?)`),
        `${name}: ${snake}`,
      );
    }
  }
});
