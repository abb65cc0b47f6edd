/** What the benchmark keeps, and what is read out of it: medians, ratios formed within rounds, rows by name. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bandwidth } from './bandwidth.ts';
import type { CatalogueRow } from './catalogue.ts';
import type { HugeRow } from './huge.ts';
import type { Machine } from './machine.ts';
import type { MatmulResults } from './matmul.ts';
import type { Condition, Row } from './race.ts';
import type { StartUp } from './start-up.ts';
import { quartiles, ratio, type Quartiles } from './statistics.ts';

/** A part of the results, and when and on what it was measured. */
export interface Part<T> {
  readonly made: string;
  readonly machine: Machine;
  readonly results: T;
}

/** Everything in results.json; each part can be measured anew alone. */
export interface Results {
  readonly race?: Part<{ readonly rows: readonly Row[]; readonly rounds: number; readonly absent: readonly string[] }>;
  readonly bandwidth?: Part<readonly Bandwidth[]>;
  readonly catalogue?: Part<readonly CatalogueRow[]>;
  readonly start?: Part<StartUp>;
  readonly matmul?: Part<MatmulResults>;
  readonly huge?: Part<readonly HugeRow[]>;
}

/** The parts by name. */
export type PartName = keyof Results;

/** Where they are kept. */
export const resultsFile = join(import.meta.dirname, 'results.json');

/** The results that were kept last. */
export function readResults(): Results {
  try {
    return JSON.parse(readFileSync(resultsFile, 'utf8')) as Results;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw error;
  }
}

/** Which row of the races. */
export interface Wanted {
  readonly tensors?: number;
  readonly each: number;
  readonly condition?: Condition;
  readonly cache?: Row['cache'];
}

/** The row of a contender, where it has figures. */
export function rowOf(rows: readonly Row[], { tensors = 1, each, condition = 'normal', cache = 'warm' }: Wanted, contender: string): Row | undefined {
  return rows.find(
    (row) =>
      row.contender === contender &&
      row.cache === cache &&
      row.case.tensors === tensors &&
      row.case.each === each &&
      row.case.condition === condition &&
      row.times.length > 0,
  );
}

/** The fastest of some contenders, by the median. */
export function fastestOf(rows: readonly Row[], wanted: Wanted, contenders: readonly string[]): Row | undefined {
  const found = contenders.map((name) => rowOf(rows, wanted, name)).filter((row) => row !== undefined);
  return found.toSorted((a, b) => median(a) - median(b))[0];
}

/** The median of a row. */
export function median(row: Row): number {
  return quartiles(row.times)[1];
}

/** A row's time over another's of the same race. */
export function over(row: Row | undefined, reference: Row | undefined): Quartiles | null {
  return row === undefined || reference === undefined ? null : ratio(row.times, reference.times);
}
