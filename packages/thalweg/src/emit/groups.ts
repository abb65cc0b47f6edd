/**
 * Parameter groups in Python frameworks: the methods of a file, the groups that each trains with hyperparameters of their own, and which parameters belong
 * to a group. Knows methods; no target.
 */
import { UnsupportedError } from '../language/run-error.ts';
import { isRegExp } from '../language/realm.ts';
import { isSchedule, type HyperValue } from '../define/hyper.ts';
import { literal } from '../targets/text/python.ts';
import { withoutZero, type Hyper, type Model } from './model.ts';
import { aFunction } from './refusals.ts';
import type { Schedules } from './schedules.ts';
import type { StepWriter } from './step-writer.ts';
import { otherwise, type Match } from '../define/match.ts';
import { Method } from '../define/method.ts';
import { hyperSlotsOf, type MethodGroup } from '../define/recipe.ts';
import { spellingOf } from './citations.ts';

/** Lines that choose by matches; `take` is what is done with the parameter `w` of this `name` where group `i` takes it. */
function choose(groups: readonly ParameterGroup[], target: string, take: (i: number) => string): string[] {
  const conditions = groups.map(({ match, name }) => conditionOf(match, name, target));
  const cases = conditions.flatMap((condition, i) => (condition === undefined ? [] : [[condition, i] as const]));
  const rest = conditions.indexOf(undefined);
  return [
    ...cases.flatMap(([condition, i], at) => [`${at === 0 ? 'if' : 'elif'} ${condition}:`, `    ${take(i)}`]),
    'else:',
    rest < 0 ? '    raise ValueError(f"no group takes {name}")' : `    ${take(rest)}`,
  ];
}

/** What a hyperparameter is in a group, as text: a number, or the function of a schedule. */
export interface GroupValue {
  readonly hyper: Hyper;
  readonly value: string;
}

/** The hyperparameters of a group, in order. A schedule that it does not share with others becomes one of `schedules`. */
export function valuesOf(
  { name, values }: ParameterGroup,
  model: Model,
  schedules: Schedules,
  { needs }: StepWriter,
  target: string,
): GroupValue[] {
  return model.hyper.map((hyper) => {
    const value = values.get(hyper.key);
    if (isSchedule(value)) return { hyper, value: schedules.nameOf(hyper, value, name) };
    if (typeof value === 'number') return { hyper, value: literal(withoutZero(hyper.option, value), needs) };
    throw new UnsupportedError(target, `in the group ${name}, ${aFunction(hyper.key)}`);
  });
}

const comment = (name: string): string => name.replaceAll(/\s/g, ' ');

/** A function that puts a model's parameters into groups of PyTorch; each entry is a group as Python makes it. */
export function chosenGroups(entries: readonly { readonly group: ParameterGroup; readonly text: string }[], target: string): string[] {
  const groups = entries.map(({ group }) => group);
  return [
    '',
    '',
    'def parameter_groups(named_parameters):',
    '    """The groups of parameters, with the hyperparameters of each."""',
    '    groups = [',
    ...entries.map(({ group, text }) => `        ${text},  # ${comment(group.name)}`),
    '    ]',
    '    for name, w in named_parameters:',
    ...choose(groups, target, (i) => `groups[${String(i)}]["params"].append(w)`).map((line) => `        ${line}`),
    '    return [group for group in groups if group["params"]]',
  ];
}

