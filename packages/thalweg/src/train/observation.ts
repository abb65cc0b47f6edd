/** What an optimizer tells of its last step. */
import { ThalwegError } from '../language/error.ts';
import type { Core } from './core.ts';
import { measured } from './measure.ts';

/** Measures of the last step of one parameter, over all its elements. Norms are Euclidean. */
export interface Observation {
  /** ‖g‖ of the gradient as it was handed over. */
  readonly gradientNorm: number;
  /** ‖w‖ before the step. */
  readonly weightNorm: number;
  /** ‖Δw‖. */
  readonly updateNorm: number;
  /** ‖Δw‖/‖w‖, often near 1e-3 where training goes well; NaN where both are 0. */
  readonly updateRatio: number;
  /** ‖Δw‖/‖g‖: what plain SGD's learning rate would have to be; NaN where both are 0. */
  readonly effectiveLr: number;
  /** The share of elements whose Δw had the other sign in the step before; only with `observe: { signFlips: true }`. */
  readonly signFlips?: number;
}

/** What `observe` has of all parameters together, beside those by name: no parameter can be called so. */
export const overall: unique symbol = Symbol.for('thalweg.overall');

/** Measures of the last step over all parameters that took part in it, a tied one once. */
export interface Overall {
  /** ‖g‖ of all gradients as they were handed over, before clipping: what PyTorch's `clip_grad_norm_` returns. */
  readonly gradientNorm: number;
  /** ‖w‖ before the step. */
  readonly weightNorm: number;
  /** ‖Δw‖. */
  readonly updateNorm: number;
  /** ‖Δw‖/‖w‖; NaN where both are 0. */
  readonly updateRatio: number;
  /**
   * What `clipByGlobalNorm` multiplied the gradient by: 1 where it did not clip. The smallest where groups clip apart; absent where nothing scales the
   * gradient by a norm over all parameters.
   */
  readonly clip?: number;
  /** The hyperparameters of the step as numbers, by the names of `opt.hyper`: what schedules gave. */
  readonly hyper: Readonly<Record<string, number>>;
}

/** What `observe` gives: measures by parameter name, and those of all under the symbol `overall`. */
export type Observations<K extends PropertyKey = string> = Readonly<Partial<Record<K, Observation>>> & { readonly [overall]: Overall };

/** Observations of the parameters that take part in steps. Throws a ThalwegError where the optimizer was not told to observe. */
export function observations(core: Core): Observations {
  const { name: owner, options, registry, tree, ties, frozen } = core;
  if (!options.observe) throw new ThalwegError('observe', `${owner}: nothing was observed; give init the option observe: true`);
  const out: [string, Observation][] = [];
  for (const name of tree.names) {
    const own = ties.get(name) ?? name;
    const place = registry.places.get(own);
    const seen = place === undefined || frozen.has(own) ? undefined : measured(place.cohort, place.index);
    if (seen === undefined) continue;
    const { gradient: gradientNorm, weight: weightNorm, update: updateNorm, flips } = seen;
    const ratios = { updateRatio: updateNorm / weightNorm, effectiveLr: updateNorm / gradientNorm };
    out.push([name, { gradientNorm, weightNorm, updateNorm, ...ratios, ...(options.observe.signFlips ? { signFlips: flips } : {}) }]);
  }
  if (out.length === 0) throw new ThalwegError('observe', `${owner}: nothing was observed yet; take a step first`);
  // Not by assignment: a parameter may have any name.
  return { ...Object.fromEntries(out), [overall]: together(core) };
}

function together({ registry, frozen, inForce }: Core): Overall {
  const seen = [...registry.places].flatMap(([name, { cohort, index }]) => (frozen.has(name) ? [] : (measured(cohort, index) ?? [])));
  const norm = (of: 'gradient' | 'weight' | 'update'): number => Math.hypot(...seen.map((one) => one[of]));
  const [gradientNorm, weightNorm, updateNorm] = [norm('gradient'), norm('weight'), norm('update')];
  const clips = seen.flatMap(({ clip }) => (Number.isNaN(clip) ? [] : [clip]));
  const clip = clips.length === 0 ? {} : { clip: clips.reduce((a, b) => Math.min(a, b)) };
  return { gradientNorm, weightNorm, updateNorm, updateRatio: updateNorm / weightNorm, ...clip, hyper: inForce };
}
