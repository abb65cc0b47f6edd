/**
 * The way to the backend `native`, which compiles C and is not loaded in pages: `thalweg/native` registers itself here, and is loaded when an optimizer
 * asks for it, without an import that bundlers would follow.
 */
import { UnsupportedError } from '../language/run-error.ts';
import type { Device } from './device.ts';
import type { MemorySource } from './memory.ts';
import type { Threads } from './threads.ts';

/** Makes a device in C. Throws an UnsupportedError where there can be none here. */
export type MakeNative = (owner: string, source: MemorySource, threads: Threads) => Device;

let made: MakeNative | undefined;

/** Says what makes devices. */
export function provideNative(make: MakeNative): void {
  made = make;
}

/** A device in C, with memory from `source`. Throws an UnsupportedError where there can be none. */
export function nativeDevice(owner: string, source: MemorySource, threads: Threads): Device {
  if (made === undefined) load(owner);
  return made!(owner, source, threads);
}

function load(owner: string): void {
  const entry = 'thalweg/native';
  try {
    const { createRequire } = process.getBuiltinModule('node:module');
    createRequire(import.meta.url)(entry);
    if (made === undefined) throw new RangeError('it is of another copy of the library');
  } catch (cause) {
    throw new UnsupportedError(
      owner,
      `the backend native needs Node 26.1 and ${entry}, which did not load (${String(cause)}); a bundled program must import it`,
    );
  }
}
