/**
 * Calls into compiled C by Node's `node:ffi`, on every thread that runs kernels; loaded without an import that bundlers for pages would follow. Knows
 * neither compilers nor caches.
 */
import type { Run } from '../control.ts';

const number = 'double';

/** What calls the function of any library: the engine calls fast, in three nanoseconds instead of a hundred, what is always one and the same function. */
const signatures = { call: { arguments: [number, number, number, number, number], return: 'void' } } as const;

let call: ((run: number, memory: number, at: number, from: number, to: number) => void) | undefined;

/** Libraries stay loaded as long as the thread lives, each with the address of its function. */
const loaded = new Map<string, { readonly lib: unknown; readonly run: number }>();

/** `node:ffi`; undefined where this release has none or it is turned off. */
export function ffi(): typeof import('node:ffi') | undefined {
  return process.getBuiltinModule('node:ffi');
}

/** Loads a library that `targets/loops/c/unit.ts` wrote, on a memory that stays where it is. Throws what the system says where it cannot be loaded. */
export function loadNative(library: string, memory: ArrayBufferLike): Run {
  const { dlopen, getRawPointer } = process.getBuiltinModule('node:ffi');
  let known = loaded.get(library);
  if (known === undefined) {
    const { lib, functions } = dlopen(library, signatures);
    call ??= functions.call;
    loaded.set(library, (known = { lib, run: Number(lib.getSymbol('run')) }));
  }
  const { run } = known;
  const base = Number(getRawPointer(new Uint8Array(memory)));
  return (at, from, to) => {
    call!(run, base, at, from, to);
  };
}
