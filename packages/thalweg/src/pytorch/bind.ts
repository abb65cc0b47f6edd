/**
 * Which PyTorch optimizer corresponds to a group here, if one does: compares the group's equations with those of the corresponding method. Knows methods;
 * neither files nor arrays.
 */
import { ThalwegError } from '../language/error.ts';
import { reads, textOf, type Part } from '../language/part.ts';
import type { Method } from '../define/method.ts';
import type { MethodGroup } from '../define/recipe.ts';
import { families, type Family } from './families.ts';

/** A group as one of PyTorch's optimizers. */
export interface Bound {
  readonly family: Family;
  /** The number of the part that it is. */
  readonly part: number;
  /** The hyperparameters that its equations read. */
  readonly read: ReadonlySet<string>;
  /** The options that chose its equations. */
  readonly choices: Readonly<Record<string, string | boolean>>;
}

/** The classes that the format knows, in words. */
export const classes = families.map(({ torch }) => torch).join(', ');

/** Which of PyTorch's optimizers a group is, or why it is none. */
export function bind({ parts }: MethodGroup): Bound | string {
  const found = parts.flatMap(({ part }, index) => {
    const family = families.find(({ name }) => name === part.name);
    return family === undefined ? [] : [{ family, index, part }];
  });
  const [first, second] = found;
  const names = parts.map(({ part }) => part.name).join(', ');
  if (first === undefined) return `${names} is not one of the PyTorch optimizers that this format knows: ${classes}`;
  if (second !== undefined) return `${names} are two optimizers, and a parameter has one in PyTorch`;
  const other = parts.find(({ part }, index) => index !== first.index && keeps(part));
  if (other !== undefined) return `${other.part.name} keeps states, for which a checkpoint of PyTorch has no place`;
  const { family, part, index } = first;
  const read = new Set(Object.keys(family.hyper).filter((name) => reads(part, name)));
  const choices = Object.fromEntries(Object.keys(family.choices).map((key) => [key, part.choices?.[key] ?? false]));
  const same = counterpart(family, part, read, choices);
  if (same?.equations === linesOf(part)) return { family, part: index, read, choices };
  const theirs = same?.parts[0]?.choices ?? {};
  const others = Object.entries(part.choices ?? {}).filter(([key, value]) => theirs[key] !== value);
  const words = others.map(([key, value]) => `${key}: ${JSON.stringify(value)}`).join(', ');
  return `${part.name}${words === '' ? '' : ` with ${words}`} has other equations than PyTorch's ${family.torch}`;
}

/** Whether a part has states. */
function keeps(part: Part): boolean {
  return textOf(part).equations.some(({ lasting, target }) => lasting && target.name !== 'w');
}

/** The method with these choices whose equations read just these hyperparameters; undefined where there is none. */
function counterpart(family: Family, part: Part, read: ReadonlySet<string>, choices: Bound['choices']): Method | undefined {
  const values = part.hyper.flatMap(({ name, fallback }) => (read.has(name) ? [[name, fallback === 0 ? 0.5 : fallback] as const] : []));
  try {
    return family.method({ ...choices, ...Object.fromEntries(values) });
  } catch (error) {
    if (error instanceof ThalwegError) return undefined;
    throw error;
  }
}

function linesOf({ equations }: Part): string {
  const lines = equations.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '').join('\n');
}
