/** The table of cases: what a row says, the trace that was made for it, and the method of the library that it means. Knows the public face only. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as thalweg from 'thalweg';
import type { HyperValue } from 'thalweg';
import { optimizers, type OptimizerFactory } from '@thalweg/guide';
import type { Source } from '@thalweg/compare';
import { shifted } from './rewrite.ts';
import type { Stream } from './stream.ts';

type Option = HyperValue | string | boolean;
/** Options of a row: numbers, switches, and words for schedules or variants. */
export type Options = Readonly<Record<string, Option>>;

/** A transform with its one argument, or with its options. */
export type Chained = readonly [transform: string, argument: number | string | Options, options?: Options];

/** A row of a file of `rows/`. */
export interface Case {
  readonly id: string;
  readonly ours: readonly [factory: string, options: Options];
  /** Transforms chained before the optimizer, in order. */
  readonly before?: readonly Chained[];
  /** Transforms chained after it. */
  readonly after?: readonly Chained[];
  /** The state to compare instead of the weights, or `evaluate` for where to evaluate. */
  readonly read?: string;
  readonly maximize?: boolean;
  /** The gradients; `'plain'` unless named. */
  readonly stream?: Stream;
  /** Tensors whose first weights are zero instead. */
  readonly zeros?: readonly string[];
  /** The set of tensors; `'small'` unless named. */
  readonly tensors?: string;
  /** The step that the run begins after; its states are zero. */
  readonly from?: number;
  readonly oracle: readonly [kind: string, name: string, options: unknown];
  /** What the oracle is: our own numpy from the paper, our own numpy of what the authors' program computes, or a library that may be neither. */
  readonly heldAgainst: 'paper' | 'authors' | 'library';
  /** Where the oracle departs from the paper and from the authors' program. */
  readonly departs?: string;
  readonly chain?: unknown;
  /** What the oracle puts around its run, and with which options. */
  readonly around?: readonly [name: string, options: unknown];
  /** Of max(|w|, Σ|Δw|), in float64; looser than the table's only with a reason, and so is `float32`. */
  readonly tolerance?: number;
  readonly float32?: number;
  readonly reason?: string;
  /** What its descent has that differs from that of its optimizer. */
  readonly descends?: Partial<Descent>;
}

/** The part of a row that says what of the library it means. */
type Ours = Pick<Case, 'ours' | 'before' | 'after' | 'from'>;

interface Table {
  readonly steps: number;
  readonly recorded: readonly number[];
  readonly tensors: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>;
  readonly tolerance: number;
  readonly float32: number;
  /** For each optimizer the learning rates with which it descends the landscapes, and what else it needs there. */
  readonly converges: Readonly<Record<string, Descent>>;
  readonly cases: readonly Case[];
}

/** How a method descends the landscapes. */
export interface Descent {
  readonly lr: Readonly<Record<'parabola' | 'rosenbrock', number>>;
  /** Whether the rate stays, instead of falling to a hundredth. */
  readonly constant?: boolean;
  /** Options of the optimizer there, besides those that choose its equations. */
  readonly options?: Options;
  /** Transforms with other arguments than in the row. */
  readonly before?: readonly Chained[];
  readonly after?: readonly Chained[];
  /** What the loss falls below as a part of the first, with the reason why it is more than the landscape's. */
  readonly goal?: Readonly<Record<'parabola' | 'rosenbrock', number>>;
  readonly because?: string;
}

/** What make.py wrote for a row: weights and Σ|Δw| of the recorded elements, counted over all tensors. */
export interface Trace {
  readonly versions: Readonly<Record<string, string>>;
  /** The parts of the row that it was made from. */
  readonly made: Readonly<Partial<Case>>;
  readonly elements: readonly number[];
  readonly steps: readonly { readonly t: number; readonly w: readonly number[]; readonly travelled: readonly number[] }[];
}

/** A JSON file beside this one. */
export function read(path: string): unknown {
  return JSON.parse(readFileSync(`${import.meta.dirname}/${path}`, 'utf8'));
}

/** A mistake in the equations that a row must notice: what it is, and the text before and after. */
export type Mistake = readonly [mistake: string, right: string, wrong: string];

/** What a file of `rows/` says of the optimizer or transform that it is named after. */
interface Sheet {
  /** What its equations were read from, and which conventions are ours. */
  readonly source: Source;
  /** How it descends the landscapes, where it is an optimizer. */
  readonly converges?: Descent;
  /** Where lists put it, if it is not plainly of first order. */
  readonly family?: 'for matrices' | 'for games' | 'without a learning rate to tune';
  readonly rows: readonly Case[];
  readonly mistakes: readonly Mistake[];
}

