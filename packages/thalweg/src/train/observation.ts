/** The measures of the last step. */
import { ThalwegError } from '../language/error.ts';
import type { Core } from './core.ts';
import { measured } from './measure.ts';

/** Measures of one parameter in the last step, over all its elements. Norms are Euclidean. */
export interface Observation {
  /** ‖g‖ of the gradient as passed to `step`, before clipping. */
  readonly gradientNorm: number;
  /** ‖w‖ before the step. */
  readonly weightNorm: number;
  /** ‖Δw‖. */
  readonly updateNorm: number;
  /** ‖Δw‖/‖w‖, often near 1e-3 if training goes well; NaN if both are 0. */
  readonly updateRatio: number;
  /** ‖Δw‖/‖g‖: the learning rate with which plain SGD would make an update of this length; NaN if both are 0. */
  readonly effectiveLr: number;
  /** The fraction of elements whose Δw changed sign since the step before; only with `observe: { signFlips: true }`. */
  readonly signFlips?: number;
}

/** The key under which `observe` reports on all parameters together; a symbol, so that it cannot be a parameter's name. */
export const overall: unique symbol = Symbol.for('thalweg.overall');

/** Measures of the last step over all parameters that took part in it, tied ones counted once. */
export interface Overall {
  /** ‖g‖ of all gradients as passed to `step`, before clipping: what PyTorch's `clip_grad_norm_` returns. */
  readonly gradientNorm: number;
  /** ‖w‖ before the step. */
  readonly weightNorm: number;
  /** ‖Δw‖. */
  readonly updateNorm: number;
  /** ‖Δw‖/‖w‖; NaN if both are 0. */
  readonly updateRatio: number;
  /**
   * The factor by which `clipByGlobalNorm` multiplied the gradient; 1 if it did not clip. The smallest one if groups clip separately; absent if nothing
   * scales the gradient by a norm over all parameters.
   */
  readonly clip?: number;
  /** The hyperparameters of the step as numbers, by the names of `opt.hyper`, with schedules evaluated. */
  readonly hyper: Readonly<Record<string, number>>;
}

/** The result of `observe`: measures by parameter name, and those of all parameters under the symbol `overall`. */
export type Observations<K extends PropertyKey = string> = Readonly<Partial<Record<K, Observation>>> & { readonly [overall]: Overall };

/** Observations of the parameters that take part in steps. Throws a ThalwegError where the optimizer was not told to observe. */
export function observations(core: Core): Observations {
  const { name: owner, options, registry, named, frozen } = core;
  if (!options.observe) throw new ThalwegError('observe', `${owner}: nothing was observed; give init the option observe: true`);
  const out: [string, Observation][] = [];
  for (const name of named.tree.names) {
    const own = named.ownName(name);
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
