/**
 * `thalweg/node`: checkpoints on disk, for Node.
 *
 * @packageDocumentation
 */
import * as zlib from 'node:zlib';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { about, replaceFile } from './checkpoint/disk/replace.ts';
import { ThalwegError } from './language/error.ts';
import { CheckpointError } from './language/run-error.ts';
import { crc32 } from './checkpoint/crc32.ts';
import type { SaveOptions } from './checkpoint/format.ts';
import type { LoadOptions, LoadReport } from './checkpoint/load-options.ts';
import type { Optimizer } from './optimizer/optimizer.ts';

const piece = 2 ** 26;

/** The system's checksum, several times as fast as ours, where Node has it: from 22.2 on. */
const checksum = 'crc32' in zlib ? inPieces : crc32;

/**
 * Saves an optimizer to a file atomically: if the process dies at any moment, the file is the old one or the new one. Arrays are written one after the
 * other, without a copy of all of them, to a temporary file beside it that ends in `.part`; a part that a killed process left is removed by the next save
 * to the same file. Links are followed, and a replaced file keeps its mode.
 *
 * @param opt - the optimizer, saved as it is at the time of the call; take no step before the promise resolves
 * @param path - the file, which is replaced if it exists
 * @param options - as for `save`: `{ metadata: { epoch: 3 } }` for your own strings and numbers, `{ format: pytorch }` for a file that PyTorch can load
 * @throws ThalwegError with the code `'overtaken'` if a step, a load or an assignment changed an array while it was written, and with the code `'file'` if
 * the path is a folder or a device; errors of the file system. The old file is unchanged then
 * @example
 * ```ts
 * import { adamw } from 'thalweg';
 * import { loadFile, saveFile } from 'thalweg/node';
 * const opt = await adamw().init({ w: Float32Array.of(1, 2) });
 * await saveFile(opt, '/tmp/model.safetensors');
 * await loadFile(opt, '/tmp/model.safetensors');
 * ```
 */
export async function saveFile(opt: Pick<Optimizer, 'chunks'>, path: string | URL, options?: SaveOptions): Promise<void> {
  const file = checked('saveFile', opt, 'chunks', path);
  const chunks = opt.chunks(checksum, options);
  // At once, before anything is waited for: the header holds the checksum of what the arrays are now.
  let next = chunks.next();
  await replaceFile(file, async (append) => {
    // What was written is asked for again by `next`, which compares it with the checksum in the end.
    for (; next.done !== true; next = chunks.next()) await append(next.value);
  });
}

/**
 * Loads a file written by `saveFile`. Checks the header and the size first, then reads each array directly into its place, without a copy.
 *
 * @param opt - an optimizer with the same equations and with parameters of the same names, shapes and type, unless `options` allow otherwise; it refuses
 * steps until the promise resolves
 * @param path - the file
 * @param options - as for `load`: whose hyperparameters to use, and what to load from a file of another model
 * @returns what was loaded, as `load` does
 * @throws CheckpointError, with nothing changed; errors of the file system
 * @example
 * ```ts
 * import { adamw } from 'thalweg';
 * import { loadFile, saveFile } from 'thalweg/node';
 * const opt = await adamw().init({ w: Float32Array.of(1, 2) });
 * await saveFile(opt, '/tmp/model-2.safetensors');
 * const { taken } = await loadFile(opt, '/tmp/model-2.safetensors');
 * taken.includes('w'); // true
 * ```
 */
export async function loadFile(opt: Pick<Optimizer, 'loadFrom'>, path: string | URL, options?: LoadOptions): Promise<LoadReport> {
  const from = checked('loadFile', opt, 'loadFrom', path);
  try {
    // Opening a pipe would wait for someone to write to it.
    const found = await stat(from);
    if (!found.isFile())
      throw new ThalwegError('file', `${from} is ${found.isDirectory() ? 'a folder' : 'a device or a pipe'}, not a file`);
    const file = await open(from, 'r');
    try {
      const { size } = await file.stat();
      return await opt.loadFrom({ size, read: (at, into) => readAll(file, from, at, into), checksum }, options);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw named(from, about(from, from, error));
  }
}

/** The same error, with the file in what a refusal to load says. */
function named(path: string, error: unknown): unknown {
  if (!(error instanceof CheckpointError)) return error;
  const file = path.length <= 150 ? path : `…${path.slice(-149)}`;
  const withFile = (text: string): string => text.replace('the checkpoint cannot', () => `the checkpoint ${file} cannot`);
  [error.message, error.stack] = [withFile(error.message), withFile(error.stack ?? '')];
  return error;
}

/** The path as text. Throws a ThalwegError where the arguments are not what they should be. */
function checked(use: string, opt: unknown, method: string, path: unknown): string {
  if (typeof opt !== 'object' || opt === null || typeof Reflect.get(opt, method) !== 'function')
    throw new ThalwegError('file', `${use}: takes the optimizer first and then the path, ${use}(opt, 'model.safetensors')`);
  if (path instanceof URL && path.protocol === 'file:') return fileURLToPath(path);
  if (typeof path === 'string' && path !== '' && !path.includes('\0')) return path;
  throw new ThalwegError('file', `${use}: the path must be a non-empty string, or a file: URL`);
}

/** The checksum of `bytes` by zlib, in pieces that it takes. */
function inPieces(bytes: Uint8Array, before = 0): number {
  let sum = before;
  for (let at = 0; at < bytes.length; at += piece) sum = zlib.crc32(bytes.subarray(at, at + piece), sum);
  return sum;
}

/** Reads in pieces: the system reads at most 2 GiB at once. */
async function readAll(file: FileHandle, path: string, at: number, into: Uint8Array): Promise<void> {
  for (let done = 0; done < into.length;) {
    const { bytesRead } = await file.read(into.subarray(done, done + piece), 0, null, at + done);
    if (bytesRead === 0) throw new ThalwegError('file', `${path} ended at byte ${String(at + done)} while it was read`);
    done += bytesRead;
  }
}
