/**
 * Calls into compiled C by Node's `node:ffi`, on every thread that runs kernels; found without an import that bundlers for pages would follow. Knows neither
 * compilers nor caches.
 */
import type { Run } from '../control.ts';

const number = 'double';

/** Numbers are the fastest to hand over, and they hold every address: a call takes three nanoseconds, with whole numbers a hundred. */
const signatures = { run: { arguments: [number, number, number, number], return: 'void' } } as const;

/** `node:ffi`; undefined where this release has none or it is turned off. */
export function ffi(): typeof import('node:ffi') | undefined {
  return process.getBuiltinModule('node:ffi');
}

/** Loads a library on a memory that stays where it is. Throws what the system says where it cannot be loaded. */
export function loadNative(library: string, memory: ArrayBufferLike): Run {
  const { dlopen, getRawPointer } = process.getBuiltinModule('node:ffi');
  const { run } = dlopen(library, signatures).functions;
  const base = Number(getRawPointer(new Uint8Array(memory)));
  return (at, from, to) => {
    run(base, at, from, to);
  };
}
