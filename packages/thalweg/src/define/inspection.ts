/** What `inspect` tells of a method. Knows trees and hyperparameters; types alone. */
import type { Form } from '../language/form.ts';
import type { Kind } from '../language/kind.ts';
import type { Equation, Expression } from '../language/tree.ts';
import type { EquationLatex } from '../targets/text/latex.ts';
import type { HyperValue } from './hyper.ts';
import type { Match } from './match.ts';
import type { Schedule } from './schedules/schedule.ts';

/**
 * What a name stands for: the parameter `w`, its gradient `g`, what lasts to the next step, what does not, a hyperparameter, the factor of its schedule,
 * an input, the step `t`, a number of the tensor's shape, or π.
 */
export type SymbolRole =
  | 'parameter' | 'gradient' | 'state' | 'temporary' | 'hyperparameter' | 'factor' | 'input' | 'step' | 'shape' | 'constant'; // prettier-ignore

/** How much a value varies: one number a step, one of all parameters, of a group or of a tensor, or an array of this form. */
export interface Extent {
  readonly kind: Kind;
  /** `'rc'` an element for each of the parameter's, `'r1'` one for each row, `'1c'` for each column, `'rr'` for each two rows; undefined for a number. */
  readonly form: Form | undefined;
}

/** A name in the equations of a part. */
export interface InspectedSymbol {
  /** Its ASCII spelling, which is its identity in the part. */
  readonly name: string;
  /** How its author writes it. */
  readonly written: string;
  readonly role: SymbolRole;
  /** What it is called outside: a state in `opt.state`, a hyperparameter in `opt.hyper`, an input in `step`. */
  readonly key: string | undefined;
  /** A spelling that no other name of all parts has. */
  readonly unique: string;
}

/** An equation with what it assigns and reads. */
export interface InspectedEquation extends Extent {
  readonly equation: Equation;
  readonly target: InspectedSymbol;
  /** What it reads, each once, in the order of the text. */
  readonly reads: readonly InspectedSymbol[];
  /** The author's text, and the line on which it begins, counted from 1. */
  readonly text: string;
  readonly line: number;
  readonly latex: EquationLatex;
}

/** A state: its name, its kind, and its first value, which is zero unless there is an expression. */
export interface InspectedState extends Extent {
  readonly symbol: InspectedSymbol;
  readonly init: Expression | undefined;
}

/** A hyperparameter as declared, with its value; a function of t is no schedule. */
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

/** An optimizer or transform of a method: one of a chain, or the only one. */
export interface InspectedPart {
  readonly name: string;
  /** The same, with a number where two parts share a name: what stands before its states. */
  readonly owner: string;
  /** Whether it trains the parameters of all groups. */
  readonly shared: boolean;
  /** The options by which its author chose among equations. */
  readonly choices: Readonly<Record<string, string | boolean>>;
  /** The equations as text. */
  readonly text: string;
  readonly equations: readonly InspectedEquation[];
  readonly symbols: ReadonlyMap<string, InspectedSymbol>;
  readonly states: readonly InspectedState[];
  readonly hyper: readonly InspectedHyper[];
  readonly inputs: readonly { readonly name: string; readonly symbol: string; readonly kind: 'scalar' | 'tensor' }[];
  /** Where to evaluate the model, if not at `w`. */
  readonly evaluate: Expression | undefined;
}

/** What is done with the parameters of one group; a method without groups has one for all. */
export interface InspectedGroup {
  readonly name: string;
  readonly match: Match;
  readonly parts: readonly InspectedPart[];
  /** How much the value of an expression of these equations varies. */
  readonly extentOf: (expression: Expression) => Extent;
}

/** A method taken apart. */
export interface Inspection {
  readonly name: string;
  readonly groups: readonly InspectedGroup[];
}
