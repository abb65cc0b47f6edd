/**
 * What an operation is: ONE object that says how it is written and printed, its operand types, its meaning, how every target with loops computes it, and
 * what analyses may assume. Knows no operation and no graph.
 */
import type { inFloat32, inFloat64 } from './algorithms.ts';
import type { Arithmetic } from './arithmetic.ts';
import type { RangeRule } from './interval.ts';

/** How tightly an operation binds when printed; higher binds tighter. */
export const precedence = { select: 0, compare: 1, add: 2, mul: 3, neg: 4, pow: 5, atom: 6 } as const;

/**
 * How an operation is written in a text: as a call (with `scoped`, `_all` and `_group` may follow its name), between two operands (the left one
 * binds at least `left`), before one, as `condition ? a : b`, or not at all: what only the compiler makes of another.
 */
export type Syntax =
  | { readonly as: 'call'; readonly name: string; readonly scoped: boolean }
  | { readonly as: 'infix'; readonly token: string; readonly printed: string; readonly binds: number; readonly left: number }
  | { readonly as: 'prefix'; readonly token: string; readonly printed: string }
  | { readonly as: 'choice' }
  | { readonly as: 'nothing' };

/** Written `name(…)`. */
export const call = (name: string): Syntax => ({ as: 'call', name, scoped: false });

/** Written `name(…)`, `name_all(…)` or `name_group(…)`. */
export const scopedCall = (name: string): Syntax => ({ as: 'call', name, scoped: true });

/** Written between two operands, read from the left, but for comparisons, which stand alone; `printed` may differ from what is typed. */
export const infix = (
  token: string,
  binds: number,
  printed = ` ${token} `,
  left = binds === precedence.compare ? binds + 1 : binds,
): Syntax => ({ as: 'infix', token, printed, binds, left });

/**
 * How an operation prints: how tightly it binds, and its text. In that, `$a2` is the first operand, in parentheses if it binds less tightly than 2,
 * `$b3` the second; `$.b4` is set off where it begins with a digit or a sign; `$_` is the index that says over what a sum runs.
 */
export type Template = readonly [binds: number, text: string];

/** Printed as `name(a)`. */
export const namedLatex = (name: string): Template => [precedence.atom, `\\operatorname{${name}}\\left($a0\\right)`];

/** What an operand is: a number (one for each element, if it is an array), the outcome of a comparison, or a whole matrix. */
export type Type = 'number' | 'condition' | 'matrix';

/** One operand. */
export const one = ['number'] as const satisfies readonly Type[];
/** Two operands. */
export const two = ['number', 'number'] as const satisfies readonly Type[];
/** A condition and two branches. */
export const choice = ['condition', 'number', 'number'] as const satisfies readonly Type[];

/** The tensors that a sum runs over: one tensor, the parameters of the group, or all parameters of the optimizer. */
export type Scope = 'tensor' | 'group' | 'all';

/** What every operation that a text can contain has. */
export interface Written {
  readonly takes: readonly Type[];
  /** Whether what it gives is a condition. */
  readonly compares?: true;
  readonly text: Syntax;
  /** How authors write it in the language, where not as `text` says. */
  readonly usual?: Template;
  readonly latex: Template;
  /** What it becomes in the graph where that is not always itself. */
  readonly build?: Build<string>;
}

/** What a graph is built with: arithmetic on its nodes, and what else an operation may become. `Op` names the operations that it may use. */
export interface Building<T, Op extends string> extends Arithmetic<T> {
  /** One of the operations by name. */
  apply(op: Op, ...operands: readonly T[]): T;
  sum(x: T, scope: Scope): T;
  /** Σ a·b, with products in float64. */
  dot(a: T, b: T, scope: Scope): T;
  /** The step. */
  time(): T;
  /** The rows or columns of the tensor. */
  shape(name: 'rows' | 'cols'): T;
  /** The number that a constant is; NaN for anything else. */
  numberOf(x: T): number;
}

/** What an operation becomes in the graph. There are as many operands as it takes; one that takes a single operand looks at no second. */
export type Build<Op extends string> = <T>(f: Building<T, Op>, operands: readonly [T, T], scope: Scope) => T;

/**
 * How targets to loops compute an operation on elements: by what every target has of its own, or by an algorithm of ours (`algorithms.ts`, by its
 * name) in float64, rounded once at its end, or float32, since what engines and compilers have for it differs.
 */
export type Compute =
  | { readonly in: 'own'; readonly over: <T>(f: Arithmetic<T>, a: T, b: T, c: T) => T }
  | { readonly in: 'float64'; readonly by: keyof typeof inFloat64 }
  | { readonly in: 'float32'; readonly by: keyof typeof inFloat32 };

/** An operation on numbers, element by element. */
export interface ElementOperation extends Written {
  /** Its meaning in float64, for scalars and for constants; a condition is 1 or 0. Operands that it does not take are passed as 0. */
  readonly value: (a: number, b: number, c: number) => number;
  readonly compute: Compute;
  /** Where its result lies. */
  readonly range: RangeRule;
  /** Which operands make the result 0 by being 0: any one, the first, or all but the first. By default all of them together, if `value(0, 0, 0)` is 0. */
  readonly zeroWhere?: ZeroRule;
  /** The number of an operand that must not be rounded to zero: a divisor, or where the slope is infinite. */
  readonly delicate?: number;
}

/** Which operands of an operation have to be 0 for its result to be. */
export type ZeroRule = 'any' | 'first' | 'rest';
