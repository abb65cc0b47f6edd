/** The results as Markdown: goals first, then the races with ratios first, then every optimizer, products, huge models, and the machine. */
import { aims, met, ours, type Aim } from './aims.ts';
import { caseText, sizeText } from './cases.ts';
import type { CatalogueRow } from './catalogue.ts';
import { compiledC, fused, limits, sameWidth } from './contenders.ts';
import type { Machine } from './machine.ts';
import { matmulTables } from './matmul.ts';
import { fastestOf, median, over, rowOf, type Part, type Results, type Wanted } from './results.ts';
import type { Row } from './race.ts';
import { quartiles, ratio } from './statistics.ts';
import { figure, number, table } from './table.ts';

/** The whole of results.md. */
export function markdown(results: Results): string {
  const { race, bandwidth, catalogue, start, matmul, huge } = results;
  const parts: (string | undefined)[] = [
    '# Benchmark',
    'Made by `npm run bench -- --write` ([how it is measured](README.md)); `results.json` has the data of every round. Lower is better in all tables, except for GB/s and GFLOP/s. “Cold caches” are evicted before each step.',
    race && '![Time of an AdamW step per parameter against the size of the model](results.svg)',
    section('Goals', aimTable(aims(results))),
    race && section('AdamW in float32', raceText(race), ...raceTables(race.results.rows)),
    bandwidth && section('Memory bandwidth', bandwidthTable(bandwidth)),
    catalogue && section('Every optimizer compared with the memory bandwidth limit', catalogueText, ...catalogueTables(catalogue.results)),
    matmul && section('Matrix products', ...matmulTables(matmul.results)),
    huge && section('Up to a billion parameters', hugeTable(results)),
    start && section('Start-up', startTable(start)),
    section('Measured on', machines(results)),
  ];
  return `${parts.filter((part) => part !== undefined).join('\n\n')}\n`;
}

function section(title: string, ...paragraphs: readonly string[]): string {
  return [`## ${title}`, ...paragraphs].join('\n\n');
}

/** Each machine once, with the parts that were measured on it. */
function machines(results: Results): string {
  const made = Object.entries(results as Readonly<Record<string, Part<unknown> | undefined>>).flatMap(([name, part]) =>
    part === undefined ? [] : [{ name, day: part.made.slice(0, 10), text: machineText(part.machine) }],
  );
  const texts = [...new Set(made.map(({ text }) => text))];
  const parts = (wanted: string): string => made.filter(({ text }) => text === wanted).map(({ name, day }) => `${name} ${day}`).join(', '); // prettier-ignore
  return texts.map((text) => `- ${text} Parts: ${parts(text)}.`).join('\n');
}

function machineText({ cpu, cores, vectors, caches, memory, system, versions }: Machine): string {
  return `${cpu}, ${String(cores)} cores, vectors of ${vectors}; caches ${caches}; ${memory}; ${system}; ${versions.join(', ')}.`;
}

function aimTable(all: readonly Aim[]): string {
  const rows = all.map((aim) => {
    const { text, limit, atLeast = false, unit, measured, note } = aim;
    const is = met(aim);
    const figureOf = (value: number): string => `${number(value)} ${unit}`;
    const outcome = is === null ? 'not measured' : is ? 'met' : '**missed**';
    return [text + (note === undefined ? '' : ` (${note})`), `${atLeast ? '≥' : '≤'} ${String(limit)} ${unit}`, measured === null ? '–' : figureOf(measured), outcome];
  });
  return table(['goal', 'target', 'measured', ''], rows);
} // prettier-ignore

function raceText({ results }: NonNullable<Results['race']>): string {
  const absent = results.absent.map((one) => `- Left out: ${one}.`);
  return [
    'Step time divided by that of C with the widest vectors (with one thread and with two), and by that of PyTorch fused (with one thread or two, whichever is faster);',
    'above 1 is slower. Medians (quartiles) of the ratios within each round, the fastest first.',
    ...(absent.length > 0 ? ['', ...absent] : []),
  ].join('\n');
}

function raceTables(rows: readonly Row[]): string[] {
  const races = [...new Map(rows.map((row) => [`${caseText(row.case)}, ${row.cache === 'evicted' ? 'cold' : row.cache} caches`, row]))];
  return races.flatMap(([title, { case: which, cache }]) => {
    const own = rows.filter((row) => caseText(row.case) === caseText(which) && row.cache === cache);
    const wanted: Wanted = { ...which, cache };
    const [one, two, torch] = [rowOf(rows, wanted, limits[0]), rowOf(rows, wanted, limits[1]), fastestOf(rows, wanted, fused)];
    const ran = own.filter((row) => row.times.length > 0).toSorted((a, b) => median(a) - median(b));
    const lines = ran.map((row) => [row.contender, figure(over(row, one)), figure(over(row, two)), figure(over(row, torch)), figure(quartiles(row.times)), String(row.times.length)]);
    const lost = own.filter((row) => row.times.length === 0).map((row) => [row.contender, row.failed ?? 'no figures', '', '', '', '0']);
    const note = `${steps(which.warmup)} of warm-up each. ${cache === 'warm' ? `A turn has ${steps(which.lead)} untimed and ${which.steps.toLocaleString('en')} timed` : 'A turn is one step'}.`;
    return [`### ${title}`, note, table(['implementation', 'time / C', 'time / C, 2 threads', 'time / PyTorch fused', 'ns per parameter', 'rounds'], [...lines, ...lost])];
  });
} // prettier-ignore

