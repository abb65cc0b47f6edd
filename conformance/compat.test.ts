/**
 * docs/compat.md against the libraries: each call in a right column, with nothing but a learning rate, takes the steps that the library takes with its own
 * defaults (traces/compat-*.json, made by compat.py). A row without a trace or a trace without a row fails, and a looser bound stands in the row.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as thalweg from 'thalweg';
import { boundOf, evaluate, rowsOf } from './compat-page.ts';
import { gradient, loss, weight } from './stream.ts';
import { factories, read } from './table.ts';

type Shapes = Readonly<Record<string, readonly number[]>>;
interface Trace {
  readonly given: Readonly<Record<string, number>>;
  readonly defaults: Readonly<Record<string, unknown>>;
  readonly tensors: readonly string[];
  readonly steps: readonly (readonly number[])[];
}
interface Document {
  readonly shapes: Shapes;
  readonly recorded: readonly number[];
  readonly libraries: Readonly<Record<string, Readonly<Record<string, Trace>>>>;
}

const documents = ['torch', 'optax', 'keras'].map((name) => read(`traces/compat-${name}.json`) as Document);
/** The elements of a tensor that a trace has; compat.py has the same. */
const recordedOf = (size: number): readonly number[] => Array.from({ length: size }, (_, i) => i).filter((i) => i < 4 || i === size - 1);

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1);
const firstOf = (shapes: Shapes): Map<string, number> => {
  let element = 0;
  return new Map(Object.entries(shapes).map(([name, shape]) => [name, (element += sizeOf(shape)) - sizeOf(shape)]));
};

const gradients = new Map<string, Float64Array>();
function gradientOf(name: string, t: number, size: number, first: number): Float64Array {
  const key = `${name} ${String(t)}`;
  const made =
    gradients.get(key) ?? Float64Array.from({ length: size }, (_, i) => gradient(t, first + i, name === 'late' ? 'gaps' : 'plain'));
  gradients.set(key, made);
  return made;
}

/** How a name's trace was made where that is not by the method's steps alone; compat.py says the same. */
interface Special {
  readonly init?: thalweg.InitOptions;
  /** What each loss is multiplied by before the gradient. */
  readonly scale?: (opt: thalweg.Optimizer, t: number) => number;
  /** What to compare instead of the weights. */
  readonly read?: (opt: thalweg.Optimizer) => Readonly<Record<string, ArrayLike<number>>>;
}
const specials: Readonly<Record<string, Special>> = {
  schedule_free_eval_params: { read: (opt) => opt.evaluate() },
  LossScaleOptimizer: { init: { lossScale: { initial: 2 ** 15 } }, scale: (opt, t) => (t === 5 ? Infinity : opt.lossScale) },
};

/** The recorded elements of the weights that a method has after each recorded step. */
async function stepsOf(
  method: thalweg.Method,
  { tensors: names }: Trace,
  { shapes, recorded }: Document,
  special: Special = {},
): Promise<number[][]> {
  const firsts = firstOf(shapes);
  const tensors = names.map((name) => ({ name, shape: shapes[name]!, first: firsts.get(name)!, size: sizeOf(shapes[name]!) }));
  const parameters = tensors.map(({ name, shape, first, size }) => {
    const values = Float64Array.from({ length: size }, (_, i) => (name === 'zero' ? 0 : weight(first + i)));
    return [name, thalweg.tensor(shape, { values })] as const;
  });
  const opt: thalweg.Optimizer = await method.init(Object.fromEntries(parameters), special.init);
  const steps: number[][] = [];
  for (let t = 1; t <= recorded.at(-1)!; t++) {
    const scale = special.scale?.(opt, t) ?? 1;
    for (const { name, size, first } of tensors) {
      const g = gradientOf(name, t, size, first);
      opt.grads[name]!.set(scale === 1 ? g : g.map((x) => (scale === Infinity ? scale : scale * x)));
    }
    const squares = (): Record<string, ArrayLike<number>> =>
      Object.fromEntries(Object.entries(opt.grads).map(([name, g]) => [name, g.map((x) => x * x)]));
    const inputs = {
      ...(method.inputs.includes('hessian') ? { hessian: squares() } : {}),
      ...(method.inputs.includes('loss') ? { loss: loss(t) } : {}),
    };
    opt.step(undefined, inputs as thalweg.Inputs);
    const weights = special.read?.(opt) ?? opt.params;
    if (recorded.includes(t)) steps.push(tensors.flatMap(({ name, size }) => recordedOf(size).map((i) => weights[name]![i]!)));
  }
  opt.dispose();
  return steps;
}

/** The root mean square of the noise in the gradient at the recorded steps, of steps with and without it. */
async function noiseOf(method: thalweg.Method, plain: thalweg.Method, { shapes, recorded }: Document): Promise<number[][]> {
  const size = sizeOf(shapes['large']!);
  const [noisy, quiet] = [await method.init({ w: new Float64Array(size) }), await plain.init({ w: new Float64Array(size) })];
  const noise: number[][] = [];
  for (let t = 1; t <= recorded.at(-1)!; t++) {
    for (const opt of [noisy, quiet]) {
      opt.params.w.fill(0);
      opt.step({ w: new Float64Array(size).fill(0.1) });
    }
    const squares = noisy.params.w.reduce((sum, w, i) => sum + ((w - quiet.params.w[i]!) / 0.01) ** 2, 0);
    if (recorded.includes(t)) noise.push([Math.sqrt(squares / size)]);
  }
  return noise;
}

