/**
 * The workbench: a memory beside all arenas for routines that WebAssembly runs, which copy in and out; one that threads share, and one that they do
 * not. It grows to what the largest job needs and stays.
 */
import { mostPages, type MemoryKind } from '../assembler/module.ts';
import type { Executable } from '../lower/executable.ts';
import { executableOf } from './backend.ts';

interface Workbench {
  readonly memory: WebAssembly.Memory;
  readonly executables: Map<string, Executable>;
}

/** Code that is ready to run on the workbench's memory. */
export interface Ready {
  readonly memory: WebAssembly.Memory;
  readonly executable: Executable;
}

const pageBytes = 65536;
const workbenches = new Map<boolean, Workbench>();

/** The code that `key` stands for on at least so many bytes of memory; undefined where these are not to be had. */
export function reserve(
  key: string,
  lower: (kind: MemoryKind) => Uint8Array<ArrayBuffer>,
  bytes: number,
  shared: boolean,
): Ready | undefined {
  const pages = Math.ceil(bytes / pageBytes);
  if (pages > mostPages.i32) return undefined;
  const { memory, executables } = workbench(shared);
  try {
    const lacking = pages - memory.buffer.byteLength / pageBytes;
    if (lacking > 0) memory.grow(lacking);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
  const kind = { address: 'i32', shared } as const;
  const executable = executables.get(key) ?? executableOf(key, () => lower(kind), memory, kind);
  executables.set(key, executable);
  return { memory, executable };
}

function workbench(shared: boolean): Workbench {
  const known = workbenches.get(shared);
  if (known !== undefined) return known;
  const made = {
    memory: new WebAssembly.Memory({ initial: 1, maximum: mostPages.i32, shared }),
    executables: new Map<string, Executable>(),
  };
  workbenches.set(shared, made);
  return made;
}
