/** What an emitted file cites: the papers of those parts that are the library's own, whose equations nobody has to check. Knows methods; no target. */
import type { Method } from '../define/method.ts';
import { papers } from './sources.ts';

/** The papers of a method's parts, a line each. */
export function citationsOf({ groups }: Method): string[] {
  const own = groups.flatMap(({ parts }) => parts.filter(({ verify }) => verify === undefined).map(({ part }) => part.name));
  return [...new Set(own)].flatMap((name) => {
    const paper = Object.hasOwn(papers, name) ? papers[name] : undefined;
    return paper === undefined ? [] : [own.length > 1 ? `${name}: ${paper}.` : `${paper}.`];
  });
}
