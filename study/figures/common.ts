/** What figures of the study share. Knows no single one. */
import type { Pen } from '@thalweg/compare/look';
import type { KeptProblem } from '../kept.ts';
import type { Key } from '../picture.ts';
import { entrant, optimizersIn } from '../reading.ts';

/** What an optimizer's marks are drawn with. */
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
