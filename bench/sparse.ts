/**
 * `npm run bench:sparse`: the time of a step of 256 rows of a table of 64 columns, for tables of ten thousand to a million rows: with the same rows in each step,
 * which shows the time of the step itself, and with other rows scattered over the table, which shows cache misses too. `--write` writes sparse.md.
 */
import { writeFileSync } from 'node:fs';
import { cpus, platform, release } from 'node:os';
import { join } from 'node:path';
import { adagrad, adamw, chain, clipByGlobalNorm, rows, sgd, sparse, tensor, type Method } from 'thalweg';
import { asked, smoke, write } from '../scripts/asked.ts';
import { quartiles } from './statistics.ts';
import { figure } from './table.ts';

const options = asked('npm run bench:sparse', 'the time of a step of 256 rows of large tables', { ...write('bench/sparse.md'), ...smoke });
const [cols, named] = [64, 256];
const heights = options.smoke ? [1000, 10_000] : [10_000, 100_000, 1_000_000];
const [rounds, steps] = options.smoke ? [2, 5] : [11, 100];

interface Contender {
  readonly step: (t: number) => void;
  readonly close: () => void;
}

async function table(method: Method, height: number, scattered: boolean): Promise<Contender> {
  const opt = await method.init({ E: sparse([height, cols]) }, { threads: 1 });
  const values = Float32Array.from({ length: named * cols }, (_, i) => Math.sin(i));
  // As words are over a vocabulary.
  const indices = new Int32Array(named);
  const step = (t: number): void => {
    for (let i = 0; i < named; i++) indices[i] = (Math.imul((scattered ? t : 0) * named + i, 0x9e3779b1) >>> 0) % height;
    opt.step({ E: rows(indices, values) });
  };
  return { step, close: () => { opt.dispose(); } }; // prettier-ignore
}

async function dense(method: Method, height: number): Promise<Contender> {
  const opt = await method.init({ E: tensor([height, cols]) }, { threads: 1 });
  opt.grads.E.fill(0.1);
  return { step: () => void opt.step(), close: () => { opt.dispose(); } }; // prettier-ignore
}

function race(contenders: readonly Contender[]): string[] {
  const times = contenders.map((): number[] => []);
  let t = 0;
  for (let round = -2; round < rounds; round++) {
    contenders.forEach(({ step }, i) => {
      const started = performance.now();
      for (let k = 0; k < steps; k++) step(++t);
      if (round >= 0) times[i]!.push((1000 * (performance.now() - started)) / steps);
    });
  }
  for (const { close } of contenders) close();
  return times.map((some) => figure(quartiles(some)));
}

const methods = { sgd: sgd(), adagrad: adagrad(), adamw: adamw(), 'clip, adamw': chain(clipByGlobalNorm(1), adamw()) };
const [smallest = 0] = heights;
const lines: string[] = [];
for (const [name, method] of Object.entries(methods)) {
  const tables = [false, true].flatMap((scattered) => heights.map((height) => table(method, height, scattered)));
  lines.push(`| ${name} | ${race(await Promise.all([dense(method, smallest), ...tables])).join(' | ')} |`);
}

const [cpu] = cpus();
const count = (height: number): string => height.toLocaleString('en');
const text = [
  `| optimizer | dense: all ${count(smallest)} rows | ${[`the same ${String(named)} rows of`, `changing ${String(named)} rows of`].flatMap((which) => heights.map((height) => `${which} ${count(height)}`)).join(' | ')} |`,
  `| --- |${' --- |'.repeat(2 * heights.length + 1)}`,
  ...lines,
  '',
  `- The time of a step in microseconds, for float32 tables of ${String(cols)} columns, one thread; lower is better. Medians (quartiles) of ${String(rounds)} rounds of ${String(steps)} steps after two for warm-up, interleaved. A dense step needs the gradient of every row.`,
  '- Changing rows: other rows in each step, scattered over the table. In a large table they are in no cache, so the difference from the same rows is the latency of memory.',
  `- ${cpu?.model.trim() ?? 'unknown'}, ${String(cpus().length)} cores; ${platform()} ${release()}; Node ${process.version}.`,
  `- Made ${new Date().toISOString().slice(0, 10)} by \`npm run bench:sparse -- --write\`.`,
  '',
].join('\n');
if (options.write) writeFileSync(join(import.meta.dirname, 'sparse.md'), `# Sparse rows\n\n${text}`);
console.log(text);
