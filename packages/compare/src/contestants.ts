/** The optimizers that can be compared by name; a user's file may add its own. Knows only the library's public API. */
import * as thalweg from 'thalweg';
import {
  adagrad,
  adam,
  adamw,
  chain,
  groups,
  lamb,
  lbfgs,
  lion,
  mechanic,
  Method,
  muon,
  OptionError,
  otherwise,
  polyak,
  radam,
  rmsprop,
  sam,
  sgd,
  type Minimizer,
  type Optimizer,
} from 'thalweg';
import { isOptimizerFactory, optimizers, type OptimizerFactory } from '@thalweg/guide';
import { mostDimensions } from './data/sobol.ts';
import { checkFields, isShowable, textUpTo, type Rule } from './check-problem.ts';
import { lengths } from './limits.ts';
import { ProblemError } from './problem.ts';
import type { Dimension } from './schema.ts';
import { isObject } from './shown.ts';
import { spaceNames, spaceOf } from './spaces.ts';

/** An optimizer with everything fixed but its learning rate. */
export interface Contestant {
  /** A unique name in lower case. */
  readonly id: string;
  readonly label: string;
  /** The configuration without the learning rate, as code. */
  readonly code: string;
  readonly hyperparameters: Readonly<Record<string, number | string | boolean>>;
  /** The center of the first grid of learning rates: the usual starting value for this method. */
  readonly centre: number;
  /** The file that it came from, for workers, if it came from one. */
  readonly file?: { readonly path: string };
  /** The search space of hyperparameters besides the learning rate. */
  readonly space?: readonly Dimension[];
  /** Makes the method for a learning rate, in a run of `steps` steps, for a schedule of its own; `hyper` has the other values that a search chose. */
  readonly create: (lr: number, run: RunOf) => Method | Minimizer;
  /**
   * Wraps the optimizer, such as `(opt, gradient) => sam(opt, gradient)`: given the optimizer and a function that fills `opt.grads` and returns the loss,
   * it returns a function that takes one step and returns the loss at its start. Each call of `gradient` counts.
   */
  readonly around?: (opt: Optimizer, gradient: () => Promise<number>, run: RunOf) => () => Promise<number>;
  /** Its default learning rate; the center if it declares none. */
  readonly lr?: number;
  /** Whether it promises to need no tuning. */
  readonly promises?: true;
  /** Whether there is nothing to tune: each seed runs once, and `create` gets `centre`. */
  readonly fixed?: true;
}

/** What a method may depend on besides its learning rate. */
export interface RunOf {
  readonly steps: number;
  /** Values for the hyperparameters of its `space`; absent if only the learning rate is tuned. */
  readonly hyper?: Readonly<Record<string, number>>;
}

