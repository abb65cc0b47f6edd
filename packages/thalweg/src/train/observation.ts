/** What an optimizer tells of its last step. */
import { ThalwegError } from '../language/error.ts';
import type { Variable } from '../language/variable.ts';
import { told } from '../plan/observe.ts';
import type { Core } from './core.ts';

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
export function observations({ name: owner, options, roster, views, ties, frozen, steps }: Core): Record<string, Observation> {
  if (!options.observe) throw new ThalwegError('observe', `${owner}: nothing was observed; give init the option observe: true`);
  if (steps === 0) throw new ThalwegError('observe', `${owner}: nothing was observed yet; take a step first`);
  const out: Record<string, Observation> = {};
  for (const name of Object.keys(views)) {
    const place = roster.places.get(ties.get(name) ?? name);
    if (place === undefined || frozen.has(name)) continue;
    const { variant } = place.member.rows?.member.stepper ?? place.member.stepper;
    const tell = (what: Variable): number => variant.told(what, place.index) ?? NaN;
    const [gradientNorm, weightNorm, updateNorm] = [tell(told.gradient), tell(told.weight), tell(told.update)];
    const flips = variant.told(told.flips, place.index);
    out[name] = {
      gradientNorm,
      weightNorm,
      updateNorm,
      updateRatio: updateNorm / weightNorm,
      effectiveLr: updateNorm / gradientNorm,
      ...(flips === undefined ? {} : { signFlips: flips }),
    };
  }
  return out;
}
