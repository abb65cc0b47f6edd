/**
 * Which contours a map of a loss gets. The labels are losses, not heights above the lowest point: evenly spaced where the highest loss is a
 * few times the lowest, else in equal ratios, as a loss that falls from 2 to 0.02 does most of its work where even steps show nothing.
 */
import type { Relief } from '@thalweg/compare/look';

/** Most contours on a map. */
const most = 22;

/** Multiples of a power of ten at which contours run, and those of them that are labelled. */
const ratios = [
  { at: [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8], index: [1, 2, 5] },
  { at: [1, 1.5, 2, 3, 5, 7], index: [1, 2, 5] },
  { at: [1, 2, 5], index: [1] },
  { at: [1], index: [1] },
] as const;

/** Even steps, in units of a power of ten, and how many of them are between two that are labelled. */
const steps = [
  { step: 1, index: 5 },
  { step: 2, index: 5 },
  { step: 5, index: 2 },
] as const;

/** The contours of losses on a grid, which are positive or not finite. */
export function reliefOf(losses: ArrayLike<number>): Relief {
  const logs = Array.from(losses, (loss) => (Number.isFinite(loss) ? Math.log10(Math.max(loss, Number.MIN_VALUE)) : NaN));
  let [low, high] = [Infinity, -Infinity];
  for (const loss of logs) if (!Number.isNaN(loss)) [low, high] = [Math.min(low, loss), Math.max(high, loss)];
  if (!(low < high)) return { logs, levels: [], index: [] };
  const { levels, index } = high - low < Math.log10(6) ? even(10 ** low, 10 ** high) : geometric(low, high);
  return { logs, levels: levels.map(Math.log10), index: index.map(Math.log10) };
}

interface Levels {
  readonly levels: readonly number[];
  readonly index: readonly number[];
}

function even(low: number, high: number): Levels {
  const power = 10 ** Math.floor(Math.log10((high - low) / most));
  const { step, index } = steps.find((one) => (high - low) / (one.step * power) <= most) ?? { step: 10, index: 5 };
  const first = Math.ceil(low / (step * power));
  const count = Math.floor(high / (step * power)) - first + 1;
  const counts = Array.from({ length: count }, (_, i) => first + i);
  const level = (times: number): number => Number((times * step * power).toPrecision(12));
  return { levels: counts.map(level), index: counts.filter((times) => times % index === 0).map(level) };
}

function geometric(low: number, high: number): Levels {
  const powers = Array.from({ length: Math.ceil(high) - Math.floor(low) }, (_, i) => Math.floor(low) + i);
  const series = (times: readonly number[]): number[] =>
    powers.flatMap((power) => times.map((time) => time * 10 ** power)).filter((level) => level > 10 ** low && level < 10 ** high);
  const { at, index } = ratios.find((one) => series(one.at).length <= most) ?? ratios[3];
  return { levels: series(at), index: series(index) };
}
