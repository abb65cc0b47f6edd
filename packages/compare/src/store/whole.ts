/** Writes files atomically. */
import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { ProblemError } from '../problem.ts';
import { makeFolder } from './folder.ts';

/** So many characters are gathered before they are written. */
const gathered = 1 << 16;

/**
 * Writes a file atomically: a reader, or a crash, sees the old one or the new one. The content is a text, or parts that are made one after the other.
 *
 * @throws ProblemError if it cannot be written; errors of making a part
 */
export function writeWhole(path: string, content: string | Iterable<string | Uint8Array>): void {
  const temporary = `${path}.${String(process.pid)}.tmp`;
  const file = told(path, () => {
    makeFolder(dirname(path));
    return openSync(temporary, 'w');
  });
  try {
    let text = '';
    for (const part of typeof content === 'string' ? [content] : content) {
      if (typeof part === 'string') text += part;
      if (text.length < gathered && typeof part === 'string') continue;
      told(path, () => { put(file, Buffer.from(text)); }); // prettier-ignore
      text = '';
      if (typeof part !== 'string') told(path, () => { put(file, part); }); // prettier-ignore
    }
    told(path, () => { put(file, Buffer.from(text)); }); // prettier-ignore
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
  told(path, () => { renameSync(temporary, path); }); // prettier-ignore
}

/** What a system call says is wrong, in words. */
function told<Value>(path: string, run: () => Value): Value {
  try {
    return run();
  } catch (error) {
    throw new ProblemError(path, `it cannot be written (${error instanceof Error ? error.message : String(error)})`);
  }
}

/** A single call may write less than it is given. */
function put(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
}
