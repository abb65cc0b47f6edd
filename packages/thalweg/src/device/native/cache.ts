/**
 * Compiled libraries in the user's cache folder: one folder each, written completely and then renamed, with its source and a copy, which are both compared
 * whenever it is read (which takes less time than loading code for a checksum). Nobody else may have write access. If nothing can be stored there, a
 * private folder that is deleted with the process is used. Knows neither compilers nor kernels.
 */
import { homedir, tmpdir, userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { UnsupportedError } from '../../language/run-error.ts';
import { fs } from './files.ts';

/** Names of the files in the folder of a library. */
const files = { source: 'kernel.c', library: 'kernel.so', copy: 'kernel.copy' } as const;

/** A library being made. */
export interface Work {
  readonly source: string;
  readonly library: string;
  readonly folder: string;
}

/**
 * The folder of compiled kernels: `$XDG_CACHE_HOME/thalweg/native`, by default `~/.cache/thalweg/native`. It may be deleted at any time.
 *
 * @example
 * ```ts
 * import { nativeCacheFolder } from 'thalweg/native';
 * nativeCacheFolder(); // '/home/me/.cache/thalweg/native'
 * ```
 */
export function nativeCacheFolder(environment: Readonly<Record<string, string | undefined>> = process.env): string {
  const given = environment['XDG_CACHE_HOME'] ?? '';
  return join(isAbsolute(given) ? given : join(home(), '.cache'), 'thalweg', 'native');
}

/** The user's home. Where HOME says no absolute path, a file of the folder in which the process happens to run would be taken for the user's. */
function home(): string {
  const said = homedir();
  return isAbsolute(said) ? said : userInfo().homedir;
}

/** Libraries by key. */
export class LibraryCache {
  private readonly folder: string | undefined;
  private own: string | undefined;

  /** Keeps libraries in the folder that `folderOf` names, if it can be used. */
  constructor(folderOf: () => string) {
    this.folder = usable(folderOf);
  }

  /** The library of this source; undefined where there is none that is whole. */
  find(source: string): string | undefined {
    const kept = [this.folder, this.own].map((folder) => (folder === undefined ? '' : join(folder, keyOf(source))));
    const folder = kept.find((one) => one !== '' && isWhole(one, source));
    return folder === undefined ? undefined : join(folder, files.library);
  }

  /** Makes room for a library. Throws an UnsupportedError where there is none. */
  begin(owner: string, source: string): Work {
    try {
      return makeWork(this.folder ?? this.temporary(), source);
    } catch {
      // The cache is full, or was taken away since.
    }
    try {
      return makeWork(this.temporary(), source);
    } catch (cause) {
      const said = cause instanceof Error ? cause.message : String(cause);
      throw new UnsupportedError(
        owner,
        `the backend native cannot store compiled kernels: neither the cache nor ${tmpdir()} is writable (${said})`,
      );
    }
  }

  /** Keeps a library that is complete; returns its path. Where another process was faster, its library is as good. */
  keep(source: string, { folder, library }: Work): string {
    fs.chmodSync(library, 0o600);
    fs.writeFileSync(join(folder, files.copy), fs.readFileSync(library), { mode: 0o600 });
    const target = join(folder, '..', keyOf(source));
    for (const retry of [true, false]) {
      try {
        fs.renameSync(folder, target);
        return join(target, files.library);
      } catch {
        // Somebody's library is there: one that is damaged makes place.
        if (isWhole(target, source)) return (fs.rmSync(folder, { recursive: true, force: true }), join(target, files.library));
        if (retry) fs.rmSync(target, { recursive: true, force: true });
      }
    }
    return library;
  }

  /** Forgets what could not be loaded, or was not made. */
  drop(folder: string): void {
    fs.rmSync(folder, { recursive: true, force: true });
  }

  /** A folder of this process. */
  private temporary(): string {
    if (this.own === undefined) {
      const own = fs.mkdtempSync(join(tmpdir(), 'thalweg-native-'));
      this.own = own;
      process.once('exit', () => {
        fs.rmSync(own, { recursive: true, force: true });
      });
    }
    return this.own;
  }
}

/** A folder, if it is there or can be made, and nobody else may write to it. */
function usable(folderOf: () => string): string | undefined {
  try {
    const folder = folderOf();
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    fs.accessSync(folder, fs.constants.W_OK);
    return isOurs(folder, 'folder') ? folder : undefined;
  } catch {
    return undefined; // There is no home, it is read-only, or a file is in the way.
  }
}

function makeWork(folder: string, source: string): Work {
  const made = fs.mkdtempSync(join(folder, '.new-'));
  const work = { folder: made, source: join(made, files.source), library: join(made, files.library) };
  try {
    fs.writeFileSync(work.source, source, { mode: 0o600 });
    return work;
  } catch (error) {
    fs.rmSync(made, { recursive: true, force: true });
    throw error;
  }
}

/** What the folder of the library of a source is called. Another source that is called so takes its place. */
function keyOf(source: string): string {
  const bytes = new TextEncoder().encode(source);
  const words = new Uint32Array(bytes.buffer, 0, Math.floor(bytes.length / 4));
  const hash = words.reduce((sum, word) => Math.imul(sum ^ word, 0x01000193), 0x811c9dc5);
  return `${(hash >>> 0).toString(16)}-${String(bytes.length)}`;
}

/** Whether a library is that of `source`, and as it was written. */
function isWhole(folder: string, source: string): boolean {
  try {
    const paths = [files.source, files.library, files.copy].map((name) => join(folder, name));
    if (!isOurs(folder, 'folder') || !paths.every((path) => isOurs(path, 'file'))) return false;
    const [written, library, copy] = paths.map((path) => fs.readFileSync(path));
    return written!.toString() === source && library!.equals(copy!);
  } catch {
    return false; // Something is not there.
  }
}

/** Whether a file or folder, and no link to one, belongs to this user and is not open for others to write to. */
function isOurs(path: string, what: 'file' | 'folder'): boolean {
  const found = fs.lstatSync(path);
  const rightKind = what === 'folder' ? found.isDirectory() : found.isFile();
  return rightKind && found.uid === (process.getuid?.() ?? found.uid) && (found.mode & 0o022) === 0;
}
