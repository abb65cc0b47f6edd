/**
 * `node --conditions=source bench/state.ts [--write]`: the steps of AdamW and of SGD with momentum with states in float32, bfloat16 and float8 and
 * with a model in half precision. Contenders take turns within each round and ratios are formed within rounds; before each of its turns a
 * contender takes one step that does not count. `--write` keeps the table in docs/low-precision.md; the machine should have nothing else to do.
 */
import { cpus } from 'node:os';
import { quantile } from '@thalweg/guide';
import { adamw, sgd, tensor, type InitOptions, type Method } from 'thalweg';
import { asked, smoke, write } from '../scripts/asked.ts';
import { writeBetween } from '../scripts/write-between.ts';

interface Contender {
  readonly name: string;
  readonly options: InitOptions;
  /** Bytes of an element of a state. */
  readonly state: number;
}

const [single, bfloat16, float8]: readonly Contender[] = [
  { name: 'float32', options: {}, state: 4 },
  { name: 'bfloat16', options: { state: 'bfloat16' }, state: 2 },
  { name: 'float8', options: { state: 'float8' }, state: 1 + 1 / 32 },
] as const;
const inHalf = ({ name, options, state }: Contender): Contender => ({
  name: `${name}, model in half precision`,
  options: { ...options, half: 'bfloat16' },
  state,
});

interface Race {
  readonly name: string;
  readonly method: () => Method;
  /** Arrays of state. */
  readonly states: number;
  readonly contenders: readonly Contender[];
}

const races: readonly Race[] = [
  { name: 'AdamW', method: () => adamw(), states: 2, contenders: [single, bfloat16, float8, inHalf(bfloat16), inHalf(float8)] },
  { name: 'SGD, momentum', method: () => sgd({ momentum: 0.9 }), states: 1, contenders: [single, bfloat16, float8] },
];

const values = asked(
  'node --conditions=source bench/state.ts',
  'step times with states in float32, bfloat16 and float8, and with a model in half precision',
  { ...write('docs/low-precision.md'), ...smoke },
);
const cases = values.smoke ? ([[1000, 1]] as const) : ([[1e5, 1], [1e6, 1], [1e7, 1], [1e7, 2]] as const); // prettier-ignore
const rounds = values.smoke ? 2 : 15;
const turn = values.smoke ? 1e5 : 2e7;

/** Bytes that stay for each parameter: itself, its gradient and its states. In half precision the gradient and a copy of the parameter take 2 each. */
function kept({ states }: Race, { state }: Contender): number {
  return 8 + states * state;
}

/** Bytes that a step moves for each parameter, and nanoseconds per parameter and step in each round, of each contender. */
async function run({ method, contenders }: Race, size: number, threads: number): Promise<{ moved: number; times: number[] }[]> {
  const ready = await Promise.all(
    contenders.map(async ({ options }) => {
      const opt = await method().init({ w: tensor([size]) }, { ...options, threads });
      if (options.half === undefined) opt.grads.w.forEach((_, i) => (opt.grads.w[i] = Math.sin(i) / 100));
      else opt.half.grads.w.forEach((_, i) => (opt.half.grads.w[i] = 0x3c00 + (i % 256)));
      for (let i = 0; i < 3; i++) opt.step();
      return { opt, moved: (opt.traffic.read + opt.traffic.written) / size, times: [] as number[] };
    }),
  );
  const steps = Math.max(2, Math.round(turn / size));
  for (let round = 0; round < rounds; round++) {
    for (let k = 0; k < ready.length; k++) {
      const { opt, times } = ready[(k + round) % ready.length]!;
      opt.step();
      const start = performance.now();
      for (let s = 0; s < steps; s++) opt.step();
      times.push(((performance.now() - start) * 1e6) / (steps * size));
    }
  }
  for (const { opt } of ready) opt.dispose();
  return ready;
}

const lines = [
  '| optimizer | parameters | threads | state | bytes moved per parameter | bytes stored per parameter | ns per parameter, lower is better: median (fastest) | time / time in float32: median (quartiles) |',
  '| --- | --: | --: | --- | --: | --: | --: | --: |',
];
for (const race of races) {
  for (const [size, threads] of cases) {
    const results = await run(race, size, threads);
    race.contenders.forEach((contender, i) => {
      const { moved, times } = results[i]!;
      const ratios = times.map((time, round) => time / results[0]!.times[round]!);
      const [low, middle, high] = [0.25, 0.5, 0.75].map((q) => quantile(ratios, q).toFixed(2));
      const speed = `${quantile(times, 0.5).toFixed(2)} (${quantile(times, 0).toFixed(2)})`;
      const ratio = i === 0 ? '1' : `${middle!} (${low!}–${high!})`;
      const bytes = [moved, kept(race, contender)].map((number) => Number(number.toFixed(3)));
      lines.push(`| ${[race.name, size.toLocaleString('en'), threads, contender.name, ...bytes, speed, ratio].join(' | ')} |`);
      console.log(lines.at(-1));
    });
  }
}
const made = `Made by \`node --conditions=source bench/state.ts --write\` on ${cpus()[0]?.model ?? 'an unknown processor'}, ${String(cpus().length)} cores, Node ${process.version}; ${new Date().toISOString().slice(0, 10)}.`;
if (values.write) await writeBetween('docs/low-precision.md', 'speed', [...lines, '', made].join('\n'));
