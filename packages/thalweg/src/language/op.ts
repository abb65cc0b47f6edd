/**
 * All operations, by type. Their objects are in `operations/`, one each: elementwise operations, sums, routines on whole matrices, and sugar, which is
 * rewritten into the others. Knows no graph and no target.
 */
import { elements, type ElementOp } from './operations/elements.ts';
import type { Syntax, Written } from './operations/operation.ts';
import { routines, type RoutineOp } from './operations/routines.ts';
import { sugar, type SugarOp } from './operations/sugar.ts';

/** Every operation that a text can contain. */
export type SurfaceOp = ElementOp | SugarOp | RoutineOp;

/** How each of them is written and printed. */
export const operations: Readonly<Record<SurfaceOp, Written>> = { ...elements, ...sugar, ...routines };

/** Every operation with how it is written. */
export const written = Object.entries(operations) as readonly (readonly [SurfaceOp, Written])[];

/** The functions of the language by name. */
export const functions: ReadonlyMap<string, { readonly op: SurfaceOp; readonly arguments: number; readonly scoped: boolean }> = new Map(
  written.flatMap(([op, { text, takes }]) =>
    text.as === 'call' ? [[text.name, { op, arguments: takes.length, scoped: text.scoped }] as const] : [],
  ),
);

/** The operators that bind as tightly as `binds`, by token. */
export function operators(binds: number): ReadonlyMap<string, SurfaceOp> {
  const isInfix = (text: Syntax): text is Syntax & { as: 'infix' } => text.as === 'infix' && text.binds === binds;
  return new Map(written.flatMap(([op, { text }]) => (isInfix(text) ? [[text.token, op] as const] : [])));
}

/** Whether an operation works element by element. */
export function isElementOp(op: string): op is ElementOp {
  return Object.hasOwn(elements, op);
}

/** Whether an operation is a routine. */
export function isRoutineOp(op: string): op is RoutineOp {
  return Object.hasOwn(routines, op);
}

/** Whether an operation is one that the graph does not have. */
export function isSugar(op: string): op is SugarOp {
  return Object.hasOwn(sugar, op);
}

/** Whether an operation compares, so that what it gives is a condition and no number. */
export function isComparison(op: string): boolean {
  return isElementOp(op) && elements[op].compares === true;
}
