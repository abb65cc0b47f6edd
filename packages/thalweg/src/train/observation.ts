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

/** Observations of the parameters that take part in steps. Throws a ThalwegError where the optimizer was not told to observe. */
export function observations({ name: owner, options, registry, tree, ties, frozen }: Core): Record<string, Observation> {
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
  return Object.fromEntries(out);
}