/** The built-in contestants, in the order of the guide. */
export const contestants: readonly Contestant[] = [
  { id: 'sgd', label: 'SGD', code: 'sgd({ lr })', hyperparameters: {}, centre: 0.1, lr: 1e-2, create: (lr) => sgd({ lr }) },
  {
    id: 'sgd-momentum',
    label: 'SGD + momentum',
    code: 'sgd({ lr, momentum: 0.9 })',
    hyperparameters: { momentum: 0.9 },
    centre: 0.1,
    lr: 1e-2,
    space: spaceOf('sgd', ['momentum']),
    create: (lr, { hyper }) => sgd({ lr, momentum: 0.9, ...hyper }),
  },
  {
    id: 'adagrad',
    label: 'AdaGrad',
    code: 'adagrad({ lr })',
    hyperparameters: { eps: 1e-10 },
    centre: 0.1,
    lr: 1e-2,
    space: spaceOf('adagrad', ['eps']),
    create: (lr, { hyper }) => adagrad({ lr, ...hyper }),
  },
  {
    id: 'rmsprop',
    label: 'RMSProp',
    code: 'rmsprop({ lr })',
    hyperparameters: { beta: 0.9, eps: 1e-8 },
    centre: 1e-2,
    lr: 1e-3,
    space: spaceOf('rmsprop', ['beta', 'eps']),
    create: (lr, { hyper }) => rmsprop({ lr, ...hyper }),
  },
  {
    id: 'adam',
    label: 'Adam',
    code: 'adam({ lr })',
    hyperparameters: { beta1: 0.9, beta2: 0.999, eps: 1e-8 },
    centre: 1e-2,
    lr: 1e-3,
    space: spaceOf('adam', ['beta1', 'beta2', 'eps']),
    create: (lr, { hyper }) => adam({ lr, ...hyper }),
  },
  {
    id: 'adamw',
    label: 'AdamW',
    code: 'adamw({ lr, weightDecay: 0.01 })',
    hyperparameters: { beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0.01 },
    centre: 1e-2,
    lr: 1e-3,
    space: spaceOf('adamw', ['beta1', 'beta2', 'eps', 'weightDecay']),
    create: (lr, { hyper }) => adamw({ lr, weightDecay: 0.01, ...hyper }),
  },
  {
    id: 'radam',
    label: 'RAdam',
    code: 'radam({ lr })',
    hyperparameters: { beta1: 0.9, beta2: 0.999, eps: 1e-8 },
    centre: 1e-2,
    lr: 1e-3,
    space: spaceOf('radam', ['beta1', 'beta2', 'eps']),
    create: (lr, { hyper }) => radam({ lr, ...hyper }),
  },
  {
    id: 'lion',
    label: 'Lion',
    code: 'lion({ lr })',
    hyperparameters: { beta1: 0.9, beta2: 0.99 },
    centre: 1e-3,
    lr: 1e-4,
    space: spaceOf('lion', ['beta1', 'beta2', 'weightDecay']),
    create: (lr, { hyper }) => lion({ lr, ...hyper }),
  },
  {
    id: 'lamb',
    label: 'LAMB',
    code: 'lamb({ lr })',
    hyperparameters: { beta1: 0.9, beta2: 0.999, eps: 1e-6 },
    centre: 1e-2,
    lr: 1e-3,
    space: spaceOf('lamb', ['beta1', 'beta2', 'eps', 'weightDecay']),
    create: (lr, { hyper }) => lamb({ lr, ...hyper }),
  },
  {
    id: 'polyak',
    label: 'Polyak step',
    code: 'polyak({ lr })',
    hyperparameters: { minimum: 0 },
    centre: 1,
    lr: 1,
    create: (lr) => polyak({ lr }),
  },
  {
    id: 'sam',
    label: 'SAM with SGD + momentum',
    code: 'sam(await sgd({ lr, momentum: 0.9 }).init(params), gradient)',
    hyperparameters: { momentum: 0.9, rho: 0.05 },
    centre: 0.1,
    lr: 1e-2,
    space: [
      ...spaceOf('sgd', ['momentum']),
      { name: 'rho', scale: 'log', from: 0.01, to: 0.5, source: 'Foret et al. 2021 (arXiv:2010.01412), who try these' },
    ],
    create: (lr, { hyper }) => sgd({ lr, momentum: hyper?.['momentum'] ?? 0.9 }),
    around: (opt, gradient, { hyper }) => sam(opt, gradient, { rho: hyper?.['rho'] ?? 0.05 }),
  },
  {
    id: 'adam-mechanic',
    label: 'Adam + Mechanic',
    code: 'chain(adam({ lr }), mechanic())',
    hyperparameters: { beta1: 0.9, beta2: 0.999, eps: 1e-8, initial: 1e-6, weightDecay: 0.01 },
    centre: 1,
    lr: 1,
    promises: true,
    create: (lr) => chain(adam({ lr }), mechanic()),
  },
  {
    id: 'lbfgs',
    label: 'L-BFGS',
    code: 'lbfgs()',
    hyperparameters: { history: 10, lineSearch: 'strong Wolfe' },
    centre: 1,
    fixed: true,
    promises: true,
    create: () => lbfgs(),
  },
  {
    id: 'muon',
    label: 'Muon + AdamW',
    code: 'groups([{ match: { rank: 2 }, use: muon({ lr }) }, { match: otherwise, use: adamw({ lr: lr / 10 }) }])',
    hyperparameters: { momentum: 0.95 },
    centre: 2e-2,
    lr: 2e-2,
    space: spaceOf('muon', ['momentum']),
    create: (lr, { hyper }) =>
      groups([
        { match: { rank: 2 }, use: muon({ lr, ...hyper }) },
        { match: otherwise, use: adamw({ lr: lr / 10 }) },
      ]),
  },
];

