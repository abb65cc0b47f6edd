/** Schedules traced by jax-js: their equations of t, evaluated on arrays. */
import { topological } from '../language/graph.ts';
import { buildExpression } from '../language/expression-builder.ts';
import type { Schedule } from '../define/schedules/schedule.ts';
import { scalarExpressions } from '../plan/scalar.ts';
import type { JaxAlgebra, JaxValue } from '../targets/arrays/jax.ts';

/** The value of a schedule at a step. */
export function tracedSchedule(algebra: JaxAlgebra, schedule: Schedule, time: JaxValue): JaxValue {
  const { value } = buildExpression(schedule.name, schedule.equation, new Map(Object.entries(schedule.constants)));
  const slots = topological([value]).map((node) => ({ node }));
  const leaf = (): JaxValue => time;
  const visitor = {
    constant: (number: number): JaxValue => number,
    leaf,
    operation: (...given: Parameters<JaxAlgebra['scalar']>): JaxValue => algebra.scalar(...given),
    normal: (): JaxValue => algebra.normal(),
    compow: (b: JaxValue, t: JaxValue): JaxValue => algebra.compow(b, t),
  };
  return scalarExpressions<JaxValue>(slots, visitor).get(value) ?? NaN;
}

/** A schedule's value over its base, which independent weight decay follows; 0 where the value is. */
export function tracedFactor(algebra: JaxAlgebra, { base }: Schedule, now: JaxValue): JaxValue {
  return base > 0 ? algebra.scalar('div', [now, base]) : 0;
}
