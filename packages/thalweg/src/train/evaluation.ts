/** The weights to evaluate a model at: its parameters, or what the optimizer's equations say. */
import { evaluated } from '../language/program.ts';
import type { AnyArray } from './arrays.ts';
import type { Core } from './core.ts';

/** The point by name, computed anew; what is trained where it is evaluated is the parameter itself. */
export function evaluationPoint(core: Core): Readonly<Record<string, unknown>> {
  const cohorts = core.registry.cohorts.flatMap((cohort) =>
    cohort.evaluator === undefined || cohort.born >= core.steps
      ? []
      : [{ ...cohort, stepper: cohort.evaluator, active: core.registry.held(cohort) }],
  );
  if (cohorts.length === 0 || core.steps === 0) return core.named.params;
  core.announce(core.registry.cohorts, core.steps);
  core.advance(cohorts);
  const points = new Map<string, AnyArray | undefined>();
  for (const name of core.named.tree.names) {
    const own = core.named.ownName(name);
    const place = core.registry.places.get(own);
    const apart = place?.cohort.evaluator !== undefined && place.cohort.born < core.steps;
    points.set(name, points.get(own) ?? (apart ? place.cohort.stepper.arena.view(evaluated, place.index) : core.named.params[name]));
  }
  return core.named.tree.build((name) => points.get(name));
}
