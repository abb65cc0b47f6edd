/** An optimizer of the race as a file of another language or framework. Loaded when somebody asks for one. Knows entrants; no page. */
import { ThalwegError } from 'thalweg';
import { emit, targets, type TargetName } from 'thalweg/emit';
import { methodOf, nameOf, type Entrant } from '../race/entrant.ts';

/** The targets with what each gives. */
export const choices: readonly { readonly name: TargetName; readonly about: string }[] = Object.values(targets).map(({ name, about }) => ({
  name: name as TargetName,
  about,
}));

/** A file, or why there is none. */
export type TakenAway = { readonly name: string; readonly text: string } | { readonly problem: string };

/** The file of an optimizer whose schedule runs over so many steps. */
export function takeAway(entrant: Entrant, steps: number, target: TargetName): TakenAway {
  const name = nameOf(entrant)
    .replaceAll(/[^A-Za-z0-9]+/g, ' ')
    .trim();
  try {
    const text = emit(methodOf(entrant, steps), target, name === '' ? {} : { name });
    return { name: `${name.toLowerCase().replaceAll(' ', '_') || 'optimizer'}.${targets[target].extension}`, text };
  } catch (error) {
    if (error instanceof ThalwegError) return { problem: error.message };
    throw error;
  }
}
