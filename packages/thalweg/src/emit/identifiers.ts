/** Identifiers in other languages: what authors write, as unique identifiers that are not reserved words. Knows no target. */
import { freeName } from '../language/part.ts';

/** Words of Python, and functions of it that emitted files call. */
export const pythonWords: readonly string[] = [
  'False', 'None', 'True', 'and', 'as', 'assert', 'async', 'await', 'break', 'class', 'continue', 'def', 'del', 'elif', 'else', 'except', 'finally', 'for',
  'from', 'global', 'if', 'import', 'in', 'is', 'lambda', 'nonlocal', 'not', 'or', 'pass', 'raise', 'return', 'try', 'while', 'with', 'yield', 'match', 'case',
  'type', 'abs', 'all', 'any', 'callable', 'getattr', 'hasattr', 'isinstance', 'dict', 'float', 'int', 'len', 'list', 'max', 'min', 'next', 'print', 'range', 'self', 'set', 'sum', 'super', 'tuple', 'zip',
  '_',
]; // prettier-ignore

/** A text of letters, digits and underscores that does not begin with a digit: what is none of these is left out, or stands as the number of its letter. */
export function identifier(text: string, fallback: string): string {
  const plain = text.replaceAll(/[^A-Za-z0-9_]/gu, (letter) => (/\p{L}/u.test(letter) ? `u${letter.codePointAt(0)!.toString(16)}` : '_'));
  const trimmed = plain.replaceAll(/_+/g, '_').replaceAll(/^_|_$/g, '');
  return trimmed === '' ? fallback : /^\d/.test(trimmed) ? `${fallback}_${trimmed}` : trimmed;
}

/** `weightDecay` as `weight_decay`. */
export function snake(text: string, fallback: string): string {
  return identifier(text.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1_$2'), fallback).toLowerCase();
}

/** `clipByGlobalNorm` as `ClipByGlobalNorm`; capitals stay, as in `AdEMAMix`. */
export function pascal(text: string, fallback: string): string {
  const words = identifier(text, fallback).split('_');
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

/** Identifiers of one file, each given once. */
export class Identifiers {
  private readonly taken: Set<string>;

  /** None will be among `words`. */
  constructor(words: Iterable<string>) {
    this.taken = new Set(words);
  }

  /** `wanted`, or with an underscore where it is a word or given already, or with a number. */
  give(wanted: string): string {
    const made = this.taken.has(wanted) ? freeName(`${wanted}_`, (candidate) => this.taken.has(candidate)) : wanted;
    this.taken.add(made);
    return made;
  }
}
