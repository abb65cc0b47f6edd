/** The sources of an entry in words, for pages and terminals. */
import type { Source } from './note.ts';

/** A line for the paper and one for the authors' program. */
export function origins({ paper, authors }: Source): string[] {
  return [`Paper: ${paper}.`, authors === null ? "Authors' program: none is public." : `Authors' program: ${authors}.`];
}
