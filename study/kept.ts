/**
 * Stores the results of a comparison: one problem's result in a small file of the repository, without what only the comparison's own report draws. Curves of the validation
 * metric keep 26 points; curves of the training loss, paths and formulas are dropped.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib';
import type { Comparison, Curve, Machine, OptimizerResult, ProblemResult, Protocol, Trial } from '@thalweg/compare';

export type KeptTrial = Omit<Trial, 'training' | 'path'>;
export type KeptOptimizer = Omit<OptimizerResult, 'trials' | 'latex'> & { readonly trials: readonly KeptTrial[] };
export type KeptProblem = Omit<ProblemResult, 'optimizers' | 'landscape'> & { readonly optimizers: readonly KeptOptimizer[] };

/** A comparison of the study. */
export interface Kept {
  readonly createdAt: string;
  readonly machine: Machine;
  readonly protocol: Protocol;
  /** The number of its training runs: made for it, and reused from earlier comparisons. */
  readonly runs: { readonly made: number; readonly kept: number };
  readonly problem: KeptProblem;
}

const folder = join(import.meta.dirname, 'results');
const pathOf = (name: string): string => join(folder, `${name}.json.br`);

/** Whether a comparison is stored. */
export function isKept(name: string): boolean {
  return existsSync(pathOf(name));
}

/** A stored comparison. */
export function readKept(name: string): Kept {
  return JSON.parse(brotliDecompressSync(readFileSync(pathOf(name))).toString()) as Kept;
}

/** Stores a comparison of one problem. */
export function keep(name: string, comparison: Comparison): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(pathOf(name), brotliCompressSync(JSON.stringify(condensed(comparison))));
}

/** The part of a comparison that is stored. */
export function condensed({ createdAt, machine, protocol, runs, problems }: Comparison): Kept {
  const [problem, ...others] = problems;
  if (problem === undefined || others.length > 0) throw new RangeError('a comparison of the study has one problem');
  return {
    createdAt,
    machine,
    protocol,
    runs: { made: runs?.made ?? 0, kept: runs?.kept ?? 0 },
    problem: { ...without(problem, 'landscape'), optimizers: problem.optimizers.map(withoutDrawings) },
  };
}

function withoutDrawings(one: OptimizerResult): KeptOptimizer {
  const trials = one.trials.map((trial) => ({ ...without(trial, 'training', 'path'), validation: thinned(trial.validation) }));
  return { ...without(one, 'latex'), trials };
}

function without<T extends object, K extends keyof T & string>(value: T, ...names: readonly K[]): Omit<T, K> {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.some((one) => one === name))) as Omit<T, K>;
}

/** 26 points of a curve, including both ends, in five digits. */
function thinned({ steps, values }: Curve): Curve {
  const every = Math.max(1, Math.floor((steps.length - 1) / 25));
  const kept = steps.flatMap((_, i) => (i % every === 0 || i === steps.length - 1 ? [i] : []));
  const rounded = (value: number | null | undefined): number | null => (value == null ? null : Number(value.toPrecision(5)));
  return { steps: kept.map((i) => steps[i]!), values: kept.map((i) => rounded(values[i])) };
}
