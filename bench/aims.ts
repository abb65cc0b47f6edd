/** What the library aims at, against what was measured. An aim that is missed stays in the table, with the figure. */
import { compiledC, fused, limits, sameWidth } from './contenders.ts';
import { fastestOf, median, over, rowOf, type Results, type Wanted } from './results.ts';
import type { Row } from './race.ts';
import { quartiles, ratio } from './statistics.ts';
import { number } from './table.ts';

/** One aim. `measured` and `least` are in the same unit; a met aim has measured ≤ least, or ≥ where `atLeast` is set. */
export interface Aim {
  readonly text: string;
  readonly limit: number;
  readonly atLeast?: boolean;
  readonly unit: string;
  readonly measured: number | null;
  /** What the figure is of, where the text does not say. */
  readonly note?: string;
}

/** Ours on one thread and on two: whoever steps in a tight loop may ask for either. */
export const ours = ['Thalweg wasm', 'Thalweg wasm, 2 threads'] as const;

const small = [{ each: 1 }, { each: 1000 }, { each: 100_000 }, { tensors: 200, each: 1000 }, { tensors: 3000, each: 100 }];
const memoryBound: readonly Wanted[] = [{ each: 1e6, cache: 'evicted' }, { each: 1e7 }, { each: 1e7, cache: 'evicted' }];
const sizes = [
  { each: 1 },
  { each: 1000 },
  { each: 100_000 },
  { each: 1e6 },
  { each: 1e7 },
  { tensors: 200, each: 1000 },
  { tensors: 3000, each: 100 },
];

/** Whether an aim is met; null where it was not measured. */
export function met({ limit, atLeast = false, measured }: Aim): boolean | null {
  if (measured === null) return null;
  return atLeast ? measured >= limit : measured <= limit;
}

/** All aims. */
export function aims(results: Results): Aim[] {
  const rows = results.race?.results.rows ?? [];
  const against = (mine: string, theirs: string, wanted: Wanted): number | null =>
    over(rowOf(rows, wanted, mine), rowOf(rows, wanted, theirs))?.[1] ?? null;
  const times = (text: string, limit: number, measured: number | null): Aim => ({ text, limit, unit: '×', measured });
  /** Against the whole width of the machine's vectors, with the ratio at WebAssembly's width beside it. */
  const native = (text: string, limit: number, wanted: Wanted, threads: 0 | 1): Aim => {
    const narrow = against(ours[threads], sameWidth[threads], wanted);
    const note = narrow === null ? {} : { note: `${number(narrow)} × that of C with 128-bit vectors` };
    return { ...times(text, limit, against(ours[threads], limits[threads], wanted)), ...note };
  };
  /** The backend native against the same. */
  const inC = (text: string, limit: number, wanted: Wanted, threads: 0 | 1): Aim =>
    times(
      `native, ${text}: step time / C, ${threads === 0 ? 'one thread each' : 'two threads each'}`,
      limit,
      against(compiledC[threads], limits[threads], wanted),
    );
  return [
    native('10⁷ parameters, cold caches: step time / C, two threads each', 1.05, { each: 1e7, cache: 'evicted' }, 1),
    native('10⁶ parameters: step time / C, one thread each', 1.4, { each: 1e6 }, 0),
    native('10⁶ parameters: step time / C, two threads each', 1.4, { each: 1e6 }, 1),
    native('10³ parameters: step time / C, one thread each', 1.6, { each: 1000 }, 0),
    worst('step time / PyTorch fused, up to 10⁵ parameters and with many tensors', 1, rows, small, fused),
    worst('step time / PyTorch fused, limited by memory bandwidth: 10⁷, and 10⁶ with cold caches', 1.05, rows, memoryBound, fused),
    worst('step time / PyTorch fused at 10⁶, which fits into the last-level cache', 1.05, rows, [{ each: 1e6 }], fused),
    ...([0, 1] as const).flatMap((i) => [inC('10³ parameters', 1.6, { each: 1000 }, i), inC('10⁶ parameters', 1.1, { each: 1e6 }, i)]),
    worst('native: step time / PyTorch fused, every size', 1, rows, [...small, ...memoryBound, { each: 1e6 }], fused, compiledC),
    lead('step time of TF.js / Thalweg', rows, ['TF.js cpu', 'TF.js wasm']),
    lead('step time of jax-js / Thalweg', rows, ['jax-js jit, wasm']),
    times(
      'step time of 3,000 tensors of 100 / one tensor of 300,000',
      1.1,
      perParameter(rows, { tensors: 3000, each: 100 }, { each: 300_000 }),
    ),
    times(
      'step time with sparse gradients / normal gradients',
      1.5,
      perParameter(rows, { each: 100_000, condition: 'sparse' }, { each: 100_000 }),
    ),
    times(
      'step time with dead (zero) gradients / normal gradients',
      1.5,
      perParameter(rows, { each: 100_000, condition: 'dead' }, { each: 100_000 }),
    ),
    byteLimit(results, 1),
    byteLimit(results, 2),
    linear(results),
    { text: 'import of the built package', limit: 10, unit: 'ms', measured: results.start?.results.importing[1] ?? null },
    { text: 'first init of 200 tensors of 1,000', limit: 20, unit: 'ms', measured: results.start?.results.firstInit[1] ?? null },
  ];
}

