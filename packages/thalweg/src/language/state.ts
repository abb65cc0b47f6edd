/** What is known about a state besides its equation. */
import type { Form } from './form.ts';
import type { Kind } from './kind.ts';

/** A state of a program. An initial value other than zero is part of the graph, as the value of the state at t = 1. */
export interface StateSpec {
  /** How much it varies. */
  readonly kind: Kind;
  /** Its form, where it is an array; undefined where that is the parameter's own or where it is a number. */
  readonly form: Form | undefined;
  /**
   * Whether it may be quantized: `'exact'` stays in the parameters' type whatever is asked for, since rounding it would be rounding weights. So are states
   * that are kept by name, begin as `w`, or say where to evaluate.
   */
  readonly storage: 'exact' | 'any';
}

/** An array with an element for each of the parameter's. */
export const wholeState = (storage: StateSpec['storage']): StateSpec => ({ kind: 'array', form: 'rc', storage });
