/**
 * `npm run bench:tiny`: the time of a step with very few parameters, beside a hand-written loop. There the arithmetic is negligible; what counts is the
 * overhead: choosing the plan, bias corrections, calling the kernel. `--write` writes tiny.md and the line of the README.
 */
import { writeFileSync } from 'node:fs';
import { cpus, platform, release } from 'node:os';
import { join } from 'node:path';
import { adamw, sgd, type Method } from 'thalweg';
import { asked, smoke, write } from '../scripts/asked.ts';
import { writeBetween } from '../scripts/write-between.ts';
import { quartiles, ratio } from './statistics.ts';

const options = asked('npm run bench:tiny', 'the time of a step with very few parameters, compared with a hand-written loop', {
  ...write('bench/tiny.md and the README'),
  ...smoke,
});
/** The engine compiles the code of a step again and again in its first 300,000. */
const [warmUp, rounds, steps] = options.smoke ? [1, 3, 20] : [150, 101, 4000];

type Numbers = Float32Array | Float64Array;

/** Takes a step with the gradient that lies in place. */
interface Stepper {
  readonly w: Numbers;
  readonly g: Numbers;
  readonly step: () => void;
}

/** AdamW and SGD as one would write them for arrays of one size, with the same hyperparameters as the library's defaults. */
const byHand: Readonly<Record<string, (make: (length: number) => Numbers, length: number) => Stepper>> = {
  adamw: (make, length) => {
    const [w, g, m, v] = [make(length), make(length), make(length), make(length)];
    const [lr, beta1, beta2, eps, decay] = [1e-3, 0.9, 0.999, 1e-8, 0.01];
    let t = 0;
    const step = (): void => {
      t += 1;
      const [first, second] = [1 - beta1 ** t, 1 - beta2 ** t];
      for (let i = 0; i < length; i++) {
        m[i] = beta1 * m[i]! + (1 - beta1) * g[i]!;
        v[i] = beta2 * v[i]! + (1 - beta2) * g[i]! * g[i]!;
        w[i]! -= lr * (m[i]! / first / (Math.sqrt(v[i]! / second) + eps) + decay * w[i]!);
      }
    };
    return { w, g, step };
  },
  sgd: (make, length) => {
    const [w, g] = [make(length), make(length)];
    const step = (): void => {
      for (let i = 0; i < length; i++) w[i]! -= 0.01 * g[i]!;
    };
    return { w, g, step };
  },
};

/** The library's stepper. */
async function ours(method: Method, w: Numbers): Promise<Stepper> {
  const opt = await method.init({ w });
  return { w: opt.params.w, g: opt.grads.w, step: () => void opt.step() };
}

/** Nanoseconds a step, the gradient of a bowl included. */
function time({ w, g, step }: Stepper): number {
  const started = process.hrtime.bigint();
  for (let t = 0; t < steps; t++) {
    for (let i = 0; i < w.length; i++) g[i] = w[i]! - 0.25;
    step();
  }
  return Number(process.hrtime.bigint() - started) / steps;
}

const types: readonly (readonly [dtype: string, make: (length: number) => Numbers])[] = [
  ['float32', (length) => new Float32Array(length).fill(0.5)],
  ['float64', (length) => new Float64Array(length).fill(0.5)],
];
const lines: string[] = [];
let said = '';
for (const [name, method] of [
  ['adamw', adamw()],
  ['sgd', sgd()],
] as const) {
  for (const [dtype, make] of types) {
    for (const length of [1, 16]) {
      const both = [await ours(method, make(length)), byHand[name]!(make, length)];
      const times: number[][] = both.map(() => []);
      for (let round = -warmUp; round < rounds; round++) {
        both.forEach((stepper, i) => {
          const spent = time(stepper);
          if (round >= 0) times[i]?.push(spent);
        });
      }
      const [own = [], hand = []] = times;
      const [middle, beside, over] = [quartiles(own)[1], quartiles(hand)[1], ratio(own, hand)?.[1] ?? NaN];
      lines.push(`| ${name} | ${dtype} | ${String(length)} | ${middle.toFixed(0)} | ${beside.toFixed(0)} | ${over.toFixed(1)} |`);
      if (said === '')
        said = `- Tiny models: an ${name} step on one ${dtype} parameter takes ${middle.toFixed(0)} ns, a hand-written loop ${beside.toFixed(0)} ns ([bench/tiny.md](bench/tiny.md)).`;
    }
  }
}

const table = [
  '# Tiny models',
  '',
  '| optimizer | type | parameters | Thalweg, ns per step | hand-written loop, ns per step | Thalweg / hand-written |',
  '| --- | --- | --: | --: | --: | --: |',
  ...lines,
  '',
  `- Medians of ${String(rounds)} rounds of ${String(steps)} steps that alternate between the two, after ${String(warmUp)} to warm up, including the computation of the gradient w − 1/4; lower is better. The hand-written loop checks nothing and has no schedules, no rounding of denormals to zero and no check for non-finite weights.`,
  `- ${cpus()[0]?.model.trim() ?? 'unknown'}, ${String(cpus().length)} cores; ${platform()} ${release()}; Node ${process.version}.`,
  `- Made ${new Date().toISOString().slice(0, 10)} by \`npm run bench:tiny -- --write\`.`,
  '',
].join('\n');
console.log(table);
if (options.write) {
  writeFileSync(join(import.meta.dirname, 'tiny.md'), table);
  await writeBetween('README.md', 'tiny', said);
}