function steps(count: number): string {
  return `${count.toLocaleString('en')} step${count === 1 ? '' : 's'}`;
}

function bandwidthTable({ results }: NonNullable<Results['bandwidth']>): string {
  return table(
    ['threads', 'a = b + s·c, GB/s', 'a = a + s·b, GB/s'],
    results.map(({ threads, triad, update }) => [String(threads), figure(triad), figure(update)]),
  );
}

const catalogueText =
  'Step time divided by that of a C loop that moves as many bytes as the step must (`a = a + s·b`), on as many threads: 1 means limited by the bandwidth of memory,\nor of the cache if the arrays fit. The slowest first.';

function catalogueTables(rows: readonly CatalogueRow[]): string[] {
  const groups = [...new Set(rows.map(({ parameters, threads }) => `${sizeGroup(parameters)} parameters, ${threads === 1 ? 'one thread' : 'two threads'}`))];
  return groups.flatMap((title) => {
    const own = rows.filter(({ parameters, threads }) => `${sizeGroup(parameters)} parameters, ${threads === 1 ? 'one thread' : 'two threads'}` === title);
    const of = (row: CatalogueRow): number => ratio(row.times, row.limits)?.[1] ?? Infinity;
    const lines = own.toSorted((a, b) => of(b) - of(a)).map((row) => {
      const name = `\`${row.optimizer}\`${row.more === undefined ? '' : ` (${row.more})`}`;
      if (row.failed !== undefined) return [name, row.failed, '', ''];
      return [name, figure(ratio(row.times, row.limits)), String(row.bytes ?? '–'), figure(quartiles(row.times))];
    });
    return [`### ${title}`, table(['optimizer', 'time / bandwidth limit', 'bytes per parameter', 'ns per parameter'], lines)];
  });
} // prettier-ignore

function sizeGroup(parameters: number): string {
  return sizeText({ tensors: 1, each: Number(parameters.toPrecision(1)) });
}

function hugeTable({ huge }: Results): string {
  const lines = (huge?.results ?? []).map(({ optimizer, parameters, threads, made: seconds, times, failed }) => [
    optimizer,
    parameters.toLocaleString('en'),
    String(threads),
    failed ?? figure(quartiles(times)),
    seconds?.toFixed(1) ?? '–',
  ]);
  return table(['optimizer', 'parameters', 'threads', 'ns per parameter', 'seconds to initialize'], lines);
}

function startTable({ results: { importing, making, firstInit, nextInit } }: NonNullable<Results['start']>): string {
  return table(
    ['', 'milliseconds'],
    [
      ["`import('thalweg')`, built, in a new process", figure(importing)],
      ['first `adamw()`', figure(making)],
      ['first `init` of 200 tensors of 1,000', figure(firstInit)],
      ['later `init` of the same', figure(nextInit)],
    ],
  );
}

const short: readonly (readonly [title: string, wanted: Wanted])[] = [
  ['1,000 parameters', { each: 1000 }],
  ['100,000', { each: 100_000 }],
  ['10⁶', { each: 1e6 }],
  ['10⁷, cold caches', { each: 1e7, cache: 'evicted' }],
  ['3,000 tensors of 100', { tensors: 3000, each: 100 }],
];

const shortNames: readonly (readonly [name: string, contenders: readonly string[]])[] = [
  ['**Thalweg**', ours],
  ['**Thalweg, native**', compiledC],
  ['C, widest vectors', limits],
  ['C, 128-bit vectors like WebAssembly', sameWidth],
  ['PyTorch fused', fused],
  ['PyTorch foreach', ['PyTorch foreach', 'PyTorch foreach, 2 threads']],
  ['Optax jit', ['Optax jit']],
  ['plain JavaScript', ['plain JavaScript']],
  ['jax-js jit', ['jax-js jit, wasm']],
  ['TF.js', ['TF.js wasm', 'TF.js cpu']],
];

/** The table of the README: nanoseconds per parameter, each with the better number of threads; the fastest of a column is bold. */
export function shortTable({ race }: Results): string {
  const rows = race?.results.rows ?? [];
  const times = shortNames.map(([name, contenders]) => {
    const medians = short.map(([, wanted]) => {
      const row = fastestOf(rows, wanted, contenders);
      return row === undefined ? Infinity : median(row);
    });
    return { name, medians };
  });
  const least = short.map((_, i) => Math.min(...times.map(({ medians }) => medians[i]!)));
  const cell = (time: number, i: number): string =>
    time === Infinity ? '–' : time === least[i] ? `**${nanoseconds(time)}**` : nanoseconds(time);
  return table(
    ['time of an AdamW step, in ns per parameter (lower is better)', ...short.map(([title]) => title)],
    times.map(({ name, medians }) => [name, ...medians.map(cell)]),
  );
}

/** Two digits, or whole nanoseconds. */
function nanoseconds(time: number): string {
  return time >= 100 ? Math.round(time).toLocaleString('en') : time.toPrecision(2);
}
