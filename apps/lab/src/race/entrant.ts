/** One optimizer in a race: what it is made of, its method, its limit. Plain data, so that it fits into a permalink. */
import { findEntry, hessian, largestCurvature, stabilityLimit, type CatalogueEntry, type Surface, type Trace } from '@thalweg/guide';
import { cosine, exponential, inverseSqrt, optimizer, warmupCosine, type HyperDeclaration, type HyperValue, type Method } from 'thalweg';

/** How a learning rate runs over the steps. */
export const shapes = ['constant', 'cosine', 'warm-up + cosine', 'exponential', '1/√t'] as const;

/** A shape of schedule. */
export type Shape = (typeof shapes)[number];

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
  readonly shape: Shape;
  readonly shown: boolean;
  readonly own?: OwnEquations;
}

/** The catalogue's entry; undefined for the reader's own. */
export function entryOf({ id }: Entrant): CatalogueEntry | undefined {
  return id === 'own' ? undefined : findEntry(id);
}

/** The method of an entrant, its rate scheduled over `steps`. Throws what the library throws about equations and options. */
export function methodOf(entrant: Entrant, steps: number): Method {
  const { own, values } = entrant;
  const lr = values['lr'];
  const entry = entryOf(entrant);
  const scheduled: Record<string, HyperValue> = lr === undefined ? values : { ...values, lr: scheduleOf(entrant.shape, lr, steps) };
  if (own === undefined) return entry!.make(scheduled);
  const hyper: Record<string, HyperDeclaration> = Object.fromEntries(
    Object.entries(own.hyper).map(([name, [symbol, value]]) => [name, [symbol, value, '(-∞, ∞)'] as const]),
  );
  return optimizer({ name: 'own', hyper, equations: own.equations })(scheduled);
}

/** A learning rate over the steps. */
export function scheduleOf(shape: Shape, peak: number, total: number): HyperValue {
  if (shape === 'cosine') return cosine({ peak, total });
  if (shape === 'warm-up + cosine') return warmupCosine({ peak, warmup: Math.max(1, Math.round(total / 10)), total });
  if (shape === 'exponential') return exponential({ from: peak, rate: 0.01, steps: total });
  if (shape === '1/√t') return inverseSqrt({ peak, warmup: 1 });
  return peak;
}

/** The largest stable learning rate at a row of the run; infinite where there is none, NaN for equations of the reader's own. */
export function limitOf(entrant: Entrant, surface: Surface, trace: Trace | undefined, row: number): number {
  const entry = entryOf(entrant);
  if (entry === undefined) return NaN;
  const at = Math.min(row, (trace?.rows ?? 1) - 1);
  const point: [number, number] = trace === undefined ? [...surface.start] : [trace.w[2 * at]!, trace.w[2 * at + 1]!];
  const beta = entry.beta === undefined ? 0 : (entrant.values[entry.beta] ?? 0);
  const scale = entry.preconditioner === undefined ? undefined : trace?.names.get(entry.preconditioner.name);
  if (entry.preconditioner !== undefined && (scale === undefined || at === 0)) return NaN;
  const eps = entry.preconditioner === undefined ? 0 : (entrant.values[entry.preconditioner.eps] ?? 0);
  const divisor: [number, number] = scale === undefined ? [1, 1] : [Math.sqrt(scale[2 * at]!) + eps, Math.sqrt(scale[2 * at + 1]!) + eps];
  return stabilityLimit(entry.momentum, beta, largestCurvature(hessian(surface.objective, point), divisor));
}
