/**
 * The search space of each hyperparameter: its range, its scale, and the source of both. By the hyperparameter's name, or by the optimizer's and its name
 * if that one differs. Knows names and numbers; makes no points and runs nothing.
 */
import type { Dimension } from './schema.ts';

const crowded = 'Schmidt, Schneider & Hennig 2021 (arXiv:2007.01547)';
const algoperf = 'Dahl et al. 2023 (arXiv:2306.07179)';

const average: Omit<Dimension, 'name'> = {
  scale: 'log of 1 − x',
  from: 0.5,
  to: 0.996,
  source: `1 − x down to 0.004 as in ${algoperf}; from 0.5 as in ${crowded}, since short runs may want less`,
};
const averageOfSquares: Omit<Dimension, 'name'> = { scale: 'log of 1 − x', from: 0.8, to: 0.999, source: crowded };
const added: Omit<Dimension, 'name'> = {
  scale: 'log',
  from: 1e-10,
  to: 1,
  source: 'Choi et al. 2019 (arXiv:1910.05446), who found values up to 1 and more to be best on some problems',
};

const registry: Readonly<Record<string, Omit<Dimension, 'name'>>> = {
  momentum: average,
  beta1: average,
  beta2: averageOfSquares,
  beta: average,
  'rmsprop.beta': averageOfSquares,
  eps: added,
  weightDecay: { scale: 'log', from: 5e-3, to: 1, source: algoperf },
  'lion.beta2': { ...average, to: 0.999, source: 'as the first; Chen et al. 2023 (arXiv:2302.06675) take 0.99' },
  'lion.weightDecay': {
    scale: 'log',
    from: 0.015,
    to: 3,
    source: `three times those of ${algoperf}: Chen et al. 2023 (arXiv:2302.06675) ask for three to ten times AdamW's`,
  },
};

/** Where ε only keeps a division by zero away, there is nothing to find in it. */
const guarded = ['cocob', 'dog', 'dowg', 'lars', 'muon', 'polyak', 'shampoo', 'sm3'];

/** The names that there is a space for. */
export const spaceNames: readonly string[] = [...new Set(Object.keys(registry).map((key) => key.split('.').at(-1)!))];

/** Where to look for these hyperparameters of an optimizer, those that the registry knows. */
export function spaceOf(optimizer: string, names: readonly string[]): Dimension[] {
  return names.flatMap((name) => {
    if (name === 'eps' && guarded.includes(optimizer)) return [];
    const known = registry[`${optimizer}.${name}`] ?? registry[name];
    return known === undefined ? [] : [{ name, ...known }];
  });
}

/** Where to look for the learning rate: two powers of ten on each side of where people start with the method. */
export function rateSpace(centre: number): Dimension {
  return {
    name: 'lr',
    scale: 'log',
    from: centre / 100,
    to: centre * 100,
    source: `as wide as in ${crowded}, around where the grid starts`,
  };
}

/** The value at a place from 0 to 1, rounded so that it prints as it is. */
export function valueAt({ scale, from, to }: Dimension, place: number): number {
  const between = (a: number, b: number): number => a + (b - a) * place;
  const log = (a: number, b: number): number => Number(Math.exp(between(Math.log(a), Math.log(b))).toPrecision(3));
  if (scale === 'linear') return Number(between(from, to).toPrecision(3));
  return scale === 'log' ? log(from, to) : Number((1 - log(1 - from, 1 - to)).toPrecision(9));
}

/** The place of a value, the inverse of `valueAt` but for rounding. */
export function placeOf({ scale, from, to }: Dimension, value: number): number {
  const along = (a: number, b: number, x: number): number => (x - a) / (b - a);
  if (scale === 'linear') return along(from, to, value);
  return scale === 'log'
    ? along(Math.log(from), Math.log(to), Math.log(value))
    : along(Math.log(1 - from), Math.log(1 - to), Math.log(1 - value));
}
