/** Helpers that the study's figures share. Knows no single figure. */
import type { Pen } from '@thalweg/compare/look';
import type { KeptProblem } from '../kept.ts';
import type { Key } from '../picture.ts';
import { entrant, optimizersIn } from '../reading.ts';

/** The colour of an optimizer's marks. */
export const ink = 'var(--c)';
/** The stroke of an optimizer's line. */
export const line = ({ look, name }: Pen): object => ({
  stroke: ink,
  strokeWidth: 1.6,
  strokeDasharray: look.dash,
  className: `o ${name} line`,
});
/** Grid lines. */
export const grid = { className: 'grid', strokeOpacity: 1 };

/** The optimizers of some problems with their labels, in the order of the plan. */
export function keysOf(all: readonly KeptProblem[]): Key[] {
  const labels = new Map<string, string>();
  for (const problem of all) for (const id of optimizersIn(problem)) labels.set(id, entrant(problem, id).label);
  return [...labels].map(([id, label]) => ({ id, label }));
}

/** Problems on which the same optimizers took part, and these optimizers. */
export interface Field {
  readonly title: string;
  readonly problems: readonly KeptProblem[];
  readonly keys: readonly Key[];
}

/**
 * Optimizers are compared only on the same problems: on all problems, those that took part in all of them; and on the problems in which all took part, all.
 */
export function fieldsOf(all: readonly KeptProblem[]): Field[] {
  const inAll = (problems: readonly KeptProblem[]): Key[] =>
    keysOf(problems).filter(({ id }) => problems.every((problem) => optimizersIn(problem).includes(id)));
  const some = all.filter((problem) => keysOf(all).every(({ id }) => optimizersIn(problem).includes(id)));
  const field = (title: string, problems: readonly KeptProblem[]): Field => ({
    title: `${title} (${String(problems.length)})`,
    problems,
    keys: inAll(problems),
  });
  return [
    field('all problems', all),
    ...(some.length > 0 && some.length < all.length ? [field('problems with hidden matrices', some)] : []),
  ];
}
