/**
 * How each operation is written in a text: one entry for every operation that there is, from which the parser, the printer and the random
 * programs of the tests are made. Knows spellings; knows no meaning.
 */
import { precedence, type SurfaceOp } from './op.ts';

/** As a call, between two operands, before one, as `condition ? a : b`, or not at all: what only the compiler makes of another. */
export type Syntax =
  | { readonly as: 'call'; readonly name: string; readonly arguments: number; /** Whether `_all` and `_group` may follow. */ readonly scoped: boolean }
  | { readonly as: 'infix'; readonly token: string; readonly printed: string; readonly binds: number }
  | { readonly as: 'prefix'; readonly token: string; readonly printed: string }
  | { readonly as: 'choice' }
  | { readonly as: 'nothing' }; // prettier-ignore

const call = (name: string, count: number, scoped = false): Syntax => ({ as: 'call', name, arguments: count, scoped });
const infix = (token: string, binds: number, printed = ` ${token} `): Syntax => ({ as: 'infix', token, printed, binds });

/** The syntax of every operation. Some can be written in other ways too, such as ‖x‖ for norm(x), which the parser knows. */
export const syntax: Readonly<Record<SurfaceOp, Syntax>> = {
  neg: { as: 'prefix', token: '-', printed: '−' },
  abs: call('abs', 1),
  sign: call('sign', 1),
  sqrt: call('sqrt', 1),
  cbrt: { as: 'nothing' },
  exp: call('exp', 1),
  log: call('log', 1),
  cos: call('cos', 1),
  floor: call('floor', 1),
  add: infix('+', precedence.add),
  sub: infix('-', precedence.add, ' − '),
  mul: infix('*', precedence.mul, '·'),
  div: infix('/', precedence.mul, '/'),
  mod: infix('mod', precedence.mul),
  pow: infix('^', precedence.pow, '^'),
  min: call('min', 2),
  max: call('max', 2),
  lt: infix('<', precedence.compare),
  le: infix('<=', precedence.compare, ' ≤ '),
  gt: infix('>', precedence.compare),
  ge: infix('>=', precedence.compare, ' ≥ '),
  eq: infix('==', precedence.compare),
  ne: infix('!=', precedence.compare, ' ≠ '),
  select: { as: 'choice' },
  norm: call('norm', 1, true),
  inner: call('inner', 2, true),
  total: call('sum', 1, true),
  matmul: infix('@', precedence.mul),
  transpose: call('transpose', 1),
  rowSum: call('rowSum', 1),
  colSum: call('colSum', 1),
  rowMean: call('rowMean', 1),
  colMean: call('colMean', 1),
  rowMax: call('rowMax', 1),
  colMax: call('colMax', 1),
  newtonSchulz: call('newtonSchulz', 6),
  inverseRoot: call('inverseRoot', 3),
  eigenvectors: call('eigenvectors', 1),
  orthonormal: call('orthonormal', 1),
  noise: call('noise', 1),
};

/** Every operation with its syntax. */
export const written = Object.entries(syntax) as readonly (readonly [SurfaceOp, Syntax])[];

/** The functions of the language by name. */
export const functions: ReadonlyMap<string, { readonly op: SurfaceOp; readonly arguments: number; readonly scoped: boolean }> = new Map(
  written.flatMap(([op, one]) => (one.as === 'call' ? [[one.name, { op, arguments: one.arguments, scoped: one.scoped }] as const] : [])),
);

/** The operators that bind as tightly as `binds`, by token. */
export function operators(binds: number): ReadonlyMap<string, SurfaceOp> {
  return new Map(written.flatMap(([op, one]) => (one.as === 'infix' && one.binds === binds ? [[one.token, op] as const] : [])));
}
