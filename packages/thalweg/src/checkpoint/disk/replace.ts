/**
 * Replaces a file atomically: if the process dies at any moment, the file is the old one or the new one. The new content is written to a file beside it,
 * flushed to disk, and then renamed. Knows files and bytes; knows no optimizer.
 */
import type { Stats } from 'node:fs';
import { lstat, open, readlink, realpath, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { ThalwegError } from '../../language/error.ts';
import { clearStale, keep, partName } from './parts.ts';

/** What a system answers that cannot do something, or not for this user. */
const cannot = ['EISDIR', 'EPERM', 'EACCES', 'EINVAL', 'ENOSYS', 'ENOTSUP'];

/** Writes the next bytes. */
export type Append = (bytes: Uint8Array) => Promise<void>;

/**
 * Replaces the file that `path` leads to by what `write` appends, or makes it. A link stays a link, and a file keeps its mode and its owner, as far as
 * the system lets it. Throws what `write` throws, a ThalwegError where there is something else than a file, or what the system says, about `path`; the
 * old file is as it was then.
 */
export async function replaceFile(path: string, write: (append: Append) => Promise<void>): Promise<void> {
  let beside = path;
  try {
    const target = await destination(path);
    const old = await orNothing(stat(target));
    if (old?.isFile() === false)
      throw new ThalwegError('file', `${path} is ${old.isDirectory() ? 'a folder' : 'a device or a pipe'}, not a file`);
    const folder = dirname(target);
    await clearStale(folder, basename(target));
    beside = join(folder, partName(basename(target)));
    await keep(beside, () => take(beside, target, old, write));
    await syncFolder(folder);
  } catch (error) {
    throw about(path, beside, error);
  }
}

/** Writes a new file with the mode and the owner of the old one, brings it to the disk and gives it the old one's name; removes it where that fails. */
async function take(path: string, target: string, old: Stats | undefined, write: (append: Append) => Promise<void>): Promise<void> {
  const file = await open(path, 'wx', old === undefined ? 0o666 : old.mode & 0o777);
  try {
    try {
      await write((bytes) => file.writeFile(bytes));
      if (old !== undefined) await likeness(file, old);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(path, target);
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

/** Gives a file the owner and the mode of another. Another owner only a superuser can give; some file systems have neither owners nor modes. */
async function likeness(file: FileHandle, { uid, gid, mode }: Stats): Promise<void> {
  const made = await file.stat();
  if (made.uid !== uid || made.gid !== gid) await orNothing(file.chown(uid, gid), cannot);
  if (made.mode !== mode) await orNothing(file.chmod(mode & 0o7777), cannot);
}

/** The file that a path leads to, through links, also where there is none yet. */
async function destination(path: string): Promise<string> {
  const there = await orNothing(realpath(path));
  if (there !== undefined) return there;
  const folder = await orNothing(realpath(dirname(resolve(path))));
  if (folder === undefined) return resolve(path);
  const own = join(folder, basename(path));
  const link = (await orNothing(lstat(own)))?.isSymbolicLink() === true;
  // A circle of links is an error of `realpath` above, so that this comes to an end.
  return link ? await destination(resolve(folder, await readlink(own))) : own;
}

/** Brings a new name to the disk, where the system can do that for a folder that may be read. */
async function syncFolder(path: string): Promise<void> {
  const folder = await orNothing(open(path, 'r'), cannot);
  if (folder === undefined) return;
  try {
    await orNothing(folder.sync(), cannot);
  } finally {
    await folder.close();
  }
}

/** What comes of a call of the system, or undefined where it fails in one of these ways. */
async function orNothing<T>(call: Promise<T>, codes: readonly string[] = ['ENOENT']): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (codes.includes(codeOf(error) ?? '')) return undefined;
    throw error;
  }
}

/** The code of an error of the system, such as ENOENT. */
function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && 'syscall' in error ? String(error.code) : undefined;
}

/** An error of the system as one about the path that the user gave. */
export function about(path: string, beside: string, error: unknown): unknown {
  if (!(error instanceof Error) || codeOf(error) === undefined) return error;
  const named = error.message.includes(beside) ? error.message.replaceAll(beside, path) : `${error.message} '${path}'`;
  return Object.assign(new Error(named, { cause: error }), Object.fromEntries(Object.entries(error)), { path });
}
