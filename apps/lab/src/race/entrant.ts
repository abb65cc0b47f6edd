/** One optimizer in a race: what it is made of, its method, its limit. Plain data, so that it fits into a permalink. */
import { defaults, findEntry, limitAt, type CatalogueEntry, type Knob, type Surface, type Trace } from '@thalweg/guide';
import { optimizer, type HyperDeclaration, type HyperValue, type Method } from 'thalweg';
import { paced, steady, type Pace } from './pace.ts';

/** Equations of the reader's own, with hyperparameters as symbol and value. */
export interface OwnEquations {
  readonly equations: string;
  readonly hyper: Readonly<Record<string, readonly [symbol: string, value: number]>>;
}

/** One optimizer in a race. */
export interface Entrant {
  /** Unique in the race; the pen follows from it. */
  readonly key: string;
  /** An id of the catalogue, or `own`. */
  readonly id: string;
  readonly label: string;
  readonly values: Readonly<Record<string, number>>;
  readonly pace: Pace;
  readonly shown: boolean;
  readonly own?: OwnEquations;
}

/** An entrant of the catalogue at its defaults, with some values of its own. */
export function entrant(id: string, values: Readonly<Record<string, number>> = {}, key = id): Entrant {
  const entry = findEntry(id);
  return { key, id, label: entry.label, values: { ...defaults(entry), ...values }, pace: steady, shown: true };
}

/** The catalogue's entry; undefined for the reader's own. */
export function entryOf({ id }: Entrant): CatalogueEntry | undefined {
  return id === 'own' ? undefined : findEntry(id);
}

/** The sliders of an entrant: those of the catalogue, or, for equations of the reader's own, around the values that were declared. */
export function knobsOf(one: Entrant): readonly Knob[] {
  if (one.own === undefined) return entryOf(one)?.knobs ?? [];
  return Object.entries(one.own.hyper).map(([name, [symbol, fallback]]): Knob => {
    if (fallback > 0) {
      const high = name !== 'lr' && fallback < 1 ? 1 : fallback * 1000;
      return { name, symbol, fallback, low: fallback / 1000, high, scale: 'log' };
    }
    const reach = Math.max(1, 10 * Math.abs(fallback));
    return { name, symbol, fallback, low: -reach, high: reach, scale: 'linear' };
  });
}

/** The name as it is shown: further configurations of one optimizer are numbered. */
export function nameOf({ key, id, label }: Entrant): string {
  return key === id ? label : `${label} ${key.slice(id.length + 1)}`;
}

/** The method of an entrant, its rate scheduled over `steps`. Throws what the library throws about equations and options. */
export function methodOf(entrant: Entrant, steps: number): Method {
  const { own, values } = entrant;
  const lr = values['lr'];
  const scheduled: Record<string, HyperValue> = lr === undefined ? values : { ...values, lr: paced(entrant.pace, lr, steps) };
  if (own === undefined) return findEntry(entrant.id).make(scheduled);
  return optimizer({ name: 'own', hyper: declared(own), equations: own.equations })(scheduled);
}

/** The hyperparameters of the reader's own equations as the library wants them declared; any number will do. */
export function declared({ hyper }: OwnEquations): Record<string, HyperDeclaration> {
  return Object.fromEntries(Object.entries(hyper).map(([name, [symbol, value]]) => [name, [symbol, value, '(-∞, ∞)'] as const]));
}

/** The learning rate of an entrant at step `t` of `steps`; NaN where it has none. */
export function rateAt({ values, pace }: Entrant, t: number, steps: number): number {
  const lr = values['lr'];
  if (lr === undefined) return NaN;
  const rate = paced(pace, lr, steps);
  return typeof rate === 'number' ? rate : rate.at(t);
}

/** The largest stable learning rate at a row of the run; infinite where there is none, NaN where none is known. */
export function limitOf(entrant: Entrant, surface: Surface, trace: Trace | undefined, row: number): number {
  const entry = entryOf(entrant);
  return entry === undefined ? NaN : limitAt(entry, entrant.values, surface, trace, row);
}
