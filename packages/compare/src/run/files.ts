/** Hashes of files as they are now, read once each. Knows nothing of what they are for. */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { join } from 'node:path';

/** A file or folder that took part in a run, and the hash of what it held. */
export type FileState = readonly [path: string, hash: string];

/** What a run was computed from: the modules that took part in it, and what they read. */
export interface InputFiles {
  readonly modules: readonly FileState[];
  readonly data: readonly FileState[];
}

// Kept before anything can wrap them: hashing a file must not be recorded as reading it.
const { closeSync, openSync, readdirSync, readSync, statSync } = fs;

/** The hash of a file's bytes, or of a folder's names; `absent` where there is neither. */
export function hashOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  const hash = createHash('sha256');
  if (stats?.isDirectory() === true) hash.update(readdirSync(path).toSorted().join('\n'));
  else if (stats?.isFile() === true) readInto(hash, path);
  else return 'absent';
  return hash.digest('hex').slice(0, 24);
}

/** Every file below a folder, and the folders; the path itself where it is a file. */
export function filesBelow(path: string): string[] {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return [path];
  return [path, ...readdirSync(path).flatMap((name) => filesBelow(join(path, name)))];
}

/** Looks up hashes, each file once. */
export function hashes(): (path: string) => string {
  const known = new Map<string, string>();
  return (path) => {
    const hash = known.get(path) ?? hashOf(path);
    known.set(path, hash);
    return hash;
  };
}

function readInto(hash: ReturnType<typeof createHash>, path: string): void {
  const file = openSync(path, 'r');
  try {
    const piece = Buffer.alloc(1 << 20);
    for (let count = readSync(file, piece); count > 0; count = readSync(file, piece)) hash.update(piece.subarray(0, count));
  } finally {
    closeSync(file);
  }
}
