/** Which parameters a match selects: by name, by rank, or by a function; and how a match is described in messages. Knows no optimizer. */
import { ThalwegError } from '../language/error.ts';
import { describe, isCallable } from '../language/options.ts';
import { isRegExp } from '../language/realm.ts';
import { otherwise, type Match, type ParameterInfo } from './match.ts';

/** Whether a match other than `otherwise` takes this parameter. Throws a ThalwegError where it is no match at all. */
export function matches(owner: string, match: Match, parameter: ParameterInfo): boolean {
  if (match === otherwise) return false;
  if (typeof match === 'string') return globOf(match).test(parameter.name);
  if (isRegExp(match)) return parameter.name.search(match) >= 0;
  if (isCallable(match)) return answer(owner, match(parameter), parameter);
  if (isRank(match)) return parameter.shape.length === match.rank;
  throw new ThalwegError('group', `${owner}: match must be ${matchesAre}, not ${describe(match)}`);
}

/** What a match is, in words. */
export const matchesAre = 'a name, a regular expression, { rank }, a function or otherwise';

/** Whether a value is a match. */
export function isMatch(value: unknown): value is Match {
  return value === otherwise || typeof value === 'string' || isCallable(value) || isRegExp(value) || isRank(value);
}

function isRank(match: unknown): match is { readonly rank: number } {
  return typeof match === 'object' && match !== null && typeof Reflect.get(match, 'rank') === 'number';
}

/** What a function says of a parameter. A promise, say, would count as true for every one. */
function answer(owner: string, said: unknown, { name }: ParameterInfo): boolean {
  if (typeof said === 'boolean') return said;
  throw new ThalwegError('group', `${owner}: the match function must return true or false, and returned ${describe(said)} for ${name}`);
}

/** A match as a person would write it. */
export function describeMatch(match: Match): string {
  if (match === otherwise) return 'otherwise';
  if (typeof match === 'string') return JSON.stringify(match);
  if (isRegExp(match)) return String(match);
  return isRank(match) ? `{ rank: ${String(match.rank)} }` : typeof match === 'function' ? 'a function' : describe(match);
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
