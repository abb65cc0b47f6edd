/** Who is ahead while training goes on: medians over seeds of the validation metric, ranked at each step that was measured. */
import { cost } from '../quantile.ts';
import type { ProblemResult } from '../schema.ts';
import { band } from './series.ts';

/** An optimizer's place at one step. */
export interface Place {
  readonly id: string;
  /** 1 is best; ties share a rank. */
  readonly rank: number;
  /** Median, least and greatest over seeds when last measured; null where that is a diverged run. */
  readonly middle: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** How many of its runs have diverged by then. */
  readonly diverged: number;
}

/** All places at one step. */
export interface Standing {
  readonly step: number;
  readonly places: readonly Place[];
}

/** The standings at every step at which any run was measured or diverged, from the first on. */
export function standings(problem: ProblemResult): Standing[] {
  const courses = problem.optimizers.map(({ id, trials }) => ({ id, points: band(trials, 'validation', problem.tuningMetric), lost: trials.flatMap(lostAt),
    runs: trials.length, at: 0 }));
  const steps = [...new Set(courses.flatMap(({ points, lost }) => [...points.map(({ step }) => step), ...lost]))].sort((a, b) => a - b);
  return steps.map((step) => {
    const now = courses.map((course) => {
      while ((course.points[course.at + 1]?.step ?? Infinity) <= step) course.at += 1;
      const point = course.points[course.at];
      const diverged = course.lost.filter((lost) => lost <= step).length;
      // An optimizer whose runs have all ended has no later points to say so.
      const known = point !== undefined && point.step <= step && diverged < course.runs ? point : undefined;
      return { id: course.id, middle: known?.middle ?? null, low: known?.low ?? null, high: known?.high ?? null, diverged };
    });
    const isAhead = (a: number | null, b: number | null): boolean => cost(a, problem.tuningMetric) < cost(b, problem.tuningMetric);
    return { step, places: now.map((own) => ({ ...own, rank: 1 + now.filter((other) => isAhead(other.middle, own.middle)).length })) };
  });
}

function lostAt({ diverged, divergedAt }: ProblemResult['optimizers'][number]['trials'][number]): number[] {
  return diverged ? [divergedAt ?? 0] : [];
}
