/**
 * Groups of parameters that one set of equations trains with different hyperparameters, as frameworks have them; and which parameters a group takes, in Python.
 * Groups whose equations differ are refused. Knows methods; no target.
 */
import { UnsupportedError } from '../language/run-error.ts';
import { isRegExp } from '../language/realm.ts';
import { isSchedule, type HyperValue } from '../define/hyper.ts';
import { literal } from '../targets/text/python.ts';
import { jointSums } from './blocks.ts';
import type { Model } from './model.ts';
import type { StepWriter } from './step-writer.ts';
import { otherwise, type Match } from '../define/match.ts';
import { Method } from '../define/method.ts';
import { hyperSlotsOf, type MethodGroup } from '../define/recipe.ts';

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

/** The hyperparameters of a group, as numbers by what the file calls them; schedules are those of all groups. */
function numbersOf(
  { name, values }: ParameterGroup,
  model: Model,
  writer: StepWriter,
  target: string,
): (readonly [id: string, value: string])[] {
  return model.hyper.flatMap(({ id, key, schedule }) => {
    const value = values.get(key);
    if (typeof value === 'number') return [[id, literal(value, writer.needs)] as const];
    const isSame =
      isSchedule(value) && value.equation === schedule?.equation && JSON.stringify(value.constants) === JSON.stringify(schedule.constants);
    if (isSame) return [];
    throw new UnsupportedError(target, `the group ${name} has a schedule of its own for ${key}; give all groups the same`);
  });
}

const comment = (name: string): string => name.replaceAll(/\s/g, ' ');

/** A function that puts a model's parameters into groups of PyTorch, where the method has some. */
export function parameterGroups(groups: readonly ParameterGroup[], model: Model, writer: StepWriter): string[] {
  if (groups.length === 0) return [];
  const target = 'emit to pytorch';
  const entries = groups.map((group) => {
    const own = numbersOf(group, model, writer, target).map(([id, value]) => `"${id}": ${value}`);
    return `        {${['"params": []', ...own].join(', ')}},  # ${comment(group.name)}`;
  });
  return [
    '',
    '',
    'def parameter_groups(named_parameters):',
    '    """The groups of parameters, with the hyperparameters of each."""',
    '    groups = [',
    ...entries,
    '    ]',
    '    for name, w in named_parameters:',
    ...choose(groups, target, (i) => `groups[${String(i)}]["params"].append(w)`).map((line) => `        ${line}`),
    '    return [group for group in groups if group["params"]]',
  ];
}

/** A function that makes one transformation of Optax of all groups, where the method has some. */
export function partition(groups: readonly ParameterGroup[], model: Model, writer: StepWriter, make: string): string[] {
  if (groups.length === 0) return [];
  const target = 'emit to optax';
  if (model.lines.some(({ equation }) => jointSums(equation.value).some(({ scope }) => scope === 'all')))
    throw new UnsupportedError(
      target,
      `${model.method.name} sums over all groups, and optax.partition hands each group its own parameters alone; emit the groups without it`,
    );
  const entries = groups.map((group) => {
    const own = numbersOf(group, model, writer, target).map(([id, value]) => `${id}=${value}`);
    return `        ${JSON.stringify(group.name)}: ${make}(${own.join(', ')}),`;
  });
  return [
    '',
    '',
    'def label_of(path, w):',
    '    """The group of a parameter; its name joins the keys that lead to it by dots."""',
    '    name = ".".join(str(next(getattr(key, of) for of in ("key", "name", "idx") if hasattr(key, of))) for key in path)',
    ...choose(groups, target, (i) => `return ${JSON.stringify(groups[i]?.name ?? '')}`).map((line) => `    ${line}`),
    '',
    '',
    `def ${make}_groups() -> optax.GradientTransformationExtraArgs:`,
    '    """The groups of parameters, with the hyperparameters of each."""',
    '    groups = {',
    ...entries,
    '    }',
    '    return optax.partition(groups, lambda params: jax.tree_util.tree_map_with_path(label_of, params))',
  ];
}

/** A group of parameters: what it takes, and its hyperparameters by their keys in the equations. */
export interface ParameterGroup {
  readonly name: string;
  readonly match: Match;
  readonly values: ReadonlyMap<string, HyperValue>;
}

/** The equations that all groups have in common, as a method, and the groups; one group for a method without any. */
export function groupsOf(method: Method, target: string): { readonly method: Method; readonly groups: readonly ParameterGroup[] } {
  const [first, ...others] = method.groups;
  if (first === undefined || others.length === 0) return { method, groups: [] };
  const textOf = ({ parts }: MethodGroup): string => JSON.stringify(parts.map(({ part: { name, equations, init, evaluate } }) => [name, equations, init, evaluate])); // prettier-ignore
  const other = others.find((one) => textOf(one) !== textOf(first));
  if (other !== undefined)
    throw new UnsupportedError(
      target,
      `the groups ${first.name} and ${other.name} of ${method.name} have different equations; emit the method of each by itself`,
    );
  return {
    method: new Method(first.parts.map(({ part }) => part.name).join('_'), [{ ...first, match: otherwise }]),
    groups: method.groups.map((group) => ({
      name: group.name,
      match: group.match,
      values: new Map(hyperSlotsOf(group).map(({ key, name, part }) => [key, group.parts[part]?.values.get(name) ?? NaN])),
    })),
  };
}

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
    throw new UnsupportedError(target, `the group ${owner} matches ${String(match)}, which Python writes otherwise`);
  }
  if (typeof match === 'function')
    throw new UnsupportedError(
      target,
      `the group ${owner} matches by a function of JavaScript; match by a name, a regular expression or { rank }`,
    );
  return `w.ndim == ${String(match.rank)}`;
}
