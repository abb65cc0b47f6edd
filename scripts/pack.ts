/** Checks what `npm pack` would publish of every package. */
import { join } from 'node:path';
import { publishedPackages } from './address.ts';
import { kilobytes, pack, problemOf } from './release/tarball.ts';

const root = join(import.meta.dirname, '..');

for (const folder of publishedPackages()) {
  const tarball = await pack(root, folder);
  const problem = problemOf(tarball, root, folder);
  if (problem !== undefined) {
    console.error(problem);
    process.exitCode = 1;
  }
  console.log(`${tarball.name}: ${String(tarball.files.length)} files, ${kilobytes(tarball.size)} packed`);
}
