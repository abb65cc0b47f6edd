/** Suggestions for a mistyped name. */
import { distance } from 'fastest-levenshtein';

/** Letters too many or too few: two that were swapped make none. */
const unlike = (a: string, b: string): number => Math.abs(a.length - b.length);

/** A name, and it with each two neighbours swapped, with how many mistakes that is. */
function swapped(name: string): (readonly [name: string, mistakes: number])[] {
  const swaps = Array.from(
    { length: Math.max(0, name.length - 1) },
    (_, i) => name.slice(0, i) + name.charAt(i + 1) + name.charAt(i) + name.slice(i + 2),
  );
  return [[name, 0], ...swaps.map((one) => [one, 1] as const)];
}

/** `did you mean adamw?` with the nearest of the known names, or nothing where none is near: one mistake in each three letters, and one in fewer. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const given = swapped(name.toLowerCase());
  const [best] = known
    .map((candidate) => ({
      candidate,
      away: Math.min(...given.map(([one, mistakes]) => mistakes + distance(one, candidate.toLowerCase()))),
    }))
    .filter(({ away }) => away < name.length && away <= Math.max(1, Math.floor(name.length / 3)))
    .toSorted((a, b) => a.away - b.away || unlike(name, a.candidate) - unlike(name, b.candidate));
  return best && `did you mean ${best.candidate}?`;
}
