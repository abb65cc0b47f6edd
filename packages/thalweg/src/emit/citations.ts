/** What an emitted file cites, and how it spells names: for parts of the library, whose equations are known. Knows methods; no target. */
import type { Method } from '../define/method.ts';
import type { BoundPart } from '../define/recipe.ts';
import { optionPapers, papers, spellings } from './sources.ts';

/** How the author of a part spells its name, as one word: `AdamW`. */
export function spellingOf({ part: { name }, verify }: BoundPart): string {
  return (verify === undefined && Object.hasOwn(spellings, name) ? spellings[name] : undefined) ?? name;
}

/** The papers of a method's parts, a line each: those of options that were not chosen are left out. */
export function citationsOf({ groups }: Method): string[] {
  const own = groups.flatMap(({ parts }) => parts.filter(({ verify }) => verify === undefined).map(({ part }) => part));
  const lines = own.flatMap(({ name, choices = {} }) => {
    if (!Object.hasOwn(papers, name)) return [];
    const unused = Object.entries(Object.hasOwn(optionPapers, name) ? optionPapers[name]! : {}).filter(([option]) => choices[option] !== true && choices[option] !== 'on');
    const paper = unused.reduce((text, [, one]) => text.replace(`; ${one}`, ''), papers[name]!);
    return [own.length > 1 ? `${name}: ${paper}.` : `${paper}.`];
  });
  return [...new Set(lines)];
} // prettier-ignore
