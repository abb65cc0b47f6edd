/**
 * The device in C: kernels that the system's compiler builds for this processor, with the memory, the threads and the results of `wasm`. Kernels known when
 * an optimizer starts are compiled together, on all cores; later ones when they are needed, before anything of their step has changed.
 */
import { UnsupportedError } from '../../language/run-error.ts';
import { isShared } from '../../language/realm.ts';
import type { DType } from '../../plan/dtype.ts';
import { nativeTileColumns, nativeTileRows, productToC } from '../../targets/loops/c/product.ts';
import { lowerToC } from '../../targets/loops/c/unit.ts';
import type { Code, Executable } from '../../targets/loops/executable.ts';
import type { Run } from '../control.ts';
import type { Device } from '../device.ts';
import { ffi } from './foreign.ts';
import { LinearDevice } from '../linear.ts';
import { multiplyWith, type ProductCode } from '../matmul.ts';
import type { MemorySource } from '../memory.ts';
import { noiseWith } from '../noise.ts';
import type { Threads } from '../threads.ts';
import { libraryOf, openWorkshop, type Library } from './library.ts';

/** A device in C, with memory from `source`. Throws an UnsupportedError where this engine or this machine has not what it takes. */
export function makeNativeDevice(owner: string, source: MemorySource, threads: Threads): Device {
  checkEngine(owner);
  openWorkshop(owner);
  /** What was made runnable before the optimizer started; undefined from then on. */
  let waiting: NativeExecutable[] | undefined = [];
  const products = new Set<Library>();
  const bindAll = (): void => {
    const all = waiting ?? [];
    waiting = undefined;
    for (const one of all) one.bind();
    for (const library of products) library.completeNow();
    products.clear();
  };
  const multiply = multiplyWith(threads, productCode(owner));
  return new LinearDevice({
    backend: 'native',
    source,
    threads,
    executable: (kernel, { buffer, memory }) => {
      const library = libraryOf(owner, kernel.key, () => lowerToC(kernel));
      const made = new NativeExecutable(library, buffer, memory, bindAll);
      if (waiting === undefined) made.bind();
      else waiting.push(made);
      return made;
    },
    multiply: (dtype) => {
      const library = productLibrary(owner, dtype);
      if (waiting === undefined) library.completeNow();
      else products.add(library);
      return multiply;
    },
    noise: (arena) => noiseWith(arena, threads),
    complete: async () => {
      await Promise.all([...(waiting ?? []).map(({ library }) => library), ...products].map((library) => library.complete()));
      bindAll();
    },
  });
}

/** Where `node:ffi` is missing, says why, and what helps. */
function checkEngine(owner: string): void {
  const { platform, version, permission } = process as Partial<NodeJS.Process>;
  const refuse = (problem: string): never => {
    throw new UnsupportedError(owner, `the backend native ${problem}; the backend wasm gives bit-identical results`);
  };
  if (platform === 'win32') refuse('does not run on Windows, whose C compilers take other options; it runs in WSL');
  if (ffi() === undefined)
    refuse(
      `calls C through node:ffi, which is off or missing in ${version ?? 'this engine'}; use Node 26.1 or later without --no-experimental-ffi, and with --experimental-ffi where it is off by default`,
    );
  for (const [scope, flag] of [
    ['ffi', '--allow-ffi'],
    ['child', '--allow-child-process'],
  ] as const)
    // prettier-ignore
    if (permission?.has(scope) === false) refuse(`needs the permission ${flag}`);
}

function productLibrary(owner: string, dtype: DType): Library {
  return libraryOf(owner, `product ${dtype}`, () => productToC(dtype));
}

/** The one for all devices: executables are known by it. */
let ofProducts: ProductCode | undefined;

/** Tiles of products in C. */
function productCode(owner: string): ProductCode {
  return (ofProducts ??= {
    rows: nativeTileRows,
    columns: nativeTileColumns,
    executable: (dtype, memory) => {
      const made = new NativeExecutable(productLibrary(owner, dtype), memory.buffer, memory, () => undefined);
      made.bind();
      return made;
    },
  });
}

/** A kernel in C on a memory. */
class NativeExecutable implements Executable {
  readonly library: Library;
  readonly memory: WebAssembly.Memory | undefined;
  code: Code | undefined;
  run: Run;
  private readonly buffer: ArrayBufferLike;

  /** `bindAll` binds it and whatever else a step will need, where one is taken before that was waited for. */
  constructor(library: Library, buffer: ArrayBufferLike, memory: WebAssembly.Memory | undefined, bindAll: () => void) {
    [this.library, this.buffer, this.memory] = [library, buffer, memory];
    this.run = (...segments) => {
      bindAll();
      this.run(...segments);
    };
  }

  /** Loads it. Threads are told of it only where they share the memory. */
  bind(): void {
    const { buffer } = this;
    const { run, path } = this.library.load(buffer);
    if (isShared(buffer)) [this.code, this.run] = [path, run];
    else this.run = whileThere(buffer, run);
  }
}

/** A memory that its owner grows may lie elsewhere afterwards. */
function whileThere(buffer: ArrayBufferLike, run: Run): Run {
  return (at, from, to) => {
    if (buffer.byteLength === 0) throw new UnsupportedError('memory', 'the given memory was grown while the optimizer uses it');
    run(at, from, to);
  };
}
