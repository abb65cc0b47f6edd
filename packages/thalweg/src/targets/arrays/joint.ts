/**
 * Steps of several cohorts taken together: a sum over a group or over all parameters is added up over the cohorts that have it, in their order, as in
 * `plan/step.ts`. Knows no framework.
 */
import { isReduction, scopeOf, topological, type Node } from '../../language/graph.ts';
import type { Program } from '../../language/program.ts';
import type { Variable } from '../../language/variable.ts';
import type { ArrayAlgebra } from './algebra.ts';
import { ArrayStep, type Given } from './step.ts';

/** Parameters that share a program, with what their step is given. */
export interface JointCohort<T> {
  readonly program: Pick<Program, 'states'>;
  readonly writes: ReadonlyMap<Variable, Node>;
  /** The number of its group. */
  readonly group: number;
  readonly given: Given<T>;
}

/** One step for each cohort. */
export function jointSteps<T>(algebra: ArrayAlgebra<T>, cohorts: readonly JointCohort<T>[]): ArrayStep<T>[] {
  const label = (sum: Node, group: number): string =>
    `${sum.op} ${String(sum.attribute)}${scopeOf(sum) === 'all' ? '' : ` of group ${String(group)}`}`;
  const parts = new Map<string, { readonly cohort: number; readonly sum: Node }[]>();
  cohorts.forEach(({ writes, group }, cohort) => {
    for (const sum of topological(writes.values())) {
      if (!isReduction(sum) || scopeOf(sum) === 'tensor') continue;
      const key = label(sum, group);
      parts.set(key, [...(parts.get(key) ?? []), { cohort, sum }]);
    }
  });
  const known = new Map<string, T>();
  const steps: ArrayStep<T>[] = cohorts.map(({ program, group, given }) => {
    const shared = (sum: Node): T => {
      const key = label(sum, group);
      const value =
        known.get(key) ??
        (parts.get(key) ?? [])
          .map((part) => steps[part.cohort]!.total(part.sum))
          .reduce((total, part) => algebra.scalar('add', [total, part]));
      known.set(key, value);
      return value;
    };
    return new ArrayStep(algebra, program, { ...given, shared });
  });
  return steps;
}