/** The largest difference over the largest magnitude that the element had. */
function disagreement(ours: readonly (readonly number[])[], theirs: readonly (readonly number[])[]): number {
  const scale = theirs[0]!.map((_, i) => Math.max(...theirs.map((step) => Math.abs(step[i]!))));
  const ratios = theirs.flatMap((step, n) => step.map((w, i) => (ours[n]![i] === w ? 0 : Math.abs(ours[n]![i]! - w) / scale[i]!)));
  return ratios.some(Number.isNaN) ? Infinity : Math.max(...ratios);
}

for (const document of documents) {
  for (const [library, traces] of Object.entries(document.libraries)) {
    const rows = rowsOf(library);
    test(`${library}: every trace has a row`, () => {
      assert.deepEqual(Object.keys(traces).filter((name) => !rows.some((row) => row.name === name)), []); // prettier-ignore
    });
    for (const { name, call, says } of rows) {
      const trace = traces[name];
      if (trace === undefined || /^not (available|reproduced):/.test(says)) {
        test(`${library}.${name}: says why there is no call`, () =>
          assert.match(says, /^not (available|reproduced)[:,] .{20,}|^`.*`, tested by/));
        continue;
      }
      test(`${library}.${name}: the call has its steps`, async () => {
        assert.ok(call !== undefined, `${says} begins with no call`);
        const lr = Object.values(trace.given)[0]!;
        const method = evaluate(call, { lr }) as thalweg.Method;
        // A row excepts kernels where the trace has none.
        assert.equal(trace.tensors.includes('kernel'), !/kernels|only for matrices|noise/.test(says));
        const bound = boundOf(says);
        const measured = disagreement(
          await (name === 'noisy_sgd' ? noiseOf(method, thalweg.sgd({ lr }), document) : stepsOf(method, trace, document, specials[name])),
          trace.steps,
        );
        assert.ok(measured <= bound, `${call} is off by ${measured.toExponential(1)}, more than ${bound}`);
      });
    }
  }
}

/** What a hyperparameter of ours is called in a library's signature. */
const called: Readonly<Record<string, readonly string[]>> = {
  lr: ['lr', 'learning_rate', 'max_learning_rate'],
  beta1: ['betas.0', 'b1', 'beta_1'],
  beta2: ['betas.1', 'b2', 'beta_2'],
  eps: ['eps', 'epsilon'],
  weightDecay: ['weight_decay', 'weight_decay_rate'],
  momentum: ['momentum', 'beta'],
  beta: ['alpha', 'rho', 'decay'],
  rho: ['rho'],
  initial: ['initial_accumulator_value'],
  momentumDecay: ['momentum_decay'],
  gamma: ['gamma'],
  every: ['update_interval'],
  eps1: ['eps.0', 'eps', 'epsilon_1'],
  eps2: ['eps.1', 'epsilon_2'],
  clip: ['d', 'clipping_threshold', 'clip_threshold'],
  etaMinus: ['etas.0', 'eta_minus'],
  etaPlus: ['etas.1', 'eta_plus'],
  minStep: ['step_sizes.0', 'min_step_size'],
  maxStep: ['step_sizes.1', 'max_step_size'],
  power: ['learning_rate_power'],
};
/** What a library means by None: no decay and no momentum, a factor of 1, and for PyTorch's Adafactor the smallest difference from 1 in float64. */
const none: Readonly<Record<string, number>> = { lr: 1, weightDecay: 0, momentum: 0, eps1: 2 ** -52 };

/** The library's default of a hyperparameter of ours; undefined where its signature has none. */
function defaultOf({ defaults }: Trace, hyper: string): number | undefined {
  for (const path of called[hyper] ?? []) {
    const [key = '', index] = path.split('.');
    const found: unknown =
      index === undefined ? defaults[key] : Array.isArray(defaults[key]) ? (defaults[key] as unknown[])[Number(index)] : undefined;
    if (found === null) return none[hyper];
    if (typeof found === 'number') return found;
  }
  return undefined;
}

let compared = 0;
for (const document of documents) {
  for (const [library, traces] of Object.entries(document.libraries)) {
    const word = library.split('.')[0]!;
    for (const { name, call = '' } of rowsOf(library)) {
      const factory = factories.get(/^\w+/.exec(call)?.[0] ?? '');
      const trace = traces[name];
      const words = (factory?.definition.variants as { readonly compat?: readonly string[] } | undefined)?.compat ?? [];
      if (trace === undefined || !words.includes(word) || name === 'SparseAdam') continue;
      test(`${library}.${name}: compat: '${word}' has its defaults`, () => {
        const method = evaluate(call.replace('{ lr', `{ compat: '${word}', lr`), { lr: undefined }) as thalweg.Method;
        for (const [hyper, value] of method.hyper) {
          const theirs = defaultOf(trace, hyper);
          if (theirs === undefined) continue;
          assert.equal(value, theirs, hyper);
          compared += 1;
        }
      });
    }
  }
}
test('many defaults were compared', () => assert.ok(compared > 100, String(compared)));
