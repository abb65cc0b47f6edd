/**
 * Fetches a package that is too large to be installed for the little that is derived from it: by npm, at a pinned version with a pinned hash, into a
 * temporary folder. Knows no data.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A package as `npm view NAME@VERSION dist.integrity` has it. */
export interface Pinned {
  readonly name: string;
  readonly version: string;
  /** `sha512-` and the hash of the tarball in base64. */
  readonly integrity: string;
}

/**
 * Returns the tarball where it is the one that was pinned.
 *
 * @throws Error where its hash is another
 */
export function verified(tarball: Uint8Array, { name, version, integrity }: Pinned): Uint8Array {
  const found = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
  if (found !== integrity) throw new Error(`${name}@${version} has the hash ${found}, and ${integrity} is pinned`);
  return tarball;
}

/** Has `use` read the folder of a package; returns what it returns. The folder is gone afterwards. */
export function withPackage<Result>(pinned: Pinned, use: (folder: string) => Result): Result {
  const folder = mkdtempSync(join(tmpdir(), 'thalweg-data-'));
  try {
    // npm's own messages go to standard error; what it prints is the name of the file, the only one there.
    execFileSync('npm', ['pack', `${pinned.name}@${pinned.version}`, '--loglevel=error'], { cwd: folder, encoding: 'utf8' });
    const [file = ''] = readdirSync(folder);
    verified(readFileSync(join(folder, file)), pinned);
    execFileSync('tar', ['-xzf', file], { cwd: folder });
    return use(join(folder, 'package'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