/** The six optimizers of the guide, compared by default. */
export const defaultContestants: readonly string[] = ['sgd', 'sgd-momentum', 'adagrad', 'rmsprop', 'adam', 'adamw'];

/** The library's optimizers without a learning rate to tune. */
const rateless = ['cocob', 'dAdaptation', 'dog', 'dowg', 'momo', 'momoAdam', 'prodigy'];

/** Optimizers that promise to need no tuning: compared at their defaults, too, if no others are named. */
export const promisingContestants: readonly string[] = [...rateless, 'adam-mechanic'];

/** Checks a contestant that a user's file exports. */
export function checkContestant(file: string, value: unknown): Contestant {
  const field = (name: string): unknown => (typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined);
  if (typeof field('id') !== 'string' || typeof field('create') !== 'function') {
    throw new ProblemError(file, 'each of its optimizers must be { id, create: (lr) => method }, optionally with label, code and centre');
  }
  const id = String(field('id'));
  const contestant = {
    label: id,
    code: `${id}({ lr })`,
    hyperparameters: {},
    centre: 1e-2,
    ...(value as Pick<Contestant, 'id' | 'create'>),
  };
  checkFields(file, `the optimizer ${id}'s `, fields, contestant, ['space', 'around', 'fixed', 'lr', 'promises']);
  const space = field('space');
  return Array.isArray(space)
    ? { ...contestant, space: space.map((one: string | Partial<Dimension>) => dimensionOf(id, one)) }
    : contestant;
}

const fields: Readonly<Record<Exclude<keyof Contestant, 'file'>, Rule>> = {
  id: [
    `a string, not empty, of at most ${String(lengths.label)} characters`,
    (value) => typeof value === 'string' && value.trim() !== '' && value.length <= lengths.label,
  ],
  label: textUpTo(lengths.label),
  code: textUpTo(lengths.code - 100),
  hyperparameters: [
    `finite numbers, strings of at most ${String(lengths.value)} characters and booleans by name`,
    (value) =>
      isObject(value) &&
      Object.values(value).every(
        (one) => isShowable(one) || typeof one === 'boolean' || (typeof one === 'string' && one.length <= lengths.value),
      ),
  ],
  centre: ['a positive number', (value) => isShowable(value) && value > 0],
  space: [
    `an array of names (${spaceNames.join(', ')}) and of { name, scale: 'linear', 'log' or 'log of 1 − x', from, to }, besides lr, at most ${String(mostDimensions - 1)}`,
    (value) => Array.isArray(value) && value.length < mostDimensions && value.every(isSearchable),
  ],
  create: ['a function', (value) => typeof value === 'function'],
  around: [
    'a function of the optimizer and its gradient that returns a step, such as (opt, gradient) => sam(opt, gradient)',
    (value) => typeof value === 'function',
  ],
  lr: ['a positive number', (value) => isShowable(value) && value > 0],
  promises: ['true if it promises to need no tuning, or omitted', (value) => value === true],
  fixed: ['true if there is nothing to tune, or omitted', (value) => value === true],
};

/** Whether a value is a method with line searches, such as `lbfgs()`. */
export function isMinimizer(value: unknown): value is Minimizer {
  return isObject(value) && 'directions' in value && 'lineSearch' in value;
}

