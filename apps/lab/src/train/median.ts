/** The middle of several seeds. Knows curves; knows no plot. */
import { median } from '@thalweg/guide';
import type { Mark } from './session.ts';
import type { Curve } from './training.svelte.ts';

/** What is drawn of a mark. */
export type Quantity = 'training' | 'validation' | 'error';

/** A point of a curve as it is drawn. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The median over the seeds at every step that all of them have reached; a seed that diverged counts as infinitely bad. */
export function medians(curves: readonly Curve[], quantity: Quantity): Point[] {
  const longest = curves.reduce<readonly Mark[]>((best, { marks }) => (marks.length > best.length ? marks : best), []);
  return longest.flatMap(({ step }, i) => {
    const values = curves.map(({ marks, divergedAt }) => marks[i]?.[quantity] ?? (divergedAt === undefined ? undefined : Infinity));
    const known = values.filter((value) => value !== undefined);
    if (known.length < curves.length) return [];
    const y = median(known);
    return Number.isFinite(y) ? [{ x: step, y }] : [];
  });
}
