/**
 * `node --conditions=source conformance/low-precision.ts [--preset quick] [--seeds 5] [--write]`: trains `digits` and `words` with states in
 * float32, bfloat16 and float8, and with a model in half precision, seed by seed from the same weights on the same batches, and tells whether the formats differ by more than
 * seeds do. `--write` keeps the table in docs/low-precision.md.
 */
import { compareWith, lower, problems, quantile, type Model } from '@thalweg/compare';
import { adagrad, adamw, sgd, type InitOptions, type Method } from 'thalweg';
import { asked, write } from '../scripts/asked.ts';
import { writeBetween } from '../scripts/write-between.ts';

/** What is compared with float32. */
const variants: Readonly<Record<string, InitOptions>> = {
  float32: {},
  bfloat16: { state: 'bfloat16' },
  float8: { state: 'float8' },
  'bfloat16, and the model in half precision': { state: 'bfloat16', half: 'bfloat16' },
};

/** The optimizers with the learning rates that the quick comparison of the README chose. */
const optimizers: Readonly<Record<string, Readonly<Record<string, Method>>>> = {
  digits: {
    AdamW: adamw({ lr: 0.01 }),
    AdaGrad: adagrad({ lr: 0.1 }),
    'SGD + momentum': sgd({ lr: 0.1, momentum: 0.9 }),
  },
  words: {
    AdamW: adamw({ lr: 0.0316 }),
    AdaGrad: adagrad({ lr: 0.316 }),
    'SGD + momentum': sgd({ lr: 1, momentum: 0.9 }),
  },
};

const values = asked(
  'node --conditions=source conformance/low-precision.ts',
  'trains digits and words with states in float32, bfloat16 and float8, and with a model in half precision',
  {
    preset: { about: 'the length of a run: quick (default) or standard', takes: 'NAME' },
    seeds: { about: 'the number of seeds; default: 5', takes: 'NUMBER' },
    ...write('docs/low-precision.md'),
  },
);
const preset = values.preset === 'standard' ? 'standard' : 'quick';
const seeds = Array.from({ length: Number(values.seeds ?? '5') }, (_, i) => 201 + i);

/** Test error and validation loss after one run. A model in half precision sees rounded weights, and its gradients are rounded. */
async function train(model: Model, method: Method, steps: number, seed: number, options: InitOptions): Promise<Measured> {
  const opt = await method.init(await model.start(seed), { ...options, threads: 1 });
  const copies = Object.fromEntries(Object.entries(opt.params).map(([name, w]) => [name, Float32Array.from(w)]));
  const gradients = Object.fromEntries(Object.entries(copies).map(([name, w]) => [name, new Float32Array(w.length)]));
  const params = options.half === undefined ? opt.params : copies;
  const widen = (): void => {
    if (options.half !== undefined) for (const [name, codes] of Object.entries(opt.half.params)) copies[name]!.set(fromBfloat16(codes));
  };
  for (let t = 1; t <= steps; t++) {
    widen();
    await model.gradient(params, options.half === undefined ? opt.grads : gradients, seed, t);
    if (options.half !== undefined) for (const [name, g] of Object.entries(gradients)) opt.half.grads[name]!.set(toBfloat16(g));
    opt.step();
  }
  widen();
  const [test, validation] = [await model.evaluate(params, 'test'), await model.evaluate(params, 'validation')];
  if (typeof test === 'number' || typeof validation === 'number') throw new TypeError('the problem tells no loss');
  const measured = { error: test.value, loss: validation.loss };
  opt.dispose();
  return measured;
}

function fromBfloat16(codes: Uint16Array): Float32Array {
  return new Float32Array(Uint32Array.from(codes, (code) => code << 16).buffer);
}

/** To nearest, ties to even. */
function toBfloat16(values: Float32Array): Uint16Array {
  const patterns = new Uint32Array(values.slice().buffer);
  return Uint16Array.from(patterns, (pattern) => (pattern + 0x7fff + ((pattern >>> 16) & 1)) >>> 16);
}

interface Measured {
  readonly error: number;
  readonly loss: number;
}

function deviation(numbers: readonly number[]): number {
  const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
  return Math.sqrt(numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (numbers.length - 1));
}

/** The paired differences of a variant from float32, against the deviation of float32 from seed to seed. */
function judge(plain: readonly number[], other: readonly number[], digits: number): { readonly text: string; readonly verdict: string } {
  const scores = (numbers: readonly number[]): Map<number, number> => new Map(numbers.map((x, i) => [i, x]));
  const [paired] = compareWith('float32', new Map([['float32', scores(plain)], ['other', scores(other)]]), { alpha: 0.05, direction: lower }); // prettier-ignore
  const { difference, interval } = paired!;
  const signed = (x: number): string => `${x < 0 ? '−' : '+'}${Math.abs(x).toFixed(digits)}`;
  const [low, high] = interval ?? [NaN, NaN];
  const noise = Math.abs(difference!) <= deviation(plain);
  const detectable = low > 0 || high < 0;
  const verdict = noise ? (detectable ? 'detectable, within seed noise' : 'within seed noise') : difference! > 0 ? 'worse' : 'better';
  return { text: `${signed(difference!)} (${signed(low)} to ${signed(high)})`, verdict };
}

function spread(numbers: readonly number[], digits: number): string {
  const at = (q: number): string => (quantile(numbers, q) ?? NaN).toFixed(digits);
  return `${at(0.5)} (${at(0.25)}–${at(0.75)})`;
}

const lines = [
  '| problem | optimizer | state | test error, % | difference from float32 | validation loss | difference from float32 | std over seeds, float32 | verdict |',
  '| --- | --- | --- | --: | --: | --: | --: | --: | --- |',
];
for (const problem of problems.filter(({ id }) => Object.hasOwn(optimizers, id))) {
  const model = await problem.load();
  for (const [name, method] of Object.entries(optimizers[problem.id] ?? {})) {
    const results = new Map<string, Measured[]>();
    for (const [variant, options] of Object.entries(variants)) {
      const own: Measured[] = [];
      for (const seed of seeds) own.push(await train(model, method, problem.steps[preset], seed, options));
      results.set(variant, own);
    }
    const plain = results.get('float32') ?? [];
    const errors = plain.map(({ error }) => error);
    const losses = plain.map(({ loss }) => loss);
    for (const [variant, own] of results) {
      const cells = [spread(own.map(({ error }) => error), 2), spread(own.map(({ loss }) => loss), 4)]; // prettier-ignore
      const [error, loss] = [judge(errors, own.map((one) => one.error), 2), judge(losses, own.map((one) => one.loss), 4)]; // prettier-ignore
      const reference = variant === 'float32';
      const noise = `${deviation(errors).toFixed(2)} %, ${deviation(losses).toFixed(4)}`;
      const verdict = error.verdict === loss.verdict ? error.verdict : `error ${error.verdict}; loss ${loss.verdict}`;
      const row = reference ? [cells[0], '', cells[1], '', noise, ''] : [cells[0], error.text, cells[1], loss.text, '', verdict];
      lines.push(`| ${[problem.id, name, variant, ...row].join(' | ')} |`);
      console.log(lines.at(-1));
    }
  }
}
const steps = problems
  .filter(({ id }) => Object.hasOwn(optimizers, id))
  .map(({ id, steps: all }) => `${String(all[preset])} steps of ${id}`);
const made = `${String(seeds.length)} seeds, ${steps.join(', ')}. Lower is better. Medians with quartiles; mean paired differences with 95 % intervals; the standard deviation over seeds is that of float32.`;
if (values.write) await writeBetween('docs/low-precision.md', 'convergence', [...lines, '', made].join('\n'));