/** A function that makes one transformation of Optax of groups, and of what stands `before` them; each entry is a group as Python makes it. */
export function partition(
  entries: readonly { readonly group: ParameterGroup; readonly text: string }[],
  name: string,
  before: readonly string[],
): string[] {
  const groups = entries.map(({ group }) => group);
  const parts = 'optax.partition(groups, lambda params: jax.tree_util.tree_map_with_path(label_of, params))';
  return [
    '',
    '',
    'def label_of(path, w):',
    '    """The group of a parameter; its name joins the keys that lead to it by dots."""',
    '    name = ".".join(str(next(getattr(key, of) for of in ("key", "name", "idx") if hasattr(key, of))) for key in path)',
    ...choose(groups, 'emit to optax', (i) => `return ${JSON.stringify(groups[i]?.name ?? '')}`).map((line) => `    ${line}`),
    '',
    '',
    `def ${name}() -> optax.GradientTransformationExtraArgs:`,
    '    """The groups of parameters, with the hyperparameters of each."""',
    '    groups = {',
    ...entries.map(({ group, text }) => `        ${JSON.stringify(group.name)}: ${text},`),
    '    }',
    `    return ${before.length === 0 ? parts : `optax.chain(${[...before, parts].join(', ')})`}`,
  ];
}

/** A group of parameters: what it takes, and its hyperparameters by their keys in the equations. */
export interface ParameterGroup {
  readonly name: string;
  readonly match: Match;
  readonly values: ReadonlyMap<string, HyperValue>;
}

/** A method of a file, and the groups that it trains: methods differ in their equations, groups of one in their numbers. */
export interface Family {
  readonly method: Method;
  /** What its functions are called after, and how its author spells that. */
  readonly id: string;
  readonly title: string;
  readonly groups: readonly ParameterGroup[];
}

/** The methods of a method with groups; one for a method without any. */
export function familiesOf(method: Method): Family[] {
  const textOf = ({ parts }: MethodGroup): string => JSON.stringify(parts.map(({ part: { name, equations, init, evaluate } }) => [name, equations, init, evaluate])); // prettier-ignore
  const alike = [...Map.groupBy(method.groups, textOf).values()];
  return alike.map((groups): Family => {
    const first = groups[0]!;
    const own = alike.length > 1 ? first.parts.filter(({ shared }) => !shared) : first.parts;
    const named = own.length > 0 ? own : first.parts;
    return {
      method: method.groups.length === 1 ? method : new Method(first.parts.map(({ part }) => part.name).join('_'), [{ ...first, match: otherwise }]),
      id: named.map(({ part }) => part.name).join('_'),
      title: named.map(spellingOf).join('_'),
      groups: groups.map((group) => ({
        name: group.name,
        match: group.match,
        values: new Map(hyperSlotsOf(group).map(({ key, name, part }) => [key, group.parts[part]?.values.get(name) ?? NaN])),
      })),
    };
  });
} // prettier-ignore

/** Whether a match takes the parameter `w` of this `name`, as an expression of Python; undefined for what no other group takes. */
function conditionOf(match: Match, owner: string, target: string): string | undefined {
  if (match === otherwise) return undefined;
  if (typeof match === 'string') {
    if (!match.includes('*')) return `name == ${JSON.stringify(match)}`;
    const pattern = match.split('*').map((text) => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('.*'); // prettier-ignore
    return `re.fullmatch(${JSON.stringify(pattern)}, name, re.DOTALL)`;
  }
  if (isRegExp(match)) {
    // What both languages write alike: no letters by property, no names of groups, no flag but i and s.
    if (!/\\[pPk]|\(\?<[^=!]/.test(match.source) && /^[dgis]*$/.test(match.flags)) {
      const flags = [...(match.flags.includes('i') ? ['re.IGNORECASE'] : []), ...(match.flags.includes('s') ? ['re.DOTALL'] : [])];
      return `re.search(${[JSON.stringify(match.source.replaceAll('\\/', '/')), 'name', ...(flags.length === 0 ? [] : [flags.join(' | ')])].join(', ')})`;
    }
    throw new UnsupportedError(
      target,
      `the group ${owner} matches ${String(match)}, which has another syntax in Python; match by a name with *, or without \\p, named groups and flags other than i and s`,
    );
  }
  if (typeof match === 'function')
    throw new UnsupportedError(
      target,
      `the group ${owner} matches by a JavaScript function; match by a name, a regular expression or { rank }`,
    );
  return `w.ndim == ${String(match.rank)}`;
}
