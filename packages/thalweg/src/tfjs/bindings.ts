/**
 * Which variable is which parameter. A parameter loaded from a file may wait for its variable; a disposed variable is forgotten. Knows names and shapes; no
 * values.
 */
import type { Variable } from '@tensorflow/tfjs-core';
import { ThalwegError } from '../language/error.ts';
import { freshNames, namesFor } from './names.ts';

/** A parameter as a file knows it. */
export interface Declared {
  readonly name: string;
  readonly shape: readonly number[];
  /** Those that were added together have one number, which grows. */
  readonly batch: number;
}

/** A parameter. */
export interface Bound extends Declared {
  variable: Variable | undefined;
  /** The data that the variable had when its values were last those of the parameter. */
  data: object | undefined;
}

/** What changed. */
export interface Changes {
  readonly added: readonly Bound[];
  readonly gone: readonly Bound[];
}

/** Parameters by name and by variable. */
export class Bindings {
  private readonly byName = new Map<string, Bound>();
  private readonly byVariable = new Map<Variable, Bound>();
  private readonly owner: string;
  private batches = 0;

  /** With parameters that wait for their variables. */
  constructor(owner: string, waiting: readonly Declared[] = []) {
    this.owner = owner;
    for (const one of waiting) this.byName.set(one.name, { ...one, variable: undefined, data: undefined });
    this.batches = 1 + waiting.reduce((most, { batch }) => Math.max(most, batch), -1);
  }

  /** Every parameter, in the order in which they came. */
  get all(): readonly Bound[] {
    return [...this.byName.values()];
  }

  /** The parameter of a variable that was bound. */
  of(variable: Variable): Bound {
    const bound = this.byVariable.get(variable);
    if (bound === undefined) throw new RangeError(`${variable.name} is not bound`);
    return bound;
  }

  /** What binding these variables would change. Throws a ThalwegError where a file's parameters wait and none of them is one of these. */
  plan(variables: readonly Variable[]): Changes & { readonly found: readonly Bound[] } {
    const fresh = variables.filter((variable) => !this.byVariable.has(variable));
    if (fresh.length === 0) return { added: [], gone: [], found: [] };
    const { gone } = this.leaving();
    const kept = new Set(this.byName.keys());
    for (const { name } of gone) kept.delete(name);
    const waiting = this.all.filter(({ variable }) => variable === undefined);
    const found = this.match(fresh, waiting);
    const rest = fresh.filter((_, i) => found[i] === undefined);
    const names = namesFor(rest.map(({ name }) => name), kept); // prettier-ignore
    const added = rest.map((variable, i): Bound => ({
      name: names[i]!,
      shape: variable.shape,
      batch: this.batches,
      variable,
      data: undefined,
    }));
    const bound = fresh.flatMap((variable, i): Bound[] => (found[i] === undefined ? [] : [{ ...found[i], variable, data: undefined }]));
    return { added, gone, found: bound };
  }

  /** The plan of forgetting those whose variables were disposed of. */
  leaving(): ReturnType<Bindings['plan']> {
    return { added: [], gone: this.all.filter(({ variable }) => variable?.isDisposed === true), found: [] };
  }

  /** Carries a plan out. */
  carryOut({ added, gone, found }: ReturnType<Bindings['plan']>): void {
    for (const { name, variable } of gone) {
      this.byName.delete(name);
      if (variable !== undefined) this.byVariable.delete(variable);
    }
    for (const one of [...found, ...added]) {
      this.byName.set(one.name, one);
      if (one.variable !== undefined) this.byVariable.set(one.variable, one);
    }
    if (added.length > 0) this.batches += 1;
  }

  /**
   * The waiting parameter of each variable: by name where all of them are found so, in this process or in a new one; or else in order where number and shapes
   * agree, since models are made anew with other names; or else those that are found by name.
   */
  private match(variables: readonly Variable[], waiting: readonly Bound[]): (Bound | undefined)[] {
    if (waiting.length === 0) return variables.map(() => undefined);
    const by = (names: readonly string[], wanted: readonly string[]): (Bound | undefined)[] => {
      const free = new Map(waiting.map((one, i) => [names[i], one]));
      return wanted.map((name, i) => {
        const one = free.get(name);
        return one !== undefined && isSame(one.shape, variables[i]!.shape) ? one : undefined;
      });
    };
    const [there, here] = [waiting.map(({ name }) => name), variables.map(({ name }) => name)];
    const [own, fresh] = [by(there, here), by(freshNames(there), freshNames(here))];
    const countOf = (found: readonly unknown[]): number => found.filter((one) => one !== undefined).length;
    const named = countOf(fresh) > countOf(own) ? fresh : own;
    if (countOf(named) === variables.length) return named;
    if (waiting.length === variables.length && waiting.every(({ shape }, i) => isSame(shape, variables[i]!.shape))) return [...waiting];
    if (countOf(named) > 0) return named;
    const list = (some: readonly { name: string; shape: readonly number[] }[]): string =>
      some.map(({ name, shape }) => `${name} [${shape.join(', ')}]`).join(', ');
    throw new ThalwegError(
      'weights',
      `${this.owner}: the weights that were set are of ${list(waiting)}, and the variables are ${list(variables)}; ` +
        'set the weights of an optimizer of this model, or make a new optimizer',
    );
  }
}

/** Whether two shapes are the same. */
export function isSame(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}

/** That there is no parameter to begin with. */
export function noGradient(owner: string): ThalwegError {
  return new ThalwegError('array', `${owner}: there is no gradient to step with`);
}
