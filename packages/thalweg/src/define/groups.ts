/** Parameter groups: different optimizers for different parameters, all stepped together. */
import { OptionError, ThalwegError } from '../language/error.ts';
import { describe, isRecord, optionSuggestion } from '../language/options.ts';
import { checkHyper, type HyperValue } from './hyper.ts';
import { otherwise, type Match } from './match.ts';
import { describeMatch, isMatch, matchesAre } from './matches.ts';

import { asMethod, Method, callIt, type NamesOf } from './method.ts';
import { hyperSlotsOf, type MethodGroup } from './recipe.ts';

/** A parameter group: which parameters it contains, the method that trains them, and hyperparameters that override the method's. */
export type Group<M extends Method = Method> = {
  /** Which parameters it contains. */
  readonly match: Match;
  /** The method that trains them. */
  readonly use: M;
  /** The name of the group in `opt.hyper` and in errors; by default the method's name. */
  readonly name?: string;
} & Readonly<Partial<Record<string extends NamesOf<M> ? never : NamesOf<M>, HyperValue>>>;

/**
 * Trains different parameters by different methods, as PyTorch's parameter groups do for options. Every parameter must belong to exactly one group. The
 * hyperparameter `lr` of the group `name` is `opt.hyper['name.lr']`. What is chained before or after `groups` applies to all of them: `‖g‖_all` then runs
 * over all parameters.
 *
 * @param declarations - a list of `{ match, use }`, each with an optional `name` and overridden hyperparameters; `match: otherwise` takes the remaining
 * parameters
 * @throws ThalwegError for two groups of one name, a name with a dot, groups inside groups, or an empty list; OptionError for a hyperparameter that the
 * method does not have. `init` then throws for a parameter that no group or more than one group matches, and for a name that matches nothing
 * @example
 * ```ts
 * import { adamw, chain, clipByGlobalNorm, groups, otherwise, sgd, tensor } from 'thalweg';
 * const method = chain(
 *   clipByGlobalNorm(1),
 *   groups([
 *     { match: { rank: 2 }, use: adamw({ lr: 1e-3 }), weightDecay: 0.1 },
 *     { match: otherwise, use: sgd({ lr: 0.01 }), name: 'rest' },
 *   ]),
 * );
 * const opt = await method.init({ W: tensor([3, 2]), b: tensor([2]) });
 * opt.hyper['rest.lr'] = 0.02;
 * ```
 */
export function groups<const M extends readonly Method[]>(declarations: { readonly [K in keyof M]: Group<M[K]> }): Method {
  const given: unknown = declarations;
  if (!Array.isArray(given) || given.length === 0) throw new ThalwegError('group', 'groups: needs a list of at least one { match, use }');
  const list: readonly Group[] = declarations;
  const made = list.map((declaration) => groupOf(declaration));
  if (made.filter(({ match }) => match === otherwise).length > 1) throw new ThalwegError('group', 'groups: two groups match otherwise');
  const taken = new Map<string, number>();
  const named = made.map((group, i) => {
    const count = (taken.get(group.name) ?? 0) + 1;
    taken.set(group.name, count);
    if (count > 1 && list[i]?.name !== undefined) throw new ThalwegError('group', `groups: two groups are called ${group.name}`);
    return count === 1 ? group : { ...group, name: `${group.name}${String(count)}` };
  });
  return new Method(`groups(${named.map(({ name }) => name).join(', ')})`, named);
}

const own = ['match', 'use', 'name'];

function groupOf(declaration: Group): MethodGroup {
  if (!isRecord(declaration)) throw new ThalwegError('group', `groups: a group is { match, use }, not ${describe(declaration)}`);
  const { match, use: given, name, ...overrides } = declaration;
  const use = asMethod(given);
  if (use === undefined) {
    const hint = typeof given === 'function' ? callIt(given) : describe(given);
    throw new ThalwegError('group', `groups: use must be a method such as adamw(), not ${hint}`);
  }
  if (!isMatch(match)) throw new ThalwegError('group', `groups: match must be ${matchesAre}, not ${describe(match)}`);
  if (name !== undefined && (typeof (name as unknown) !== 'string' || name === ''))
    throw new ThalwegError('group', `groups: the name of a group must be a string, not ${describe(name)}`);
  const [group] = use.groups;
  if (group === undefined || use.groups.some((one) => one.match !== otherwise)) {
    throw new ThalwegError('group', `groups: ${use.name} has groups itself; put all groups in one list`);
  }
  const called = name ?? use.name;
  if (called.includes('.'))
    throw new ThalwegError('group', `groups: the name ${called} has a dot, which separates group and hyperparameter in opt.hyper`);
  for (const key of Object.keys(overrides)) {
    if (use.hyper.has(key)) continue;
    const has = [...own, ...use.hyper.keys()].join(', ');
    throw new OptionError(
      `groups, ${called}`,
      key,
      Reflect.get(overrides, key),
      `is not an option${optionSuggestion(key, [...use.hyper.keys()])}; the group of ${describeMatch(match)} takes ${has}`,
    );
  }
  const slots = Object.keys(overrides).length === 0 ? [] : hyperSlotsOf(group);
  const parts = group.parts.map((bound, index) => {
    const values = new Map(bound.values);
    const float32 = new Map(bound.float32);
    for (const slot of slots) {
      const given: unknown = Reflect.get(overrides, slot.key);
      if (slot.part !== index || given === undefined) continue;
      values.set(slot.name, checkHyper(`groups, ${called}`, slot.key, given, slot.range.text));
      float32.delete(slot.name);
    }
    return { ...bound, values, float32, shared: false };
  });
  return { name: called, match, parts };
}
