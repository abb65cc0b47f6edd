/**
 * Checkpoints on disk, for Node: `thalweg/node`.
 *
 * @packageDocumentation
 */
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Optimizer } from './train/optimizer.ts';

const piece = 2 ** 26;

/**
 * Saves an optimizer to a file, whole or not at all: at whatever moment the process dies, the file is the old one or the new one. Arrays are
 * written one after the other, without a copy of all of them.
 *
 * @param opt - the optimizer; no step may be taken before the promise resolves
 * @param path - the file, which is replaced if there is one
 * @throws whatever the file system says; the old file is as it was then
 * @example
 * ```ts
 * import { adamw } from 'thalweg';
 * import { loadFile, saveFile } from 'thalweg/node';
 * const opt = await adamw().init({ w: Float32Array.of(1, 2) });
 * await saveFile(opt, '/tmp/model.safetensors');
 * await loadFile(opt, '/tmp/model.safetensors');
 * ```
 */
export async function saveFile(opt: Pick<Optimizer, 'chunks'>, path: string): Promise<void> {
  const beside = `${path}.${String(process.pid)}.${String(Date.now())}.part`;
  try {
    const file = await open(beside, 'wx');
    try {
      for (const chunk of opt.chunks()) await file.writeFile(chunk);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/**
 * Loads what `saveFile` wrote. Header and size are checked first, then each array is read straight into its place, however large it is.
 *
 * @param opt - an optimizer of the same equations, with parameters of the same names, shapes and type; no step may be taken before the promise
 * resolves
 * @param path - the file
 * @throws CheckpointError, with nothing changed; whatever the file system says
 */
export async function loadFile(opt: Pick<Optimizer, 'loadFrom'>, path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    await opt.loadFrom({ size, read: (at, into) => readAll(file, at, into) });
  } finally {
    await file.close();
  }
}

/** Reads in pieces: the system reads at most 2 GiB at once. */
async function readAll(file: FileHandle, at: number, into: Uint8Array): Promise<void> {
  for (let done = 0; done < into.length;) {
    const { bytesRead } = await file.read(into.subarray(done, done + piece), 0, null, at + done);
    if (bytesRead === 0) throw new Error(`the file ended at byte ${String(at + done)} while it was read`);
    done += bytesRead;
  }
}
