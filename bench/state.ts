/**
 * `node --conditions=source bench/state.ts [--write]`: AdamW's step with states in float32, bfloat16 and float8 and with a model in half
 * precision, on one thread. Contenders take turns within each round and ratios are formed within rounds; before each of its turns a contender
 * takes one step that does not count. What is measured is processor time of the thread, which other work on the machine disturbs less than it
 * does the clock on the wall. `--write` keeps the table in docs/low-precision.md.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { adamw, tensor, type InitOptions } from 'thalweg';
import { writeBetween } from '../scripts/write-between.ts';

interface Contender {
  readonly name: string;
  readonly options: InitOptions;
  /** Bytes that one parameter's step reads and writes, and bytes that it keeps, gradient and all. */
  readonly moved: number;
  readonly kept: number;
}

const contenders: readonly Contender[] = [
  { name: 'float32', options: {}, moved: 28, kept: 16 },
  { name: 'bfloat16', options: { state: 'bfloat16' }, moved: 20, kept: 12 },
  { name: 'float8', options: { state: 'float8' }, moved: 16.125, kept: 10.0625 },
  { name: 'bfloat16, model in half precision', options: { state: 'bfloat16', half: 'bfloat16' }, moved: 20, kept: 12 },
  { name: 'float8, model in half precision', options: { state: 'float8', half: 'bfloat16' }, moved: 16.125, kept: 10.0625 },
];

const { values } = parseArgs({ options: { write: { type: 'boolean' }, smoke: { type: 'boolean' } } });
const sizes = values.smoke === true ? [1000] : [1e5, 1e6, 1e7];
const rounds = values.smoke === true ? 2 : 15;
const turn = values.smoke === true ? 1e5 : 2e7;

function quantile(numbers: readonly number[], q: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.round((sorted.length - 1) * q)] ?? NaN;
}

/** Nanoseconds per parameter and step of each contender in each round. */
async function race(size: number): Promise<number[][]> {
  const ready = await Promise.all(
    contenders.map(async ({ options }) => {
      const opt = await adamw().init({ w: tensor([size]) }, { ...options, threads: 1 });
      if (options.half === undefined) opt.grads.w.forEach((_, i) => (opt.grads.w[i] = Math.sin(i) / 100));
      else opt.half.grads.w.forEach((_, i) => (opt.half.grads.w[i] = 0x3c00 + (i % 256)));
      for (let i = 0; i < 3; i++) opt.step();
      return opt;
    }),
  );
  const steps = Math.max(2, Math.round(turn / size));
  const times = ready.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (let k = 0; k < ready.length; k++) {
      const i = (k + round) % ready.length;
      const opt = ready[i]!;
      opt.step();
      const start = process.threadCpuUsage();
      for (let s = 0; s < steps; s++) opt.step();
      const { user, system } = process.threadCpuUsage(start);
      times[i]!.push(((user + system) * 1e3) / (steps * size));
    }
  }
  for (const opt of ready) opt.dispose();
  return times;
}

const lines = [
  '| parameters | state | bytes moved | bytes kept | ns per parameter: median (fastest) | time against float32: median (quartiles) |',
  '| --: | --- | --: | --: | --: | --: |',
];
for (const size of sizes) {
  const times = await race(size);
  contenders.forEach(({ name, moved, kept }, i) => {
    const own = times[i]!;
    const ratios = own.map((time, round) => time / times[0]![round]!);
    const [low, middle, high] = [0.25, 0.5, 0.75].map((q) => quantile(ratios, q).toFixed(2));
    const speed = `${quantile(own, 0.5).toFixed(2)} (${quantile(own, 0).toFixed(2)})`;
    const ratio = i === 0 ? '1' : `${middle!} (${low!}–${high!})`;
    lines.push(`| ${[size.toLocaleString('en'), name, moved, kept, speed, ratio].join(' | ')} |`);
    console.log(lines.at(-1));
  });
}
const made = `Made by \`node --conditions=source bench/state.ts --write\` on ${cpus()[0]?.model ?? 'an unknown processor'}, ${String(cpus().length)} cores, Node ${process.version}; ${new Date().toISOString().slice(0, 10)}.`;
if (values.write === true) await writeBetween('docs/low-precision.md', 'speed', [...lines, '', made].join('\n'));
