/**
 * Which files a run depends on: the modules that it loads, with their imports, and the files that it reads. A worker thread starts tracing before it
 * imports anything else, so nothing is missed except what JavaScript cannot see here: native code, child processes, the network. Each file's hash is of the
 * moment when it was first loaded or read. Knows nothing of problems.
 */
import fs from 'node:fs';
import { findPackageJSON, registerHooks, syncBuiltinESMExports } from 'node:module';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { filesBelow, hashOf, type FileState, type InputFiles } from './files.ts';

/** What has been loaded and read in this thread so far. */
export class Trace {
  /** Whom each module imports, all as paths. */
  private readonly imports = new Map<string, Set<string>>();
  private readonly reads = new Map<string, Set<string>>();
  private readonly hash = new Map<string, string>();
  private readonly manifests = new Map<string, string | undefined>();
  private reader = '';
  private readonly loader: string;

  /** `loader` is the module that imports users' files: each belongs to who asked for it, not to all that this module takes part in. */
  constructor(loader: string) {
    this.loader = loader;
  }

  /** Begins to record what this thread imports and reads. */
  start(): void {
    registerHooks({
      resolve: (specifier, context, next) => {
        const found = next(specifier, context);
        const path = pathOf(found.url);
        if (path !== undefined) this.importedBy(pathOf(context.parentURL ?? '') ?? '', path);
        return found;
      },
    });
    for (const [module, names] of [
      [fs, ['readFileSync', 'readFile', 'openSync', 'open', 'createReadStream', 'readdirSync', 'readdir', 'opendirSync', 'opendir', 'openAsBlob']],
      [fs.promises, ['readFile', 'open', 'readdir', 'opendir']],
    ] as const) {
      for (const name of names) this.watch(module, name);
    }
    syncBuiltinESMExports();
  } // prettier-ignore

  /** From now on what is read belongs to `reader`, until the next call. */
  readFor(reader: string): void {
    this.reader = reader;
  }

  /** Takes a file, or all below a folder, as read by `reader`. */
  readBy(reader: string, path: string): void {
    for (const one of filesBelow(path)) this.note(reader, one);
  }

  /** The files that modules at these paths consist of, all that they import, with their packages' manifests; and what these readers read besides. */
  filesOf(modules: readonly string[], readers: readonly string[]): InputFiles {
    const all = new Set<string>();
    const visit = (path: string): void => {
      if (all.has(path)) return;
      all.add(path);
      for (const one of this.imports.get(path) ?? []) visit(one);
    };
    modules.forEach(visit);
    for (const path of [...all]) {
      const manifest = this.manifestOf(path);
      if (manifest !== undefined) all.add(manifest);
    }
    const data = new Set(readers.flatMap((reader) => [...(this.reads.get(reader) ?? [])].filter((path) => !all.has(path))));
    const states = (paths: ReadonlySet<string>): FileState[] => [...paths].toSorted().map((path) => [path, this.hashed(path)]);
    return { modules: states(all), data: states(data) };
  }

  private importedBy(parent: string, path: string): void {
    if (parent !== this.loader) this.imports.set(parent, (this.imports.get(parent) ?? new Set()).add(path));
    this.hashed(path);
  }

  private watch(module: object, name: string): void {
    const original: unknown = Reflect.get(module, name);
    if (typeof original !== 'function') return;
    const apply = (_: unknown, self: unknown, parameters: unknown[]): unknown => {
      const path = fileOf(parameters[0]);
      if (path !== undefined) this.note(this.reader, path);
      return Reflect.apply(original, self, parameters);
    };
    Reflect.set(module, name, new Proxy(original, { apply }));
  }

  private note(reader: string, path: string): void {
    if (/^\/(?:dev|proc|sys)\//.test(path)) return;
    const known = this.reads.get(reader) ?? new Set();
    this.reads.set(reader, known.add(path));
    this.hashed(path);
  }

  private hashed(path: string): string {
    const hash = this.hash.get(path) ?? hashOf(path);
    this.hash.set(path, hash);
    return hash;
  }

  private manifestOf(path: string): string | undefined {
    if (!this.manifests.has(path)) this.manifests.set(path, findPackageJSON(pathToFileURL(path)));
    return this.manifests.get(path);
  }
}

function pathOf(url: string): string | undefined {
  if (!url.startsWith('file:')) return undefined;
  const { href } = Object.assign(new URL(url), { search: '', hash: '' });
  return fileURLToPath(href);
}

/** The path that a function of `fs` was given; undefined for a descriptor, which came of a path. */
function fileOf(value: unknown): string | undefined {
  if (value instanceof URL) return pathOf(value.href);
  if (Buffer.isBuffer(value)) return resolve(value.toString());
  return typeof value === 'string' ? resolve(value) : undefined;
}