/** Whether a member of a user's `space` says where to look. */
function isSearchable(one: unknown): boolean {
  if (typeof one === 'string') return spaceNames.includes(one);
  if (!isObject(one)) return false;
  const { name, scale, from, to }: Partial<Record<keyof Dimension, unknown>> = one;
  if (typeof name !== 'string' || name === 'lr' || typeof from !== 'number' || typeof to !== 'number') return false;
  const [least, most] =
    scale === 'log' ? [0, Infinity] : scale === 'log of 1 − x' ? [-Infinity, 1] : scale === 'linear' ? [-Infinity, Infinity] : [0, 0];
  return least < from && from < to && to < most;
}

function dimensionOf(id: string, one: string | Partial<Dimension>): Dimension {
  if (typeof one === 'string') return spaceOf(id, [one])[0]!;
  const { name, scale, from, to, source } = { source: 'declared by the optimizer', ...one } as Dimension;
  return { name, scale, from, to, source };
}

/** A contestant made of what `optimizer({ … })` returned, at its defaults except for the learning rate. */
export function contestantOf(factory: OptimizerFactory): Contestant {
  const { name, hyper } = factory.definition;
  const centre = hyper['lr']?.[1] ?? 1e-2;
  return {
    id: name,
    label: name,
    code: `${name}({ lr })`,
    hyperparameters: {},
    centre: centre > 0 ? centre : 1e-2,
    ...(centre > 0 ? { lr: centre } : {}),
    ...(rateless.includes(name) ? { promises: true as const } : {}),
    space: spaceOf(name, Object.keys(hyper)).filter((one) => isSame(one, hyper[one.name]?.[2]) && takes(factory, one)),
    create: (lr, run) => factory({ lr, ...run.hyper }),
  };
}

/** Whether a hyperparameter of that name is what the space is for: one that is no weight of a mean reaches 1 and beyond. */
function isSame({ scale }: Dimension, range: string | undefined): boolean {
  return scale !== 'log of 1 − x' || range === '[0, 1)';
}

/** Whether a method takes the values of a dimension: some have no effect without another option. */
function takes(factory: OptimizerFactory, { name, from, to }: Dimension): boolean {
  try {
    return [from, to].every((value) => factory({ [name]: value }).groups.length > 0);
  } catch (error) {
    if (error instanceof OptionError && error.option === name) return false;
    throw error;
  }
}

/**
 * The optimizer that a user's file exports by default.
 *
 * @throws ProblemError that says what it exports instead
 */
export function ownContestant(file: string, exported: Readonly<Record<string, unknown>>): Contestant {
  const value = exported['default'];
  const fail = (problem: string): never => {
    throw new ProblemError(file, problem);
  };
  if (isOptimizerFactory(value)) return contestantOf(value);
  if (value === undefined) {
    const names = Object.keys(exported);
    const list = names.length === 0 ? 'it exports nothing' : `it exports ${names.join(', ')}`;
    return fail(`it has no default export (${list}); write: export default optimizer({ … })`);
  }
  if (value instanceof Method)
    return fail(
      `it exports ${value.name} with its options already given; export a function that makes it, so that its learning rate can be tuned: export default optimizer({ … }), or { id, create: (lr) => method }`,
    );
  if (typeof value === 'function' && 'definition' in value)
    return fail(
      "its optimizer has no hyperparameter called lr, which is tuned; call the learning rate lr, as in hyper: { lr: ['η', 0.01] }",
    );
  return checkContestant(file, value);
}

/** The names of the library's optimizers. */
export const libraryNames: readonly string[] = [...optimizers.keys()];

/** An optimizer of the library under its own name, whether or not it is among the contestants. */
export function libraryContestant(name: string): Contestant | undefined {
  const factory = optimizers.get(name);
  return factory === undefined ? undefined : contestantOf(factory);
}

/** Whether the library has this as something to chain with an optimizer: a transform. */
export function isPartOfChain(name: string): boolean {
  const value: unknown = Reflect.get(thalweg, name);
  return typeof value === 'function' && 'definition' in value && !optimizers.has(name);
}
