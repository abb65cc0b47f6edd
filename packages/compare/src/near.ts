/** What a mistyped name may have meant. */
import { distance } from 'fastest-levenshtein';

/** Letters too many or too few: two that were swapped make none. */
const unlike = (a: string, b: string): number => Math.abs(a.length - b.length);

/** `did you mean adamw?` with the nearest of the known names, or nothing where none is near. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const lower = name.toLowerCase();
  const [best] = known
    .map((candidate) => ({ candidate, away: distance(lower, candidate.toLowerCase()) }))
    .filter(({ candidate, away }) => away <= Math.max(2, Math.floor(candidate.length / 3)))
    .toSorted((a, b) => a.away - b.away || unlike(name, a.candidate) - unlike(name, b.candidate));
  return best && `did you mean ${best.candidate}?`;
}
