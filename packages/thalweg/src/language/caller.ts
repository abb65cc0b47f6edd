/**
 * Where an error of ours seems to come from: the line of the user's that called, and not the ten calls below it, which nobody can change and which fill
 * the stack before it reaches that line. Knows no function that it is used for.
 */
import { ThalwegError } from './error.ts';

/** Characters of a message with its stack that people read; what called the caller of the caller is cut where it is longer. */
const longest = 800;

/** The same function, except that the stack of an error of ours begins where the function was called, in engines that can. */
export function asCalled<A extends readonly unknown[], T>(run: (...args: A) => T): (...args: A) => T {
  const called = (...args: A): T => {
    try {
      return run(...args);
    } catch (error) {
      if (error instanceof ThalwegError && 'captureStackTrace' in Error) {
        Error.captureStackTrace(error, called);
        if (error.stack !== undefined) error.stack = cut(error.stack);
      }
      raise(error);
    }
  };
  return called;
}

/** A stack with as many calls as fit, and at least two. */
function cut(stack: string): string {
  let [length, calls] = [0, 0];
  const fits = (line: string): boolean => {
    length += line.length + 1;
    return !/^ +at /.test(line) || ++calls <= 2 || length <= longest;
  };
  return stack.split('\n').filter(fits).join('\n');
}

/**
 * Throws from a line that stays short. Node prints the line in which an uncaught error was thrown, which in a minified bundle is the whole bundle; minifiers
 * make one line of everything, except that the line breaks of a tagged template are part of what the program means.
 */
function raise(
  error: unknown,
  broken = itself`
${''}`,
): never {
  throw itself`
${error}${broken}`;
}

/** What stands first in a template. */
function itself(_breaks: TemplateStringsArray, ...values: readonly unknown[]): unknown {
  return values[0];
}
