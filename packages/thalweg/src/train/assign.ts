/** Which group of a method trains which parameter. Knows names and shapes; used for the library's own memory and for a framework's arrays. */
import { ThalwegError } from '../language/error.ts';
import { isReduction, scopeOf, topological } from '../language/graph.ts';
import type { Program } from '../language/program.ts';
import { isRegExp } from '../language/realm.ts';
import { ArrayError } from '../language/run-error.ts';
import { otherwise } from '../define/match.ts';
import { describeMatch, matches } from '../define/matches.ts';
import type { MethodGroup } from '../define/recipe.ts';

type Groups = readonly Pick<MethodGroup, 'name' | 'match' | 'alsoCalled'>[];

/**
 * The number of the group of each parameter: the one that takes it by any of its names; `ties` has the second names. What none takes so is looked for by what
 * it is also called. Throws an ArrayError where no group or two groups take one.
 */
export function assignGroups(
  owner: string,
  groups: Groups,
  tensors: ReadonlyMap<string, { readonly shape: readonly number[] }>,
  ties: ReadonlyMap<string, string> = new Map(),
): Map<string, number> {
  const rest = groups.findIndex(({ match }) => match === otherwise);
  const chosen = new Map<string, number>();
  const namesOf = new Map([...tensors.keys()].map((name) => [name, [name]]));
  for (const [alias, name] of ties) namesOf.get(name)?.push(alias);
  for (const [name, { shape }] of tensors) {
    const names = namesOf.get(name) ?? [];
    const takenBy = (called: readonly string[]): number[] =>
      groups.flatMap(({ match }, i) => (called.some((one) => matches(owner, match, { name: one, shape })) ? [i] : []));
    const fitting = takenBy(names);
    const also = groups[0]?.alsoCalled;
    const [first, second] = fitting.length > 0 || also === undefined ? fitting : takenBy([also(name)]);
    const described = (i: number): string => `${groups[i]?.name ?? ''} (${describeMatch(groups[i]?.match ?? otherwise)})`;
    if (first !== undefined && second !== undefined) {
      throw new ArrayError(
        owner,
        name,
        `two groups match ${names.join(', also called ')}, which has the shape [${shape.join(', ')}]: ${described(first)} and ${described(second)}`,
      );
    }
    const group = first ?? rest;
    if (group < 0) {
      const all = groups.map((_, i) => described(i)).join(', ');
      throw new ArrayError(
        owner,
        name,
        `no group matches ${name}, which has the shape [${shape.join(', ')}]; the groups are ${all}; match: otherwise takes the remaining parameters`,
      );
    }
    chosen.set(name, group);
  }
  return chosen;
}

/** Throws a ThalwegError for a group whose name or pattern takes no parameter, which is a mistake in it. */
export function checkUsed(owner: string, groups: Groups, chosen: ReadonlyMap<string, number>): void {
  const used = new Set(chosen.values());
  groups.forEach(({ name, match }, i) => {
    if (used.has(i) || !(typeof match === 'string' || isRegExp(match))) return;
    const names = [...chosen.keys()].join(', ');
    throw new ThalwegError('group', `${owner}: the group ${name} (${describeMatch(match)}) matches no parameter; there are ${names}`);
  });
}

/** A sum over all parameters has to exist in every group, or it would silently be one over fewer. Throws a ThalwegError where it does not. */
export function checkCommonSums(owner: string, groups: Groups, programs: readonly Program[]): void {
  const sums = programs.map((program) => {
    const nodes = topological(program.writes.values()).filter((node) => isReduction(node) && scopeOf(node) === 'all');
    return new Set(nodes.map((node) => `${node.op} ${String(node.attribute)}`));
  });
  const all = new Set(sums.flatMap((some) => [...some]));
  const lacking = groups.find((_, i) => sums[i]?.size !== all.size);
  if (lacking === undefined) return;
  const problem = `this sum over all parameters (_all) is missing in the group ${lacking.name}; chain what sums over all before groups(), or use _group`;
  throw new ThalwegError('group', `${owner}: ${problem}`);
}
