/** Writes files whole. */
import { closeSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** So many characters are gathered before they are written. */
const gathered = 1 << 16;

/** Writes a file so that a reader, or a crash, sees the old one or the new one and nothing between: a text, or parts that are made one after the other. */
export function writeWhole(path: string, content: string | Iterable<string | Uint8Array>): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${String(process.pid)}.tmp`;
  const file = openSync(temporary, 'w');
  try {
    let text = '';
    for (const part of typeof content === 'string' ? [content] : content) {
      if (typeof part === 'string') text += part;
      if (text.length < gathered && typeof part === 'string') continue;
      put(file, Buffer.from(text));
      text = '';
      if (typeof part !== 'string') put(file, part);
    }
    put(file, Buffer.from(text));
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
}

/** A single call may write less than it is given. */
function put(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
}