/** Every file of `rows/` by name, in alphabetical order. */
export const sheets: Readonly<Record<string, Sheet>> = Object.fromEntries(
  readdirSync(join(import.meta.dirname, 'rows'))
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .toSorted()
    .map((name) => [name, read(`rows/${name}.json`) as Sheet]),
);

/** The table: what is common to all rows, from `table.json`, and the rows of all files. */
export const table: Table = {
  ...(read('table.json') as Omit<Table, 'converges' | 'cases'>),
  converges: Object.fromEntries(
    Object.entries(sheets).flatMap(([name, { converges }]) => (converges === undefined ? [] : [[name, converges] as const])),
  ),
  cases: Object.values(sheets).flatMap(({ rows }) => rows),
};

/** For each optimizer and transform what its equations were read from, and which conventions are ours. */
export const sources: Readonly<Record<string, Source>> = Object.fromEntries(
  Object.entries(sheets).map(([name, { source }]) => [name, source]),
);

/** The trace of a row. */
export function traceOf(id: string): Trace {
  const file = `traces/${id}.json`;
  if (!existsSync(join(import.meta.dirname, file))) throw new Error(`${id} has no trace; make it with python conformance/make.py ${id}`);
  return read(file) as Trace;
}

/** The tensors of a row: name, shape, and the number of the first element. */
export function tensorsOf(row: Case): { readonly name: string; readonly shape: readonly number[]; readonly first: number }[] {
  const shapes = table.tensors[row.tensors ?? 'small'];
  if (shapes === undefined) throw new Error(`${row.id}: there are no tensors ${row.tensors ?? ''}`);
  let element = 0;
  return Object.entries(shapes).map(([name, shape]) => {
    const first = element;
    element += shape.reduce((product, size) => product * size, 1);
    return { name, shape, first };
  });
}

/** What a row means by a word where a hyperparameter stands; stream.py has the same. Two schedules, three plain functions, of which `warm` begins at zero. */
const schedules: Readonly<Record<string, HyperValue>> = {
  cosine: thalweg.cosine({ peak: 0.01, total: 400 }),
  fade: thalweg.linear({ from: 0.1, to: 0, steps: 400 }),
  halves: (t) => 0.02 * 2 ** -(t % 5),
  rise: (t) => 1 - 0.25 / (1 + Math.floor(t / 40)),
  warm: (t) => (0.01 * Math.min(t - 1, 50)) / 50,
};

/** The optimizers of the library. */
export const factories = optimizers;

/** What makes a transform: from options, which its definition says, or from one argument. */
export interface TransformFactory {
  (argument?: unknown, options?: Options): thalweg.Method;
  readonly definition?: Pick<OptimizerFactory['definition'], 'hyper' | 'variants'>;
}

const isTransformFactory = (value: unknown): value is TransformFactory => typeof value === 'function';

/** The transforms of the library: what has a file in `rows/` and is no optimizer. A test holds them to the library's exports. */
export const transforms: Readonly<Record<string, TransformFactory>> = Object.fromEntries(
  Object.keys(sheets).flatMap((name) => {
    const value: unknown = Reflect.get(thalweg, name);
    return !factories.has(name) && isTransformFactory(value) ? [[name, value] as const] : [];
  }),
);

/** Whether an optimizer steps matrices alone: each of its rows has tensors of two or more dimensions. */
export function isForMatrices(name: string): boolean {
  const rows = table.cases.filter(({ ours: [other] }) => other === name);
  return rows.length > 0 && rows.every((row) => tensorsOf(row).every(({ shape }) => shape.length >= 2));
}

/** The method of a row. */
export function methodOf({ ours: [name, options], before = [], after = [], from = 0 }: Ours): thalweg.Method {
  const factory = factories.get(name);
  if (factory === undefined) throw new Error(`the library has no optimizer ${name}`);
  const method = factory(valued(options));
  const parts = [...before.map(transformOf), method, ...after.map(transformOf)];
  const chained = parts.length === 1 ? method : thalweg.chain(...parts);
  return from === 0 ? chained : shifted(chained, from);
}

function transformOf([name, argument, options]: Chained): thalweg.Method {
  const make = transforms[name];
  if (make === undefined) throw new Error(`there is no transform ${name}`);
  const given = typeof argument === 'object' ? valued(argument) : (schedules[argument] ?? argument);
  if (typeof given === 'string') throw new Error(`there is no schedule ${given}`);
  return make(given, options);
}

/** Options with the schedules that their words mean. */
function valued(options: Options): Readonly<Record<string, HyperValue | Option>> {
  return Object.fromEntries(
    Object.entries(options).map(([key, value]) => [key, typeof value === 'string' ? (schedules[value] ?? value) : value]),
  );
}
