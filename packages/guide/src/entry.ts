/** What is known of an optimizer that can be chosen by name. Knows none of them. */
import type { HyperValue, Method } from 'thalweg';
import type { Knob } from './knob.ts';
import type { Momentum } from './stability.ts';

/** Reads a name of the equations, and the hyperparameters, at one coordinate after one step. */
export interface Reading {
  readonly t: number;
  readonly at: (name: string) => number;
  readonly hyper: (name: string) => number;
}

/** An optimizer that can be chosen by name. */
export interface CatalogueEntry {
  /** As in the comparer, where it is there, so that it is drawn alike everywhere. */
  readonly id: string;
  readonly label: string;
  readonly knobs: readonly Knob[];
  /** How gradients are passed on, from which the stability limit follows; none where no limit is known. */
  readonly momentum?: Momentum;
  /** The hyperparameter that is the momentum's β. */
  readonly beta?: string;
  /** What the momentum is divided by in each coordinate: the preconditioner. */
  readonly divisor?: (reading: Reading) => number;
  /** The hyperparameter of its decoupled weight decay, whose share of a weight is η·λ a step. */
  readonly decay?: string;
  /** The call that makes it, apart from its numbers. */
  readonly call: { readonly factory: string; readonly fixed: string };
  readonly make: (values: Readonly<Record<string, HyperValue>>) => Method;
}
