/** The result of `inspect`. Knows trees and hyperparameters; types only. */
import type { Form } from '../language/form.ts';
import type { Kind } from '../language/kind.ts';
import type { Equation, Expression } from '../language/tree.ts';
import type { EquationLatex } from '../targets/text/latex.ts';
import type { HyperValue } from './hyper.ts';
import type { Match } from './match.ts';
import type { Schedule } from './schedules/schedule.ts';

/**
 * What a name stands for: the parameter `w`, its gradient `g`, a state, a temporary, a hyperparameter, the factor of its schedule, an input, the step `t`,
 * a number of the tensor's shape (`rank`, `rows`, …), or π.
 */
export type SymbolRole =
  | 'parameter' | 'gradient' | 'state' | 'temporary' | 'hyperparameter' | 'factor' | 'input' | 'step' | 'shape' | 'constant'; // prettier-ignore

/**
 * The shape of a value: `kind` says whether it is one number per step, one over all parameters, one per group, one per tensor, or an array; `form` is the
 * array's shape.
 */
export interface Extent {
  readonly kind: Kind;
  /** `'rc'` has one element per element of the parameter, `'r1'` one per row, `'1c'` one per column, `'rr'` one per pair of rows; undefined for a number. */
  readonly form: Form | undefined;
}

/** A name in the equations of a part. */
export interface InspectedSymbol {
  /** Its ASCII spelling, which identifies it within the part. */
  readonly name: string;
  /** As its author wrote it. */
  readonly written: string;
  readonly role: SymbolRole;
  /** Its name for users: of a state in `opt.state`, of a hyperparameter in `opt.hyper`, of an input in `step`. */
  readonly key: string | undefined;
  /** A spelling that is unique among all parts of the group. */
  readonly unique: string;
}

/** An equation, with what it assigns and reads. */
export interface InspectedEquation extends Extent {
  readonly equation: Equation;
  readonly target: InspectedSymbol;
  /** The names it reads, each once, in the order of the text. */
  readonly reads: readonly InspectedSymbol[];
  /** The author's text, and its first line, counted from 1. */
  readonly text: string;
  readonly line: number;
  readonly latex: EquationLatex;
}

/** A state: its name, its shape, and its initial value, which is zero if there is no expression. */
export interface InspectedState extends Extent {
  readonly symbol: InspectedSymbol;
  readonly init: Expression | undefined;
}

/** A hyperparameter as declared, with its value. A plain function of t is not a schedule. */
export interface InspectedHyper {
  readonly option: string;
  readonly symbol: string;
  readonly fallback: number;
  readonly range: string;
  readonly value: HyperValue;
  readonly schedule: Schedule | undefined;
  /** Whether the equations read it. */
  readonly read: boolean;
}

/** An optimizer or transform of a method: one element of a chain, or the only one. */
export interface InspectedPart {
  readonly name: string;
  /** The name, with a number if two parts share it; prefixes the names of its states. */
  readonly owner: string;
  /** Whether it is chained outside of `groups`, and so applies to all groups. */
  readonly shared: boolean;
  /** The options that selected its equations. */
  readonly choices: Readonly<Record<string, string | boolean>>;
  /** The equations as text. */
  readonly text: string;
  readonly equations: readonly InspectedEquation[];
  readonly symbols: ReadonlyMap<string, InspectedSymbol>;
  readonly states: readonly InspectedState[];
  readonly hyper: readonly InspectedHyper[];
  readonly inputs: readonly { readonly name: string; readonly symbol: string; readonly kind: 'scalar' | 'tensor' }[];
  /** Where to evaluate the model; undefined if at `w`. */
  readonly evaluate: Expression | undefined;
}

/** The equations of one group of parameters; a method without groups has one group with all parameters. */
export interface InspectedGroup {
  readonly name: string;
  readonly match: Match;
  readonly parts: readonly InspectedPart[];
  /** The shape of an expression of these equations. */
  readonly extentOf: (expression: Expression) => Extent;
}

/** A method taken apart, as `inspect` returns it. */
export interface Inspection {
  readonly name: string;
  readonly groups: readonly InspectedGroup[];
}
