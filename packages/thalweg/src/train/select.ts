/** Which parameters a call such as `freeze` selects. */
import { ThalwegError } from '../language/error.ts';
import type { Match } from '../define/match.ts';
import { describeMatch, matches } from '../define/matches.ts';
import type { Core } from './core.ts';

/** The names that match, of parameters and tied ones; there is at least one. */
export function select(core: Core, use: string, match: Match): string[] {
  const { name: owner, registry, named } = core;
  const found = [...named.tree.names].filter((name) => {
    const { cohort, index } = registry.places.get(named.ownName(name)) ?? {};
    const shape = cohort?.stepper.arena.tensors[index ?? 0]?.shape ?? [];
    return matches(`${owner}, ${use}`, match, { name, shape });
  });
  if (found.length === 0) {
    throw new ThalwegError(
      'group',
      `${owner}, ${use}: no parameter matches ${describeMatch(match)}; there are ${[...named.tree.names].join(', ')}`,
    );
  }
  return found;
}
