/** Checks of options: each must have the right type and lie in its range, and every check comes before any change. */
import { OptionError, suggestion } from './error.ts';
import { range } from './range.ts';

/** Throws the OptionError of a value that is not what it must be. */
export function wrongOption(owner: string, option: string, value: unknown, wanted: string): never {
  throw new OptionError(owner, option, value, `must be ${wanted}, not ${describe(value)}`);
}

/** What other libraries call options, in lower case without underscores, and what they may be called here. */
const elsewhere: Readonly<Record<string, string>> = {
  learningrate: 'lr',
  stepsize: 'lr',
  alpha: 'lr beta',
  b1: 'beta1',
  b2: 'beta2',
  momentum: 'beta1',
  rho: 'beta',
  decay: 'beta',
  decayrate: 'beta',
  scheduledecay: 'momentumDecay',
  epsroot: '',
  weightdecay: 'weightDecay l2',
  wd: 'weightDecay l2',
  lambda: 'weightDecay l2',
  lambd: 'weightDecay l2',
  l2: 'weightDecay',
  maxiter: 'steps',
};

/** The option that was meant, as ` (did you mean x?)`: by its name elsewhere, by a word that both begin or end with, or the nearest one. */
export function optionSuggestion(key: string, known: readonly string[]): string {
  const plain = key.toLowerCase().replaceAll('_', '');
  const there = Object.hasOwn(elsewhere, plain) ? elsewhere[plain]!.split(' ') : undefined;
  // betas are beta1 and beta2, history_size is history, and useNesterov nesterov.
  const [stem, last] = [plain.replace(/s$/, ''), /[A-Z]?[a-z]*$/.exec(key)![0].toLowerCase()];
  const isMeant = (one: string): boolean =>
    one.length > 2 && ((stem.length > 2 && one.startsWith(stem)) || plain.startsWith(one) || one === last);
  const same = known.find((one) => one.toLowerCase() === plain);
  const names = same !== undefined ? [same] : known.filter((one) => there?.includes(one) ?? isMeant(one.toLowerCase()));
  if (names.length > 0) return ` (did you mean ${names.join(' or ')}?)`;
  return there === undefined ? suggestion(key, known) : '';
}

/** Throws an OptionError for the first key of `options` that is not `known`. */
export function checkNames(owner: string, options: unknown, known: readonly string[]): void {
  if (!isRecord(options)) wrongOption(owner, 'options', options, `an object, { ${known[0] ?? ''}: … }`);
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue;
    const list = known.length === 0 ? 'it takes none' : `it takes ${known.join(', ')}`;
    throw new OptionError(owner, key, options[key], `is not an option${optionSuggestion(key, known)}; ${list}`);
  }
}

/** Throws an OptionError where `value` is no number in the interval `text`. */
export function checkNumber(owner: string, option: string, value: unknown, text: string): void {
  if (typeof value !== 'number') wrongOption(owner, option, value, 'a number');
  if (!range(text).contains(value)) throw new OptionError(owner, option, value, `must lie in ${text}, and ${String(value)} does not`);
}

/** Throws an OptionError where `value` is no whole number from `least`. */
export function checkWhole(owner: string, option: string, value: unknown, least: number): void {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least)
    wrongOption(owner, option, value, `a whole number from ${String(least)}`);
}

/** The value, where it is one of those allowed; throws an OptionError where it is not. */
export function oneOf<T>(owner: string, option: string, value: T, allowed: readonly T[]): T {
  if (allowed.includes(value)) return value;
  wrongOption(owner, option, value, allowed.map((one) => describe(one)).join(' or '));
}

/** Whether a value is an object that may hold something under names: no list and no array, and no Map or promise, which would seem to be empty. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && /^\[object (Object|Module)\]$/.test(Object.prototype.toString.call(value));
}

/** Whether a value can be called: a function that is no class. */
export function isCallable(value: unknown): value is (...args: never[]) => unknown {
  return typeof value === 'function' && !Function.prototype.toString.call(value).startsWith('class');
}

/** The longest text of a user's that a message repeats. */
const longest = 80;

/** A value as a person would name it. */
export function describe(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return JSON.stringify(value.length > longest ? `${value.slice(0, longest)}…` : value);
  if (typeof value === 'object') return className(value) === 'Object' ? 'an object' : withArticle(className(value));
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : typeof value;
}

function withArticle(name: string): string {
  return `${/^[AEIO]/.test(name) ? 'an' : 'a'} ${name}`;
}

/** The name of an object's class; its own property `constructor`, which a file may have put there, does not count. */
function className(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  const made: unknown = typeof prototype === 'object' && prototype !== null ? Reflect.get(prototype, 'constructor') : undefined;
  const name: unknown = typeof made === 'function' ? Reflect.get(made, 'name') : undefined;
  return typeof name === 'string' && name !== '' ? name.slice(0, longest) : 'Object';
}
