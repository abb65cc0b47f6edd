/** Reads a file of the package's folder `data`, which `npm run data` of the repository derived and packed. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';

/** The unpacked content of a file. */
export function readPacked(name: string): Buffer {
  const home = dirname(createRequire(import.meta.url).resolve('@thalweg/compare/package.json'));
  return brotliDecompressSync(readFileSync(join(home, 'data', name)));
}
