/**
 * `npm run bench`: AdamW in float32, one thread, against the same loop in C and in plain JavaScript. Contenders take turns in a rotating
 * order within each round, and ratios are formed within rounds, since the machine's speed drifts. `--write` keeps the tables.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus, platform, release } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { adamw, tensor } from 'thalweg';
import { Native, ours, plainJavaScript, type Contender } from './contenders.ts';

/** One line of the results. */
export interface Row {
  readonly size: number;
  readonly tensors: number;
  readonly contender: string;
  /** Nanoseconds per parameter and step: lower quartile, median, upper quartile. */
  readonly nanoseconds: readonly [number, number, number];
  /** Against C with the widest vectors, and against plain `gcc -O3 -march=native`, in the same round; null where there is no C. */
  readonly ratio: readonly [number, number, number] | null;
  readonly ratioPlain: readonly [number, number, number] | null;
}

const { values: options } = parseArgs({
  options: { write: { type: 'boolean' }, smoke: { type: 'boolean' }, large: { type: 'boolean' }, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
}); // prettier-ignore

const rounds = options.smoke === true ? 2 : 15;
const roundNanoseconds = options.smoke === true ? 1e6 : 4e7;
const warmups = options.smoke === true ? 1 : 3;

function quartiles(values: readonly number[]): [number, number, number] {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (q: number): number => sorted[Math.round((sorted.length - 1) * q)] ?? NaN;
  return [at(0.25), at(0.5), at(0.75)];
}

async function race(size: number, tensors: number, natives: readonly Native[]): Promise<Row[]> {
  const contenders: Contender[] = [await ours('wasm', size, tensors), plainJavaScript(size)];
  if (size <= 1000) contenders.push(await ours('fround', size, tensors));
  contenders.unshift(...natives.map((native) => native.at(size)));
  const steps = Math.max(3, Math.round(roundNanoseconds / (size * 1.2 + 500)));
  const times = contenders.map((): number[] => []);
  for (let round = -warmups; round < rounds; round++) {
    for (let k = 0; k < contenders.length; k++) {
      const i = (k + round + warmups) % contenders.length;
      const taken = await contenders[i]!.run(contenders[i]!.name.endsWith('fround') ? Math.ceil(steps / 20) : steps);
      if (round >= 0) times[i]!.push(taken / (contenders[i]!.name.endsWith('fround') ? Math.ceil(steps / 20) : steps) / size);
    }
  }
  for (const contender of contenders) contender.close();
  const against = (name: string, own: readonly number[]): [number, number, number] | null => {
    const reference = times[contenders.findIndex((one) => one.name === name)];
    return reference === undefined ? null : quartiles(own.map((time, round) => time / reference[round]!));
  };
  return contenders.map(({ name }, i) => ({
    size,
    tensors,
    contender: name,
    nanoseconds: quartiles(times[i]!),
    ratio: against('C, widest vectors', times[i]!),
    ratioPlain: against('C', times[i]!),
  }));
}

/** Milliseconds to import the library in a new process, and to initialize a model of 200 tensors of 1,000. */
async function startUp(): Promise<{ importing: number; initializing: number }> {
  const code = "const t = performance.now(); await import('thalweg'); console.log(performance.now() - t);";
  const flags = ['--conditions=source', '--input-type=module', '-e', code];
  const importing = quartiles(
    [1, 2, 3].map(() => Number(execFileSync(process.execPath, flags, { encoding: 'utf8', cwd: import.meta.dirname }))),
  )[1];
  const parameters = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`p${String(i)}`, tensor([1000])]));
  const times: number[] = [];
  for (let i = 0; i < 5; i++) {
    const started = performance.now();
    (await adamw().init(parameters)).dispose();
    times.push(performance.now() - started);
  }
  return { importing, initializing: quartiles(times)[1] };
}

function figure([low, middle, high]: readonly [number, number, number]): string {
  const digits = middle < 10 ? 2 : 0;
  return `${middle.toFixed(digits)} (${low.toFixed(digits)} – ${high.toFixed(digits)})`;
}

function markdown(rows: readonly Row[], about: readonly string[]): string {
  const table = rows.map(({ size, tensors, contender, nanoseconds, ratio, ratioPlain }) => {
    const parameters = tensors === 1 ? size.toLocaleString('en') : `${String(tensors)} × ${(size / tensors).toLocaleString('en')}`;
    return `| ${parameters} | ${contender} | ${ratio === null ? '—' : figure(ratio)} | ${ratioPlain === null ? '—' : figure(ratioPlain)} | ${figure(nanoseconds)} |`;
  });
  return [
    '| parameters | contender | time against C, widest vectors | against plain C | ns per parameter and step |',
    '| --- | --- | --- | --- | --- |',
    ...table,
    '',
    ...about.map((line) => `- ${line}`),
    '',
  ].join('\n');
}

async function main(): Promise<void> {
  if (options.help === true) {
    console.log(
      'npm run bench -- [--write] [--large] [--smoke] [--json]\n\n  --large   10⁷ parameters too\n  --write   keep bench/results.md and bench/results.json\n  --smoke   tiny rounds, to see that it works\n  --json    print JSON',
    );
    return;
  }
  const natives = Native.buildAll();
  if (natives.length === 0) console.error('gcc is not here, so there is no native limit to compare with; to get it: apt-get install gcc');
  const sizes: readonly (readonly [number, number])[] =
    options.smoke === true ? [[1, 1], [1000, 1]] : [[1, 1], [1000, 1], [100_000, 1], [1_000_000, 1], [200_000, 200], ...(options.large === true ? [[10_000_000, 1] as const] : [])]; // prettier-ignore
  const rows: Row[] = [];
  for (const [size, tensors] of sizes) {
    rows.push(...(await race(size, tensors, natives)));
    if (options.json !== true) console.error(`${String(size)} parameters done`);
  }
  for (const native of natives) native.close();
  const { importing, initializing } = await startUp();
  const [cpu] = cpus();
  const about = [
    `AdamW, float32, one thread, host work included. Medians (quartiles) of ${String(rounds)} rounds after ${String(warmups)} for warming up; contenders take turns.`,
    "C is gcc -O3 -march=native, as people type it: sqrtf may set errno, so gcc does not vectorize. Widest vectors adds -fno-math-errno; 128-bit vectors is WebAssembly's width.",
    `import: ${importing.toFixed(0)} ms from TypeScript source; init of 200 tensors of 1,000: ${initializing.toFixed(1)} ms.`,
    `${cpu?.model.trim() ?? 'unknown'}, ${String(cpus().length)} cores; ${platform()} ${release()}; Node ${process.version}; ${natives[0]?.compiler ?? 'no C compiler'}.`,
    `Made ${new Date().toISOString().slice(0, 10)} by npm run bench -- --write.`,
  ];
  const text = markdown(rows, about);
  if (options.write === true) {
    writeFileSync(join(import.meta.dirname, 'results.md'), `# Benchmark\n\n${text}`);
    writeFileSync(join(import.meta.dirname, 'results.json'), `${JSON.stringify({ rows, importing, initializing, about }, null, 1)}\n`);
  }
  console.log(options.json === true ? JSON.stringify({ rows, importing, initializing }) : text);
}

await main();
