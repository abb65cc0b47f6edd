/**
 * The optimizers that PyTorch has too: the names of their states and options there and here. A table; knows neither files nor running optimizers. PyTorch
 * has no Lion; its authors' program (google/automl) and the packages derived from it store one state, `exp_avg`.
 */
import type { Method } from '../define/method.ts';
import { adagrad } from '../optimizers/adagrad.ts';
import { adam } from '../optimizers/adam.ts';
import { adamw } from '../optimizers/adamw.ts';
import { lion } from '../optimizers/lion.ts';
import { muon } from '../optimizers/muon.ts';
import { rmsprop } from '../optimizers/rmsprop.ts';
import { sgd } from '../optimizers/sgd.ts';

/** What an option may be in a file: a value of Python's that JSON can hold. */
export type Plain = number | string | boolean | null | readonly number[];

/** An optimizer that both have. */
export interface Family {
  /** PyTorch's class. */
  readonly torch: string;
  /** What it is called here. */
  readonly name: string;
  /** The states, by what they are called here. */
  readonly states: Readonly<Record<string, string>>;
  /** Whether PyTorch counts the steps of each parameter, under `step`. */
  readonly counts: boolean;
  /** Where PyTorch makes states before the first step: the hyperparameter that holds their first value. */
  readonly first?: string;
  /** The hyperparameters, by what they are called here; a number after a dot is a place in a list. */
  readonly hyper: Readonly<Record<string, string>>;
  /** Options that choose among equations: PyTorch's name, and what each of its values is here, the default first. */
  readonly choices: Readonly<Record<string, readonly [torch: string, pairs: readonly (readonly [Plain, string | boolean])[]]>>;
  /** Options of PyTorch's that nothing here stands for, and the only value that they may have. */
  readonly fixed: Readonly<Record<string, Plain>>;
  /** Whether it has `maximize`. */
  readonly ascends: boolean;
  /** The method with these options; other things are at their defaults. */
  readonly method: (options: Readonly<Record<string, number | string | boolean>>) => Method;
}

const [betas, decay] = [{ beta1: 'betas.0', beta2: 'betas.1' }, { l2: 'weight_decay' }];
const flag = (name: string) => [name, [[false, false], [true, true]]] as const; // prettier-ignore
const moments = { m: 'exp_avg', v: 'exp_avg_sq', v_max: 'max_exp_avg_sq' };
const adams = { states: moments, counts: true, choices: { amsgrad: flag('amsgrad') }, ascends: true } as const;

export const families: readonly Family[] = [
  {
    torch: 'SGD',
    name: 'sgd',
    states: { v: 'momentum_buffer' },
    counts: false,
    hyper: { lr: 'lr', momentum: 'momentum', dampening: 'dampening', ...decay },
    choices: { nesterov: flag('nesterov') },
    fixed: {},
    ascends: true,
    method: sgd,
  },
  {
    ...adams,
    torch: 'Adam',
    name: 'adam',
    hyper: { lr: 'lr', ...betas, eps: 'eps', ...decay },
    fixed: { decoupled_weight_decay: false },
    method: adam,
  },
  {
    ...adams,
    torch: 'AdamW',
    name: 'adamw',
    hyper: { lr: 'lr', ...betas, eps: 'eps', weightDecay: 'weight_decay' },
    fixed: { decoupled_weight_decay: true },
    method: adamw,
  },
  {
    torch: 'RMSprop',
    name: 'rmsprop',
    states: { v: 'square_avg', g_bar: 'grad_avg', b: 'momentum_buffer' },
    counts: true,
    hyper: { lr: 'lr', beta: 'alpha', eps: 'eps', momentum: 'momentum', ...decay },
    choices: { centered: flag('centered') },
    fixed: {},
    ascends: true,
    method: rmsprop,
  },
  {
    torch: 'Adagrad',
    name: 'adagrad',
    states: { G: 'sum' },
    counts: true,
    first: 'initial',
    hyper: { lr: 'lr', eps: 'eps', initial: 'initial_accumulator_value', ...decay },
    choices: {},
    fixed: { lr_decay: 0 },
    ascends: true,
    method: adagrad,
  },
  {
    torch: 'Lion',
    name: 'lion',
    states: { m: 'exp_avg' },
    counts: false,
    hyper: { lr: 'lr', ...betas, weightDecay: 'weight_decay' },
    choices: {},
    fixed: {},
    ascends: false,
    method: lion,
  },
  {
    torch: 'Muon',
    name: 'muon',
    states: { m: 'momentum_buffer' },
    counts: false,
    hyper: {
      lr: 'lr',
      momentum: 'momentum',
      weightDecay: 'weight_decay',
      a: 'ns_coefficients.0',
      b: 'ns_coefficients.1',
      c: 'ns_coefficients.2',
      steps: 'ns_steps',
      eps: 'eps',
    },
    choices: {
      nesterov: ['nesterov', [[true, 'on'], [false, 'off']]],
      adjust: ['adjust_lr_fn', [[null, 'original'], ['original', 'original'], ['match_rms_adamw', 'rms']]],
    }, // prettier-ignore
    fixed: {},
    ascends: false,
    method: muon,
  },
];

/** Options of PyTorch's that say how a step is computed and not which, or that are of its schedulers. */
export const idle: ReadonlySet<string> = new Set([
  'optimizer',
  'params',
  'param_names',
  'foreach',
  'fused',
  'capturable',
  'differentiable',
  'initial_lr',
]);
