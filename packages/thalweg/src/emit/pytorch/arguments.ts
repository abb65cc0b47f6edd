/**
 * Hyperparameters as arguments and group options of a PyTorch optimizer: under their names, but β₁, β₂, … as one tuple `betas`, as PyTorch code expects.
 * Knows models; writes lines.
 */
import type { Identifiers } from '../identifiers.ts';
import type { Hyper } from '../model.ts';

/** What a group has under one name: a hyperparameter, or several. */
export interface Argument {
  readonly id: string;
  readonly of: readonly Hyper[];
  /** Whether it may follow a schedule. */
  readonly follows: boolean;
}

/** What PyTorch calls β₁, β₂, … together. */
export const betas = 'betas';

/** Splits `sgd_beta2` into what stands before `beta` and the number. */
const numbered = /^(.*?)beta([1-9])$/;

/** The arguments of hyperparameters; those that follow schedules stand alone, under their own names. */
export function argumentsOf(hyper: readonly Hyper[], follows: (one: Hyper) => boolean, identifiers: Identifiers): Argument[] {
  const families = Map.groupBy(hyper, ({ id }) => numbered.exec(id)?.[1]);
  return hyper.flatMap((one): Argument[] => {
    const [, prefix = '', number] = numbered.exec(one.id) ?? [];
    const own = (number === undefined ? [] : families.get(prefix)!).toSorted((a, b) => a.id.localeCompare(b.id));
    const isTuple = own.length > 1 && own.every(({ id }, i) => id === `${prefix}beta${String(i + 1)}`) && !own.some(follows);
    if (!isTuple) return [{ id: one.id, of: [one], follows: follows(one) }];
    return one === families.get(prefix)![0]
      ? [{ id: prefix === '' ? betas : identifiers.give(prefix + betas), of: own, follows: false }]
      : [];
  });
}

/** A value of an argument, of those of its hyperparameters. */
export function valueOf({ of }: Argument, value: (one: Hyper) => string): string {
  return of.length === 1 ? value(of[0]!) : `(${of.map(value).join(', ')})`;
}

/** What each is, a line each. */
export function argumentLines(all: readonly Argument[]): string[] {
  return all.map(({ id, of }) => {
    const [first] = of;
    const isAlike = of.every(({ range }) => range === first?.range);
    if (isAlike) return `${id}: ${of.map(({ written }) => written).join(', ')}, ${of.length > 1 ? 'each ' : ''}in ${first?.range ?? ''}`;
    return `${id}: ${of.map(({ written, range }) => `${written} in ${range}`).join(', ')}`;
  });
}

/** Throws where one is out of its range. */
export function checksOf({ id, of, follows }: Argument): string[] {
  const checks = of.flatMap((one) => checkOf(one, follows));
  return of.length > 1 && checks.length > 0 ? [`${of.map((one) => one.id).join(', ')} = ${id}`, ...checks] : checks;
}

function checkOf({ id, range }: Hyper, follows: boolean): string[] {
  const match = /^([[(])\s*(-?[^,\s]+)\s*,\s*([^\])\s]+)\s*([\])])$/.exec(range.replaceAll('−', '-'));
  if (match === null) return [];
  const [, open, low = '', high = '', close] = match;
  const isInfinite = (bound: string): boolean => /∞|inf/.test(bound);
  const left = isInfinite(low) ? '' : `${low} ${open === '[' ? '<=' : '<'} `;
  const right = isInfinite(high) ? '' : ` ${close === ']' ? '<=' : '<'} ${high}`;
  if (left === '' && right === '') return [];
  const isNumber = follows ? `not callable(${id}) and ` : '';
  return [`if ${isNumber}not ${left}${id}${right}:`, `    raise ValueError(f"${id} must lie in ${range}, and {${id}} does not")`];
}

/** Lines that read them of a group. */
export function readsOf(all: readonly Argument[]): string[] {
  return all.map(({ id, of }) => `${of.map((one) => one.id).join(', ')} = group["${id}"]`);
}
