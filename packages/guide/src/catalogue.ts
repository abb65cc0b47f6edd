/** The optimizers that the guide and the lab offer by name, each with what a slider needs to know. Knows the library's public face only. */
import { adagrad, adam, adamw, lamb, lion, optimizer, polyak, radam, rmsprop, sgd, type HyperValue, type Method } from 'thalweg';
import type { Momentum } from './stability.ts';

/** A hyperparameter as a slider offers it. */
export interface Knob {
  readonly name: string;
  readonly symbol: string;
  readonly fallback: number;
  readonly low: number;
  readonly high: number;
  readonly scale: 'linear' | 'log';
}

/** An optimizer that can be chosen by name. */
export interface CatalogueEntry {
  /** As in the comparer, where it is there, so that it is drawn alike everywhere. */
  readonly id: string;
  readonly label: string;
  readonly knobs: readonly Knob[];
  readonly momentum: Momentum;
  /** The hyperparameter that is the momentum's β. */
  readonly beta?: string;
  /** The preconditioner's state: the rate of a coordinate is η over its root. */
  readonly preconditioner?: { readonly name: string; readonly eps: string };
  /** The call that makes it, apart from its numbers. */
  readonly call: { readonly factory: string; readonly fixed: string };
  readonly make: (values: Readonly<Record<string, HyperValue>>) => Method;
}

const lr = (fallback: number, low = 1e-4, high = 10): Knob => ({ name: 'lr', symbol: 'η', fallback, low, high, scale: 'log' });
const share = (name: string, symbol: string, fallback: number): Knob => ({ name, symbol, fallback, low: 0, high: 0.9999, scale: 'linear' });
const eps = (fallback: number): Knob => ({ name: 'eps', symbol: 'ε', fallback, low: 1e-12, high: 1, scale: 'log' });
const decay: Knob = { name: 'weightDecay', symbol: 'λ', fallback: 0.01, low: 0, high: 1, scale: 'linear' };

/** SGD with momentum as a running mean, the form inside Adam: m ← β·m + (1 − β)·g. */
export const averagedMomentum = optimizer({
  name: 'averagedMomentum',
  hyper: { lr: ['η', 0.1], beta: ['β', 0.9, '[0, 1)'] },
  equations: 'm ← β·m + (1 − β)·g; w ← w − η·m',
});

/**
 * Schedule-free SGD (Defazio et al. 2024, arXiv:2405.15682): gradients are taken at w, between the fast point z and the running mean x,
 * which is the one to evaluate.
 */
export const scheduleFree = optimizer({
  name: 'scheduleFree',
  hyper: { lr: ['η', 0.1], beta: ['β', 0.9, '[0, 1)'] },
  init: { z: 'w', x: 'w' },
  equations: `
    z ← z − η·g
    x ← (1 − 1/t)·x + z/t
    w ← (1 − β)·z + β·x
  `,
});

