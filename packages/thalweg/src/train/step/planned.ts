/**
 * Plans, made once for each program however many optimizers step by it: whoever fits many small models plans once. What is kept lives as long as its program
 * does, which is as long as the methods of the same equations. Plans hold no values and no arrays.
 */
import type { Program } from '../../language/program.ts';
import type { DType } from '../../plan/dtype.ts';
import type { Coding } from '../../plan/format.ts';
import { planVariant, prepare, type Plan, type Variants } from '../../plan/plan.ts';
import type { Variable } from '../../language/variable.ts';
import { watchProgram } from '../../plan/watch.ts';

const variants = new WeakMap<Program, Map<string, Variants>>();
const plans = new WeakMap<Variants, Map<number, Plan>>();
const watches = new WeakMap<Program, Program>();

/** The program prepared for a type. Those with states in formats of their own are prepared anew. */
export function variantsOf(program: Program, dtype: DType, gated: boolean, codings: ReadonlyMap<Variable, Coding>): Variants {
  if (codings.size > 0) return prepare(program, dtype, { gated, codings });
  return once(
    once(variants, program, () => new Map<string, Variants>()),
    `${dtype} ${String(gated)}`,
    () => prepare(program, dtype, { gated }),
  );
}

/** The plan for an outcome of the conditions, one bit each. */
export function planOf(given: Variants, outcome: number): Plan {
  const made = (): Plan =>
    planVariant(
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
