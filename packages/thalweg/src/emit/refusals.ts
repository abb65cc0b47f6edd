/** What no target, or only some, can say, in the words of a refusal: what it is, and what to do instead. Knows methods; no target. */
import { UnsupportedError } from '../language/run-error.ts';
import type { Method } from '../define/method.ts';
import type { MethodGroup } from '../define/recipe.ts';

/** The only group of a method. Throws where there are several: the functions of the target are each of one method. */
export function onlyGroup<G extends Pick<MethodGroup, 'parts'>>(method: Method, groups: readonly G[], target: string): G {
  const [group, ...others] = groups;
  if (group !== undefined && others.length === 0) return group;
  const textOf = ({ parts }: Pick<MethodGroup, 'parts'>): string => JSON.stringify(parts.map(({ part: { equations } }) => equations));
  const alike = groups.every((one) => textOf(one) === textOf(groups[0]!));
  const remedy = alike
    ? 'emit the method without groups, and step each group by itself, with its own numbers'
    : 'emit the method of each group by itself, and step each with its own file';
  throw new UnsupportedError(target, `${method.name.replaceAll(/\s+/g, ' ')} has groups, and a file is of one method; ${remedy}`);
}

/** Refuses what draws noise. */
export function refuseNoise(owner: string, target: string): never {
  const problem = "draws noise, whose numbers follow from the seed, the name of each parameter and Thalweg's own generator";
  throw new UnsupportedError(target, `${owner} ${problem}; emit the method without it, and add noise where the file is used`);
}

/** Refuses first values that need all parameters at once, which files of Python are given one by one. */
export function refuseJointFirst(owner: string, target: string): never {
  const problem = 'begins with a sum over several parameters, and a file of Python begins each parameter by itself';
  throw new UnsupportedError(target, `${owner} ${problem}; emit it to c, or begin with a sum over one tensor`);
}

/** Why there is no file of a hyperparameter that is a function, and what to do. */
export function aFunction(option: string): string {
  return `${option} is a function of JavaScript; write it as equations, schedule('a / √t', { a: 0.1 })`;
}
