/** Errors for what no target, or only some, can express: what it is, and what to do instead. Knows methods; no target. */
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
    ? 'emit the method without groups, and use it once per group, with the hyperparameters of each'
    : 'emit the method of each group as a file of its own';
  throw new UnsupportedError(
    target,
    `${method.name.replaceAll(/\s+/g, ' ')} has groups, and a file of this target has one method; ${remedy}`,
  );
}

/** Refuses what draws noise. */
export function refuseNoise(owner: string, target: string): never {
  const problem = "draws noise from Thalweg's own random generator, by seed and parameter name";
  throw new UnsupportedError(target, `${owner} ${problem}; emit the method without it, and add noise in the program that uses the file`);
}

/** Refuses first values that need all parameters at once, which files of Python are given one by one. */
export function refuseJointFirst(owner: string, target: string): never {
  const problem =
    'initializes a state by a sum over several parameters, and a Python file initializes the states of each parameter separately';
  throw new UnsupportedError(target, `${owner} ${problem}; emit it to c, or initialize by a sum over one tensor`);
}

/** Why there is no file of a hyperparameter that is a function, and what to do. */
export function aFunction(option: string): string {
  return `${option} is a JavaScript function; write it as an equation, schedule('a / √t', { a: 0.1 })`;
}
