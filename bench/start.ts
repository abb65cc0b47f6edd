/**
 * `npm run bench:start`: the time to import and start the built library, in new processes, interleaved, and what it adds to a
 * bundle. `npm run build` first; `--write` writes start.md.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus, platform, release } from 'node:os';
import { join } from 'node:path';
import { asked, smoke, write } from '../scripts/asked.ts';
import { sizeOf } from './size.ts';
import { alone, fits, parts, starts, type Lap } from './start-once.ts';
import { quartiles } from './statistics.ts';
import { figure } from './table.ts';

const options = asked(
  'npm run bench:start',
  'the import and start-up time of the built library, and its size in a bundle (npm run build first)',
  { ...write('bench/start.md'), ...smoke },
);
const processes = options.smoke ? 2 : 25;

function startOnce(...asked: readonly string[]): Lap[] {
  const file = join(import.meta.dirname, 'start-once.ts');
  return JSON.parse(execFileSync(process.execPath, [file, ...asked], { encoding: 'utf8' })) as Lap[];
}

const laps = new Map(Object.keys(starts).map((name) => [name, [] as Lap[][]]));
const fitted = new Map([...Object.keys(fits), alone].map((name) => [name, [] as Lap[][]]));
for (let i = 0; i < processes; i++) {
  for (const [name, all] of laps) all.push(startOnce(name));
  for (const [name, all] of fitted) all.push(startOnce(name, 'fit'));
}

const times = [...laps].map(([name, all]) => {
  const cells = parts.map(
    (_, part) => figure(quartiles(all.map((one) => one[part]!.clock))) + ` | ${figure(quartiles(all.map((one) => one[part]!.cpu)))}`,
  );
  return `| ${name} | ${cells.join(' | ')} |`;
});
const fitTimes = [...fitted].map(([name, all]) => {
  const of = (which: number, time: keyof Lap): number[] => all.map((one) => one[which]![time]);
  return `| ${name} | ${figure(quartiles(of(0, 'clock')))} | ${figure(quartiles(of(0, 'cpu')))} | ${quartiles(of(1, 'clock'))[1].toFixed(2)} |`;
});

const bundles = [['everything', '*'], ['adamw alone', '{ adamw }'], ['sgd alone', '{ sgd }'], ['minimize and lbfgs', '{ lbfgs, minimize }'], ['adamw in TF.js', '*', join(import.meta.dirname, 'programs/one-in-tfjs.ts')], ['adamw in TF.js, operations alone', '*', join(import.meta.dirname, 'programs/one-in-tfjs-ops.ts')], ['adamw traced in jax-js', '*', join(import.meta.dirname, 'programs/one-in-jax.ts')], ['adamw in thalweg/small', '*', join(import.meta.dirname, 'programs/one-small.ts')], ['adamw written as a PyTorch file', '*', join(import.meta.dirname, 'programs/one-emitted.ts')]] as const; // prettier-ignore
const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;
const sizes: string[] = [];
for (const [name, exports, from] of bundles) {
  const { minified, gzip, brotli, first } = await sizeOf(exports, from);
  sizes.push(`| ${name} | ${kilobytes(minified)} | ${kilobytes(gzip)} | ${kilobytes(brotli)} | ${kilobytes(first.brotli)} |`);
}

const [cpu] = cpus();
const text = [
  `| optimizer | ${parts.map((part) => `${part}, ms | CPU ms`).join(' | ')} |`,
  `| --- |${' --- |'.repeat(2 * parts.length)}`,
  ...times,
  '',
  '| a fit of 5 parameters by | cold, ms | CPU ms | warm, ms |',
  '| --- | --- | --- | --- |',
  ...fitTimes,
  '',
  '| bundle | minified | gzip | Brotli | initial load, Brotli |',
  '| --- | --- | --- | --- | --- |',
  ...sizes,
  '',
  `- Lower is better. The built package in ${String(processes)} new processes each, interleaved; medians (quartiles). The model has 100 matrices of 32 × 32 and 100 vectors of 32 in float32; one thread. “make” is the call that creates the optimizer, such as \`adamw()\`.`,
  '- A fit: `minimize` of a sum of 50 squares from a Float64Array in 100 steps, including the creation of the optimizer but not the import; cold is the first in its process, warm the median of a hundred later ones. The last row only calls the function 101 times.',
  '- ms is elapsed time, which other load on the machine increases; CPU ms is the CPU time of all threads of the process, including V8’s helpers.',
  '- Bundles by rolldown, minified. Initial load: what a page loads before it first calls a function that needs an `import()`, such as `init`.',
  `- ${cpu?.model.trim() ?? 'unknown'}, ${String(cpus().length)} cores; ${platform()} ${release()}; Node ${process.version}.`,
  `- Made ${new Date().toISOString().slice(0, 10)} by \`npm run bench:start -- --write\`.`,
  '',
].join('\n');
if (options.write) writeFileSync(join(import.meta.dirname, 'start.md'), `# Starting\n\n${text}`);
console.log(text);
