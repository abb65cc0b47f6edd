/** The optimizers that the guide and the lab offer by name, each with what a slider needs to know. Knows the library's public face only. */
import { adagrad, adam, adamw, lamb, lion, optimizer, polyak, radam, rmsprop, scheduleFreeSgd, sgd } from 'thalweg';
import type { HyperDeclaration, HyperValue } from 'thalweg';
import type { CatalogueEntry } from './entry.ts';
import { furtherEntries } from './further.ts';
import { knobsOf, type Knob } from './knob.ts';

/** SGD with momentum as a running mean, the form inside Adam: m ← β·m + (1 − β)·g. */
export const averagedMomentum = optimizer({
  name: 'averagedMomentum',
  hyper: { lr: ['η', 0.1], beta: ['β', 0.9, '[0, 1)'] },
  equations: 'm ← β·m + (1 − β)·g; w ← w − η·m',
});

/** Options as they come from sliders: those of the entry's knobs. */
type Given = Readonly<Record<string, HyperValue>>;

/** The knobs of these names, in this order. */
function knobs(
  definition: { readonly hyper: Readonly<Record<string, HyperDeclaration>> },
  fallbacks: Readonly<Record<string, number>>,
  names: readonly string[],
): Knob[] {
  const all = knobsOf(definition, fallbacks);
  return names.flatMap((name) => all.filter((knob) => knob.name === name));
}

const adamNames = ['lr', 'beta1', 'beta2', 'eps'] as const;

/** Those of which more is known than their definitions say, in the order of the chapters. */
const own: readonly CatalogueEntry[] = [
  {
    id: 'sgd',
    label: 'SGD',
    knobs: knobs(sgd.definition, { lr: 0.02 }, ['lr']),
    momentum: 'none',
    call: { factory: 'sgd', fixed: '' },
    make: (given: Given) => sgd(given),
  },
  {
    id: 'sgd-momentum',
    label: 'SGD + momentum',
    knobs: knobs(sgd.definition, { lr: 0.02, momentum: 0.9 }, ['lr', 'momentum']),
    momentum: 'summed',
    beta: 'momentum',
    call: { factory: 'sgd', fixed: '' },
    make: (given: Given) => sgd(given),
  },
  {
    id: 'nesterov',
    label: 'Nesterov',
    knobs: knobs(sgd.definition, { lr: 0.01, momentum: 0.9 }, ['lr', 'momentum']).map((knob) =>
      knob.name === 'momentum' ? { ...knob, low: 0.01 } : knob,
    ),
    momentum: 'nesterov',
    beta: 'momentum',
    call: { factory: 'sgd', fixed: 'nesterov: true' },
    make: (given: Given) => sgd({ ...given, nesterov: true }),
  },
  {
    id: 'averaged-momentum',
    label: 'Averaged momentum',
    knobs: knobsOf(averagedMomentum.definition),
    momentum: 'averaged',
    beta: 'beta',
    call: { factory: 'averagedMomentum', fixed: '' },
    make: (given: Given) => averagedMomentum(given),
  },
  {
    id: 'adagrad',
    label: 'AdaGrad',
    knobs: knobs(adagrad.definition, { lr: 0.5 }, ['lr', 'eps']),
    momentum: 'none',
    divisor: ({ at, hyper }) => Math.sqrt(at('G')) + hyper('eps'),
    call: { factory: 'adagrad', fixed: '' },
    make: (given: Given) => adagrad(given),
  },
  {
    id: 'rmsprop',
    label: 'RMSProp',
    knobs: knobs(rmsprop.definition, { lr: 0.05, beta: 0.9 }, ['lr', 'beta', 'eps']),
    momentum: 'none',
    divisor: ({ at, hyper }) => Math.sqrt(at('v')) + hyper('eps'),
    call: { factory: 'rmsprop', fixed: '' },
    make: (given: Given) => rmsprop(given),
  },
  {
    id: 'adam',
    label: 'Adam',
    knobs: knobs(adam.definition, { lr: 0.1 }, adamNames),
    momentum: 'averaged',
    beta: 'beta1',
    divisor: ({ at, hyper }) => Math.sqrt(at('v_hat')) + hyper('eps'),
    call: { factory: 'adam', fixed: '' },
    make: (given: Given) => adam(given),
  },
  {
    id: 'adamw',
    label: 'AdamW',
    knobs: knobs(adamw.definition, { lr: 0.1, weightDecay: 0.01 }, [...adamNames, 'weightDecay']),
    momentum: 'averaged',
    beta: 'beta1',
    divisor: ({ at, hyper }) => Math.sqrt(at('v_hat')) + hyper('eps'),
    decay: 'weightDecay',
    call: { factory: 'adamw', fixed: '' },
    make: (given: Given) => adamw(given),
  },
  {
    id: 'radam',
    label: 'RAdam',
    knobs: knobs(radam.definition, { lr: 0.1 }, adamNames),
    momentum: 'averaged',
    beta: 'beta1',
    // Up to ρ = 5 it is plain averaged momentum; from then on the rectified rate is r·√(1 − β₂ᵗ) over √v + ε.
    divisor: ({ t, at, hyper }) =>
      at('rho') > 5 ? (Math.sqrt(at('v')) + hyper('eps')) / (at('r') * Math.sqrt(-Math.expm1(t * Math.log(hyper('beta2'))))) : 1,
    call: { factory: 'radam', fixed: '' },
    make: (given: Given) => radam(given),
  },
  {
    id: 'lion',
    label: 'Lion',
    knobs: knobs(lion.definition, { lr: 0.03 }, ['lr', 'beta1', 'beta2', 'weightDecay']),
    momentum: 'bounded',
    decay: 'weightDecay',
    call: { factory: 'lion', fixed: '' },
    make: (given: Given) => lion(given),
  },
  {
    id: 'lamb',
    label: 'LAMB',
    knobs: knobs(lamb.definition, { lr: 0.05 }, adamNames),
    call: { factory: 'lamb', fixed: '' },
    make: (given: Given) => lamb(given),
  },
  {
    id: 'polyak',
    label: 'Polyak step',
    knobs: knobs(polyak.definition, {}, ['lr', 'minimum']),
    // Its step is (f − f_min)/‖g‖² at most, which is 1/(2λ) or less on a quadratic: η only caps it.
    momentum: 'bounded',
    call: { factory: 'polyak', fixed: '' },
    make: (given: Given) => polyak(given),
  },
  {
    id: 'schedule-free',
    label: 'Schedule-free SGD',
    knobs: knobs(scheduleFreeSgd.definition, { lr: 0.02 }, ['lr', 'beta1']),
    call: { factory: 'scheduleFreeSgd', fixed: '' },
    make: (given: Given) => scheduleFreeSgd(given),
  },
];

/** Everything that has a name. */
export const catalogue: readonly CatalogueEntry[] = [...own, ...furtherEntries(new Set(own.map(({ call }) => call.factory)))];

/** The entry of this id. Throws a RangeError where there is none. */
export function findEntry(id: string): CatalogueEntry {
  const found = catalogue.find((entry) => entry.id === id);
  if (found === undefined) throw new RangeError(`there is no optimizer ${id}; there are ${catalogue.map((entry) => entry.id).join(', ')}`);
  return found;
}

/** The hyperparameters of an entry at their defaults. */
export function defaults({ knobs: all }: CatalogueEntry): Record<string, number> {
  return Object.fromEntries(all.map((knob) => [knob.name, knob.fallback]));
}
