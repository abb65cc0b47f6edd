/**
 * Moves the stack of an error to the user's line that called the library, instead of the internal calls below it, which would fill the stack before it
 * reaches that line. Independent of the functions it wraps.
 */
import { shortStack, ThalwegError } from './error.ts';

/** The same function, except that the stack of an error of ours begins where the function was called, in engines that can. */
export function asCalled<A extends readonly unknown[], T>(run: (...args: A) => T): (...args: A) => T {
  const called = (...args: A): T => {
    try {
      return run(...args);
    } catch (error) {
      if (error instanceof ThalwegError && 'captureStackTrace' in Error) {
        Error.captureStackTrace(error, called);
        shortStack(error);
      }
      throw error;
    }
  };
  return called;
}

/** Runs what may go on after a wait, when the calls that led to it are over: the stack of an error of ours begins where this was called. */
export async function asCalledLater<T>(run: () => Promise<T>): Promise<T> {
  const place: { stack?: string } = {};
  if ('captureStackTrace' in Error) Error.captureStackTrace(place, asCalledLater);
  try {
    return await run();
  } catch (error) {
    if (error instanceof ThalwegError && place.stack !== undefined) {
      error.stack = `${error.name}: ${error.message}\n${place.stack.slice(place.stack.indexOf('\n') + 1)}`;
      shortStack(error);
    }
    throw error;
  }
}
