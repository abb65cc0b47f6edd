/** Loads a user's file, and explains why if it cannot be loaded. Knows neither problems nor optimizers. */
import { existsSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ThalwegError } from 'thalweg';
import { ProblemError } from './problem.ts';

/** A user's file. */
export interface OwnFile {
  readonly path: string;
  readonly exported: Readonly<Record<string, unknown>>;
}

/**
 * Imports a file.
 *
 * @throws ProblemError that names the file and the reason
 */
export async function loadOwnFile(reference: string): Promise<OwnFile> {
  const path = resolve(reference);
  if (!existsSync(path)) throw new ProblemError(reference, 'there is no such file');
  // Node ends, with an exit code of its own, where nothing is left that could settle what a module awaits.
  const unsettled = Promise.withResolvers<undefined>();
  const end = (): void => { unsettled.resolve(undefined); };
  process.once('beforeExit', end);
  let exported: object | undefined;
  try {
    exported = await Promise.race([import(pathToFileURL(path).href) as Promise<object>, unsettled.promise]);
  } catch (error) {
    throw new ProblemError(reference, reasonOf(error, path));
  } finally {
    process.off('beforeExit', end);
  }
  if (exported === undefined) throw new ProblemError(reference, 'it cannot be loaded: what it awaits outside of its functions is never settled');
  return { path, exported: { ...exported } };
} // prettier-ignore

/** Why an import failed. */
function reasonOf(error: unknown, path: string): string {
  if (!(error instanceof Error)) return `it throws ${String(error)}`;
  if (error instanceof ThalwegError) return error.message;
  const code: unknown = Reflect.get(error, 'code');
  const kind = extname(path);
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION')
    return `Node ${process.version} cannot load ${kind} files; use Node 24 or later, or a .js file`;
  if (error instanceof SyntaxError && /outside a module|Unexpected token 'export'/.test(error.message))
    return `it is read as CommonJS, because the nearest package.json says or implies so; write "type": "module" there, or call it ${path.slice(0, -kind.length)}.m${kind.slice(1)}`;
  // Of the stack, the lines that show the file.
  const shown = (error.stack ?? error.message).split('\n').filter((line) => !/^ {4}at /.test(line) || line.includes(path));
  return `it cannot be loaded\n${shown.join('\n').trim()}`;
}
