/** What is trained and how, as plain data, with its bounds and where it starts. Knows no network and no page. */
import { catalogue, defaults, findEntry } from '@thalweg/guide';
import type { Entrant } from '../race/entrant.ts';
import { steady } from '../race/pace.ts';

/** A network's name in messages. */
export type NetId = 'digits' | 'words';

/** A network as the page describes it. */
export interface NetInfo {
  readonly label: string;
  readonly about: string;
  /** How losses and errors are drawn. */
  readonly scale: 'log' | 'linear';
  /** What the map of the loss is measured on. */
  readonly sample: string;
  /** Learning rates to start from: those that the comparer's quick protocol tuned, and guesses near them for the others. */
  readonly rates: Readonly<Record<string, number>>;
}

/** The networks on offer. */
export const nets: Readonly<Record<NetId, NetInfo>> = {
  digits: {
    label: 'Digits',
    about:
      'Classifies handwritten digits: 7,000 MNIST images for training, 1,500 for validation. One hidden layer of 64 ReLU units, 50,890 parameters.',
    scale: 'log',
    sample: 'the first 1,000 training images',
    rates: {
      sgd: 0.316,
      'sgd-momentum': 0.1,
      nesterov: 0.1,
      'averaged-momentum': 1,
      adagrad: 0.1,
      rmsprop: 0.00316,
      adam: 0.01,
      adamw: 0.01,
      radam: 0.01,
      lion: 0.001,
      lamb: 0.01,
    },
  },
  words: {
    label: 'Words',
    about:
      'Predicts from a passage of a State of the Union address the president’s party: 6,929 passages for training, 3,121 of other presidents for validation. Logistic regression on 8,911 words, most of them rare.',
    scale: 'linear',
    sample: 'the first 1,500 training passages',
    rates: {
      sgd: 3.16,
      'sgd-momentum': 1,
      nesterov: 1,
      'averaged-momentum': 10,
      adagrad: 0.316,
      rmsprop: 0.0316,
      adam: 0.0316,
      adamw: 0.0316,
      radam: 0.0316,
      lion: 0.00316,
      lamb: 0.0316,
    },
  },
};

/** Everything a run follows from. */
export interface Setup {
  readonly net: NetId;
  readonly entrants: readonly Entrant[];
  readonly steps: number;
  /** The first seed, and how many from there on. */
  readonly seed: number;
  readonly seeds: number;
}

/** Bounds of the controls. Every snapshot of the digits takes 200 kB, of which a run keeps 51. */
export const bounds = { entrants: 6, steps: [20, 2000], seed: 9999, seeds: [1, 3, 5] } as const;

/** What can be added: methods that are to be evaluated at another point than they train at are left out, as their curves would mislead here. */
export const offered = catalogue.filter((entry) => entry.make(defaults(entry)).parts.every(({ evaluate }) => evaluate === undefined));

/** An optimizer at the rate where this network's search starts. */
export function contender(net: NetId, id: string, key = id): Entrant {
  const { label, knobs } = findEntry(id);
  const values = Object.fromEntries(knobs.map(({ name, fallback }) => [name, fallback]));
  return { key, id, label, values: { ...values, lr: nets[net].rates[id] ?? values['lr']! }, pace: steady, shown: true };
}

/** What the page opens with. */
export function firstSetup(net: NetId): Setup {
  const entrants = ['sgd-momentum', 'adagrad', 'adam', 'adamw'].map((id) => contender(net, id));
  return { net, entrants, steps: 400, seed: 1, seeds: 1 };
}

/** What a contender is called: the second of its kind by a number. */
export function nameOf({ key, id, label }: Entrant): string {
  return key === id ? label : `${label} ${key.split('-').at(-1) ?? ''}`;
}

/** Height over width of every map of the loss. */
export const mapRatio = 0.62;

/** How many points a map of so many columns has. */
export function pointsOf(columns: number): number {
  return columns * Math.round(columns * mapRatio);
}
