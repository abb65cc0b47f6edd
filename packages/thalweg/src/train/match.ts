/** Which parameters a group takes, or a call such as `freeze` means: by name, by rank, or by a function. Knows no optimizer. */
import { ThalwegError } from '../language/error.ts';
import { describe } from './options.ts';

/** A parameter as a match sees it. */
export interface ParameterInfo {
  /** The name it was given to `init` by. */
  readonly name: string;
  /** Sizes, outermost first. */
  readonly shape: readonly number[];
}

/** What no other group takes. */
export const otherwise: unique symbol = Symbol('otherwise');

/**
 * Selects parameters: a name in which `*` stands for anything (`'*.bias'`), a regular expression that some part of the name fits, the
 * number of dimensions (`{ rank: 2 }`), a function, or `otherwise`.
 */
export type Match = string | RegExp | { readonly rank: number } | ((parameter: ParameterInfo) => boolean) | typeof otherwise;

/** Whether a match other than `otherwise` takes this parameter. Throws a ThalwegError where it is no match at all. */
export function matches(owner: string, match: Match, parameter: ParameterInfo): boolean {
  if (match === otherwise) return false;
  if (typeof match === 'string') return globOf(match).test(parameter.name);
  if (match instanceof RegExp) return parameter.name.search(match) >= 0;
  if (typeof match === 'function') return match(parameter);
  if (typeof match === 'object' && typeof match.rank === 'number') return parameter.shape.length === match.rank;
  throw new ThalwegError(
    'group',
    `${owner}: match must be a name, a regular expression, { rank }, a function or otherwise, not ${describe(match)}`,
  );
}

/** A match as a person would write it. */
export function describeMatch(match: Match): string {
  if (match === otherwise) return 'otherwise';
  if (typeof match === 'string') return JSON.stringify(match);
  if (match instanceof RegExp) return String(match);
  return typeof match === 'function' ? 'a function' : `{ rank: ${String(match.rank)} }`;
}

function globOf(pattern: string): RegExp {
  return new RegExp(
    `^${pattern
      .split('*')
      .map((text) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
      .join('.*')}$`,
    's',
  );
}