/** The worst of several cases, where ours takes the better number of threads, and so do they. */
function worst(
  text: string,
  limit: number,
  rows: readonly Row[],
  wanted: readonly Wanted[],
  theirs: readonly string[],
  mine: readonly string[] = ours,
): Aim {
  const found = wanted.flatMap((one) => {
    const measured = over(fastestOf(rows, one, mine), fastestOf(rows, one, theirs))?.[1];
    return measured === undefined ? [] : [{ measured, one }];
  });
  const last = found.toSorted((a, b) => b.measured - a.measured)[0];
  return {
    text,
    limit,
    unit: '×',
    measured: last?.measured ?? null,
    ...(last === undefined ? {} : { note: `worst at ${place(last.one)}` }),
  };
}

function lead(text: string, rows: readonly Row[], theirs: readonly string[]): Aim {
  const found = sizes.flatMap((one) => {
    const measured = over(fastestOf(rows, one, theirs), fastestOf(rows, one, ours))?.[1];
    return measured === undefined ? [] : [{ measured, one }];
  });
  const last = found.toSorted((a, b) => a.measured - b.measured)[0];
  return {
    text,
    limit: 10,
    atLeast: true,
    unit: '×',
    measured: last?.measured ?? null,
    ...(last === undefined ? {} : { note: `lowest at ${place(last.one)}` }),
  };
}

/** Medians per parameter of two races of our one-threaded kernel. */
function perParameter(rows: readonly Row[], mine: Wanted, reference: Wanted): number | null {
  const [a, b] = [rowOf(rows, mine, ours[0]), rowOf(rows, reference, ours[0])];
  return a === undefined || b === undefined ? null : median(a) / median(b);
}

/** The optimizer that is furthest from its own byte limit at 10⁷, of those that only make passes. */
function byteLimit(results: Results, threads: number): Aim {
  const rows = (results.catalogue?.results ?? []).filter(
    (row) => row.parameters > 5e6 && row.threads === threads && row.more === undefined && row.times.length > 0,
  );
  const found = rows
    .map((row) => ({ row, measured: ratio(row.times, row.limits)?.[1] ?? NaN }))
    .toSorted((a, b) => b.measured - a.measured);
  const within = found.filter(({ measured }) => measured <= 1.25).length;
  const [last] = found;
  const note = last === undefined ? {} : { note: `${String(within)} of ${String(found.length)} within; slowest is ${last.row.optimizer}` };
  return {
    text: `step time / memory bandwidth limit at 10⁷, every elementwise optimizer, ${threads === 1 ? 'one thread' : 'two threads'}`,
    limit: 1.25,
    unit: '×',
    measured: last?.measured ?? null,
    ...note,
  };
}

/** The cost per parameter of the largest model against 10⁷, of SGD with momentum. */
function linear(results: Results): Aim {
  const rows = (results.huge?.results ?? []).filter(
    (row) => row.optimizer === 'sgd, momentum' && row.threads === 2 && row.times.length > 0,
  );
  const [first, last] = [rows[0], rows.at(-1)];
  const measured =
    first === undefined || last === undefined || first === last ? null : quartiles(last.times)[1] / quartiles(first.times)[1];
  const note = last === undefined ? {} : { note: `${last.parameters.toLocaleString('en')} parameters` };
  return { text: 'time per parameter at 10⁹ / at 10⁷', limit: 1.1, unit: '×', measured, ...note };
}

function place({ tensors = 1, each, cache = 'warm' }: Wanted): string {
  return `${tensors === 1 ? '' : `${tensors.toLocaleString('en')} × `}${each.toLocaleString('en')}${cache === 'warm' ? '' : ', evicted'}`;
}
