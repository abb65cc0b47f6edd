/**
 * Caches plans: one per program, shared by all optimizers that use it, so that fitting many small models plans once. The cache lives as long as its
 * program, that is, as long as the methods with the same equations. Plans hold no values and no arrays.
 */
import type { Program } from '../../language/program.ts';
import type { DType } from '../../plan/dtype.ts';
import type { Quantization } from '../../plan/format.ts';
import { planFor, prepare, type Plan, type Prepared } from '../../plan/plan.ts';
import type { Variable } from '../../language/variable.ts';
import { watchProgram } from '../../plan/watch.ts';

const variants = new WeakMap<Program, Map<string, Prepared>>();
const plans = new WeakMap<Prepared, Map<number, Plan>>();
const watches = new WeakMap<Program, Program>();

/** The program prepared for a type. Those with states in formats of their own are prepared anew. */
export function variantsOf(program: Program, dtype: DType, gated: boolean, quantizations: ReadonlyMap<Variable, Quantization>): Prepared {
  if (quantizations.size > 0) return prepare(program, dtype, { gated, quantizations });
  return once(
    once(variants, program, () => new Map<string, Prepared>()),
    `${dtype} ${String(gated)}`,
    () => prepare(program, dtype, { gated }),
  );
}

/** The plan for an outcome of the conditions, one bit each. */
export function planOf(given: Prepared, outcome: number): Plan {
  const made = (): Plan =>
    planFor(
      given,
      given.conditions.map((_, i) => ((outcome >> i) & 1) === 1),
    );
  return once(
    once(plans, given, () => new Map<number, Plan>()),
    outcome,
    made,
  );
}

/** The program that watches the weights of another. */
export function watchOf(program: Program): Program {
  return once(watches, program, () => watchProgram(program));
}

/** What a map has under a key, made where it has nothing. */
function once<K, V>(map: { get(key: K): V | undefined; set(key: K, value: V): unknown }, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
