/**
 * A method as a text in a model's file, and back: its equations and hyperparameters, so that a user-defined optimizer can be loaded without its program.
 * Files may be damaged or hostile: everything is checked when read. Knows of TF.js only how it changes texts.
 */
import { ThalwegError } from '../language/error.ts';
import { describe, isRecord } from '../language/options.ts';
import type { HyperSymbol, InputSymbol, Part } from '../language/part.ts';
import { range } from '../language/range.ts';
import { isRegExp } from '../language/realm.ts';
import type { HyperValue } from '../define/hyper.ts';
import { otherwise, type Match } from '../define/match.ts';
import { Method } from '../define/method.ts';
import { programOf } from '../define/program.ts';
import { methodGroup, type BoundPart, type Recipe } from '../define/recipe.ts';
import { decodeHyper, encodeHyper } from '../checkpoint/saved-hyper.ts';

/** The form of these texts. */
const version = 1;

/**
 * A value as JSON that loading a model leaves as it is: there TF.js takes `_` out of every text and makes the next letter a capital, and its converters
 * to Python do the opposite. So underscores and capitals are written as escapes, which JSON reads as what they stand for.
 */
export function toText(value: unknown): string {
  const escaped = (character: string): string =>
    Array.from({ length: character.length }, (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`).join('');
  return JSON.stringify(value).replace(/[_\p{Changes_When_Lowercased}]/gu, escaped);
}

/** What `toText` wrote. Throws a ThalwegError. */
export function fromText(text: unknown): unknown {
  if (typeof text !== 'string') throw unreadable(`is ${describe(text)}, and not the text that was saved`);
  try {
    return JSON.parse(text);
  } catch {
    throw unreadable('is not JSON');
  }
}

/** A method as a value that JSON can hold. Throws a ThalwegError for what no file can hold: a function. */
export function encodeMethod({ name, groups }: Recipe): unknown {
  const parts = [...new Set(groups.flatMap((group) => group.parts.map(({ part }) => part)))];
  return {
    version,
    name,
    parts: parts.map(({ hyper, ...part }) => ({ ...part, hyper: hyper.map((one) => ({ ...one, range: one.range.text })) })),
    groups: groups.map((group) => ({
      name: group.name,
      match: encodeMatch(group.name, group.match),
      parts: group.parts.map(({ part, values, float32, shared }) => ({
        part: parts.indexOf(part),
        values: Object.fromEntries([...values].map(([key, value]) => [key, encodeValue(`${group.name}, ${key}`, value)])),
        float32: Object.fromEntries(float32),
        shared,
      })),
    })),
  };
}

/** The method again. Throws a ThalwegError that says what is wrong, or an EquationError where the equations make no sense. */
export function decodeMethod(saved: unknown): Method {
  const { version: written, name, parts, groups } = record(saved, 'the method');
  if (written !== version) throw unreadable(`has the version ${describe(written)}, and only ${String(version)} can be read`);
  const known = list(parts, 'the parts').map(decodePart);
  const made = list(groups, 'the groups').map((one) => {
    const group = record(one, 'a group');
    const bound = list(group['parts'], 'the parts of a group').map((given): BoundPart => {
      const { part, values, float32, shared } = record(given, 'a part of a group');
      const found = known[Number(part)];
      if (found === undefined) throw unreadable(`names the part ${describe(part)}, and there are ${String(known.length)}`);
      const read = new Map(Object.entries(record(values, 'values')).map(([key, value]) => [key, decodeValue(key, value)]));
      for (const { name: key } of found.hyper) if (!read.has(key)) throw unreadable(`has no value of ${key}`);
      const defaults = new Map(Object.entries(record(float32, 'defaults')).map(([key, value]) => [key, number(value, key)]));
      return { part: found, values: read, float32: defaults, shared: shared === true, verify: programOf };
    });
    return methodGroup(text(group['name'], 'the name of a group'), decodeMatch(group['match']), bound);
  });
  if (made.length === 0) throw unreadable('has no group');
  return new Method(text(name, 'the name'), made);
}

function encodeValue(title: string, value: HyperValue): unknown {
  if (typeof value !== 'function') return encodeHyper(value);
  throw new ThalwegError(
    'method',
    `${title} is a function, which a file cannot hold; a schedule, schedule('a / √t', { a: 0.1 }), is saved as its equation`,
  );
}

function decodeValue(key: string, saved: unknown): HyperValue {
  const value = decodeHyper(saved);
  if (value === undefined || typeof value === 'string') throw unreadable(`has a ${key} that ${value ?? 'is a function'}`);
  return value;
}

function encodeMatch(group: string, match: Match): unknown {
  if (match === otherwise) return { otherwise: true };
  if (typeof match === 'string') return { name: match };
  if (isRegExp(match)) return { source: match.source, flags: match.flags };
  if (typeof match === 'object') return { rank: match.rank };
  throw new ThalwegError(
    'group',
    `the group ${group} matches by a function, which a file cannot hold; match by a name, a regular expression or { rank }`,
  );
}

function decodeMatch(saved: unknown): Match {
  const { otherwise: rest, name, source, flags, rank } = record(saved, 'a match');
  if (rest === true) return otherwise;
  if (typeof name === 'string') return name;
  if (typeof rank === 'number') return { rank };
  try {
    return new RegExp(text(source, 'a match'), text(flags, 'the flags of a match'));
  } catch (error) {
    if (error instanceof SyntaxError) throw unreadable(`has a match that is not a regular expression: ${error.message}`);
    throw error;
  }
}

function decodePart(saved: unknown): Part {
  const { name, equations, choices, hyper, inputs, init, evaluate, keep, negates } = record(saved, 'a part');
  return {
    name: text(name, 'the name of a part'),
    equations: text(equations, 'the equations of a part'),
    choices:
      choices === undefined
        ? undefined
        : Object.fromEntries(Object.entries(record(choices, 'choices')).map(([key, one]) => [key, choice(one)])),
    hyper: list(hyper, 'hyperparameters').map((one): HyperSymbol => {
      const { name, symbol, fallback, range: interval } = record(one, 'a hyperparameter');
      const written = text(interval, 'a range');
      return {
        name: text(name, 'the name of a hyperparameter'),
        symbol: text(symbol, 'a symbol'),
        fallback: number(fallback, 'a default'),
        range: range(written),
      };
    }),
    inputs: list(inputs, 'inputs').map((one): InputSymbol => {
      const { name, symbol, kind } = record(one, 'an input');
      return { name: text(name, 'the name of an input'), symbol: text(symbol, 'a symbol'), kind: kind === 'tensor' ? kind : 'scalar' };
    }),
    init: Object.fromEntries(Object.entries(record(init, 'first values')).map(([key, one]) => [key, text(one, 'a first value')])),
    evaluate: evaluate === undefined ? undefined : text(evaluate, 'where to evaluate'),
    keep: texts(keep, 'the states to keep'),
    negates: texts(negates, 'what is negated'),
  };
}

const choice = (value: unknown): string | boolean => (typeof value === 'boolean' ? value : text(value, 'a choice'));

const texts = (value: unknown, what: string): string[] | undefined =>
  value === undefined ? undefined : list(value, what).map((one) => text(one, what));

function record(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (!isRecord(value)) throw unreadable(`has ${describe(value)} where ${what} should be`);
  return value;
}

function list(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw unreadable(`has ${describe(value)} where ${what} should be`);
  return value;
}

function text(value: unknown, what: string): string {
  if (typeof value !== 'string') throw unreadable(`has ${describe(value)} where ${what} should be`);
  return value;
}

function number(value: unknown, what: string): number {
  if (typeof value !== 'number') throw unreadable(`has ${describe(value)} where ${what} should be`);
  return value;
}

function unreadable(problem: string): ThalwegError {
  return new ThalwegError('config', `the configuration of the optimizer ${problem}`);
}
