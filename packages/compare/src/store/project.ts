/**
 * Paths as stored: those in the project are relative to it, with slashes, so that a project that is moved or copied to another machine finds its runs
 * again. The project is the nearest parent folder with a package.json.
 */
import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';

/** Turns paths into what is kept, and back. */
export interface Project {
  readonly root: string;
  kept(path: string): string;
  here(kept: string): string;
}

/** The project of a folder. */
export function projectOf(folder = '.'): Project {
  const root = rootOf(resolve(folder));
  return {
    root,
    kept(path) {
      const inside = relative(root, resolve(path));
      return inside.startsWith('..') || isAbsolute(inside) ? resolve(path) : inside.split(sep).join('/');
    },
    here: (kept) => resolve(root, kept),
  };
}

function rootOf(start: string): string {
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (dirname(folder) === folder) return start;
  }
}
