/** Operations of the language that the graph does not have: each is rewritten into others when the graph is built. One object each. */
import type { ElementOp } from './elements.ts';
import { call, infix, namedLatex, one, precedence, scopedCall, two, type Build, type Written } from './operation.ts';
import type { RoutineOp } from './routines.ts';

/** An operation that is rewritten into others. */
export interface SugarOperation extends Written {
  /** What it works on: elements, sums over tensors, or whole matrices. */
  readonly on: 'elements' | 'sums' | 'matrices';
  readonly build: Build<ElementOp | RoutineOp>;
}

const { compare, mul, atom } = precedence;

const table = {
  gt: {
    takes: two,
    compares: true,
    text: infix('>', compare),
    latex: [compare, '$a1 > $b2'],
    on: 'elements',
    build: (f, [a, b]) => f.lt(b, a),
  },
  ge: {
    takes: two,
    compares: true,
    text: infix('>=', compare, ' ≥ '),
    latex: [compare, '$a1 \\ge $b2'],
    on: 'elements',
    build: (f, [a, b]) => f.le(b, a),
  },
  mod: {
    takes: two,
    text: infix('mod', mul),
    latex: [mul, '$a3 \\bmod $b4'],
    on: 'elements',
    build: (f, [a, b]) => f.sub(a, f.mul(b, f.floor(f.div(a, b)))),
  },
  norm: {
    takes: one,
    text: scopedCall('norm'),
    usual: [atom, '‖$a0‖$_'],
    latex: [atom, '\\left\\| $a0 \\right\\|$_'],
    on: 'sums',
    build: (f, [x], scope) => f.sqrt(f.dot(x, x, scope)),
  },
  inner: {
    takes: two,
    text: scopedCall('inner'),
    usual: [atom, '⟨$a0, $b0⟩$_'],
    latex: [atom, '\\left\\langle $a0, $b0 \\right\\rangle$_'],
    on: 'sums',
    build: (f, [a, b], scope) => f.dot(a, b, scope),
  },
  total: {
    takes: one,
    text: scopedCall('sum'),
    latex: [mul, '\\sum$_ $a3'],
    on: 'sums',
    build: (f, [x], scope) => f.sum(x, scope),
  },
  rowMean: {
    takes: ['matrix'],
    text: call('rowMean'),
    latex: namedLatex('rowmean'),
    on: 'matrices',
    build: (f, [x]) => f.div(f.apply('rowSum', x), f.shape('cols')),
  },
  colMean: {
    takes: ['matrix'],
    text: call('colMean'),
    latex: namedLatex('colmean'),
    on: 'matrices',
    build: (f, [x]) => f.div(f.apply('colSum', x), f.shape('rows')),
  },
} as const satisfies Readonly<Record<string, SugarOperation>>;

/** The name of such an operation. */
export type SugarOp = keyof typeof table;

/** Every one of them. */
export const sugar: Readonly<Record<SugarOp, SugarOperation>> = table;