/** Everything that has a name. */
export const catalogue: readonly CatalogueEntry[] = [
  { id: 'sgd', label: 'SGD', knobs: [lr(0.02)], momentum: 'none', call: { factory: 'sgd', fixed: '' }, make: (h) => sgd({ lr: h['lr']! }) },
  {
    id: 'sgd-momentum',
    label: 'SGD + momentum',
    knobs: [lr(0.02), share('momentum', 'μ', 0.9)],
    momentum: 'summed',
    beta: 'momentum',
    call: { factory: 'sgd', fixed: '' },
    make: (h) => sgd({ lr: h['lr']!, momentum: h['momentum']! }),
  },
  {
    id: 'nesterov',
    label: 'Nesterov',
    knobs: [lr(0.01), { ...share('momentum', 'μ', 0.9), low: 0.01 }],
    momentum: 'nesterov',
    beta: 'momentum',
    call: { factory: 'sgd', fixed: 'nesterov: true' },
    make: (h) => sgd({ lr: h['lr']!, momentum: h['momentum']!, nesterov: true }),
  },
  {
    id: 'averaged-momentum',
    label: 'Averaged momentum',
    knobs: [lr(0.1), share('beta', 'β', 0.9)],
    momentum: 'averaged',
    beta: 'beta',
    call: { factory: 'averagedMomentum', fixed: '' },
    make: (h) => averagedMomentum({ lr: h['lr']!, beta: h['beta']! }),
  },
  {
    id: 'adagrad',
    label: 'AdaGrad',
    knobs: [lr(0.5), eps(1e-10)],
    momentum: 'none',
    preconditioner: { name: 'G', eps: 'eps' },
    call: { factory: 'adagrad', fixed: '' },
    make: (h) => adagrad({ lr: h['lr']!, eps: h['eps']! }),
  },
  {
    id: 'rmsprop',
    label: 'RMSProp',
    knobs: [lr(0.05), share('beta', 'β', 0.9), eps(1e-8)],
    momentum: 'none',
    preconditioner: { name: 'v', eps: 'eps' },
    call: { factory: 'rmsprop', fixed: '' },
    make: (h) => rmsprop({ lr: h['lr']!, beta: h['beta']!, eps: h['eps']! }),
  },
  {
    id: 'adam',
    label: 'Adam',
    knobs: [lr(0.1), share('beta1', 'β₁', 0.9), share('beta2', 'β₂', 0.999), eps(1e-8)],
    momentum: 'averaged',
    beta: 'beta1',
    preconditioner: { name: 'v_hat', eps: 'eps' },
    call: { factory: 'adam', fixed: '' },
    make: (h) => adam({ lr: h['lr']!, beta1: h['beta1']!, beta2: h['beta2']!, eps: h['eps']! }),
  },
  {
    id: 'adamw',
    label: 'AdamW',
    knobs: [lr(0.1), share('beta1', 'β₁', 0.9), share('beta2', 'β₂', 0.999), eps(1e-8), decay],
    momentum: 'averaged',
    beta: 'beta1',
    preconditioner: { name: 'v_hat', eps: 'eps' },
    call: { factory: 'adamw', fixed: '' },
    make: (h) => adamw({ lr: h['lr']!, beta1: h['beta1']!, beta2: h['beta2']!, eps: h['eps']!, weightDecay: h['weightDecay']! }),
  },
  {
    id: 'radam',
    label: 'RAdam',
    knobs: [lr(0.1), share('beta1', 'β₁', 0.9), share('beta2', 'β₂', 0.999), eps(1e-8)],
    momentum: 'averaged',
    beta: 'beta1',
    preconditioner: { name: 'v', eps: 'eps' },
    call: { factory: 'radam', fixed: '' },
    make: (h) => radam({ lr: h['lr']!, beta1: h['beta1']!, beta2: h['beta2']!, eps: h['eps']! }),
  },
  {
    id: 'lion',
    label: 'Lion',
    knobs: [lr(0.03), share('beta1', 'β₁', 0.9), share('beta2', 'β₂', 0.99), { ...decay, fallback: 0 }],
    momentum: 'sign',
    call: { factory: 'lion', fixed: '' },
    make: (h) => lion({ lr: h['lr']!, beta1: h['beta1']!, beta2: h['beta2']!, weightDecay: h['weightDecay']! }),
  },
  {
    id: 'lamb',
    label: 'LAMB',
    knobs: [lr(0.05), share('beta1', 'β₁', 0.9), share('beta2', 'β₂', 0.999), eps(1e-6)],
    momentum: 'sign',
    call: { factory: 'lamb', fixed: '' },
    make: (h) => lamb({ lr: h['lr']!, beta1: h['beta1']!, beta2: h['beta2']!, eps: h['eps']! }),
  },
  {
    id: 'polyak',
    label: 'Polyak step',
    knobs: [lr(1)],
    momentum: 'none',
    call: { factory: 'polyak', fixed: '' },
    make: (h) => polyak({ lr: h['lr']! }),
  },
  {
    id: 'schedule-free',
    label: 'Schedule-free SGD',
    knobs: [lr(0.02), share('beta', 'β', 0.9)],
    momentum: 'none',
    call: { factory: 'scheduleFree', fixed: '' },
    make: (h) => scheduleFree({ lr: h['lr']!, beta: h['beta']! }),
  },
];

/** The entry of this id. Throws a RangeError where there is none. */
export function findEntry(id: string): CatalogueEntry {
  const found = catalogue.find((entry) => entry.id === id);
  if (found === undefined) throw new RangeError(`there is no optimizer ${id}; there are ${catalogue.map((entry) => entry.id).join(', ')}`);
  return found;
}

/** The hyperparameters of an entry at their defaults. */
export function defaults({ knobs }: CatalogueEntry): Record<string, number> {
  return Object.fromEntries(knobs.map((knob) => [knob.name, knob.fallback]));
}
