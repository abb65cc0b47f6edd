/**
 * Where an optimizer's memory comes from: newly allocated, or passed in by the user. If it is too small, the error says how much is needed and how much
 * there is. Knows bytes; knows no arrays.
 */
import { Code } from '../targets/loops/wasm/assembler/code.ts';
import { encodeModule, interfaceNames, mostPages, type MemoryKind } from '../targets/loops/wasm/assembler/module.ts';
import { UnsupportedError } from '../language/run-error.ts';
import { isShared } from '../language/realm.ts';

/** A stretch of memory; `memory` is undefined where it is plain JavaScript memory. */
export interface Region {
  readonly memory: WebAssembly.Memory | undefined;
  readonly kind: MemoryKind;
  readonly buffer: ArrayBufferLike;
  /** The first address that may be used. */
  readonly from: number;
  /** Whether every byte is zero. */
  readonly fresh: boolean;
  /** Gives it back, where it is a part of something larger; a memory of its own goes when nothing refers to it. */
  readonly release?: () => void;
}

/** Hands out stretches of memory. Throws an UnsupportedError where there is not enough. */
export type MemorySource = (owner: string, what: string, bytes: number) => Region;

const pageBytes = 65536;
/** Above so many bytes it is worth asking how much there is before the memory is touched. */
const large = 2 ** 30;

/** Plain memory for the backends in JavaScript. */
export const scriptMemory: MemorySource = (owner, what, bytes) => {
  refuseUnavailable(owner, what, bytes);
  return {
    memory: undefined,
    kind: { address: 'i32', shared: false },
    buffer: allocate(owner, what, bytes, newBuffer),
    from: 0,
    fresh: true,
  };
};

/** A WebAssembly memory of its own for each stretch, with addresses of 64 bits where 32 do not suffice. */
export function ownMemory(shared: boolean): MemorySource {
  return (owner, what, bytes) => {
    const pages = Math.ceil(bytes / pageBytes);
    const address = pages < mostPages.i32 ? 'i32' : 'i64';
    if (pages > mostPages.i64) refuseAbove(owner, what, bytes, { bytes: mostPages.i64 * pageBytes, where: 'one memory' });
    refuseUnavailable(owner, what, bytes);
    const memory = allocate(owner, what, pages, (count) => newMemory({ address, shared }, count));
    return { memory, kind: { address, shared }, buffer: memory.buffer, from: 0, fresh: true };
  };
}

/** Takes stretches of a memory that the user made, from an address on. It is never grown, which would take the user's views away. */
export function userMemory(memory: WebAssembly.Memory, offset: number): MemorySource {
  const kind = kindOf(memory);
  /** Stretches that are in use, in the order of their addresses. */
  const taken: { readonly from: number; readonly to: number }[] = [];
  return (owner, what, bytes) => {
    let from = Math.ceil(offset / 64) * 64;
    // The first gap that is large enough: there are a few stretches at most.
    let place = 0;
    for (const next of taken) {
      if (next.from - from >= bytes) break;
      from = next.to;
      place += 1;
    }
    const left = memory.buffer.byteLength - from;
    if (bytes > left) {
      const pages = Math.ceil((from + bytes) / pageBytes);
      const has = `the given memory has ${size(Math.max(0, left))} from byte ${String(from)} on`;
      throw new UnsupportedError(owner, `${what} need ${size(bytes)}, and ${has}; it must have at least ${String(pages)} pages`);
    }
    const stretch = { from, to: from + Math.ceil(bytes / 64) * 64 };
    taken.splice(place, 0, stretch);
    const release = (): void => {
      const at = taken.indexOf(stretch);
      if (at >= 0) taken.splice(at, 1);
    };
    return { memory, kind, buffer: memory.buffer, from, fresh: false, release };
  };
}

function newBuffer(bytes: number): ArrayBuffer {
  return new ArrayBuffer(Math.ceil(bytes / pageBytes) * pageBytes);
}

function newMemory({ address, shared }: MemoryKind, pages: number): WebAssembly.Memory {
  if (address === 'i32') return new WebAssembly.Memory({ initial: pages, maximum: shared ? mostPages.i32 : pages, shared });
  // A memory of 64 bits takes its sizes as BigInts, which the DOM's types do not know yet.
  const sizes = { address, initial: BigInt(pages), maximum: BigInt(shared ? mostPages.i64 : pages), shared };
  return new WebAssembly.Memory(sizes as unknown as WebAssembly.MemoryDescriptor);
}

function allocate<T>(owner: string, what: string, amount: number, make: (amount: number) => T): T {
  try {
    return make(amount);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UnsupportedError(owner, `${what} need memory that could not be allocated: ${reason}`);
  }
}

interface Amount {
  readonly bytes: number;
  readonly where: string;
}

/** Asks how much there is only where it matters: the engine has to ask the system. */
function refuseUnavailable(owner: string, what: string, bytes: number): void {
  if (bytes >= large) refuseAbove(owner, what, bytes, available());
}

function refuseAbove(owner: string, what: string, bytes: number, { bytes: most, where }: Amount): void {
  if (bytes <= most) return;
  throw new UnsupportedError(owner, `${what} need ${size(bytes)}, and ${where} has ${size(most)}`);
}

/** What the machine can still give, as far as the engine says. */
function available(): Amount {
  const free = typeof process === 'undefined' ? undefined : (process as Partial<NodeJS.Process>).availableMemory?.();
  return { bytes: free ?? Infinity, where: 'the machine' };
}

/** Bytes for people to read. */
function size(bytes: number): string {
  return bytes >= 2 ** 30 ? `${(bytes / 2 ** 30).toFixed(1)} GiB` : `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

/** How a memory is addressed shows only in what can be linked to it. */
function kindOf(memory: WebAssembly.Memory): MemoryKind {
  const shared = isShared(memory.buffer);
  const probe = new WebAssembly.Module(encodeModule(new Code(0), { address: 'i32', shared }));
  try {
    new WebAssembly.Instance(probe, { [interfaceNames.module]: { [interfaceNames.memory]: memory } });
    return { address: 'i32', shared };
  } catch (error) {
    if (error instanceof WebAssembly.LinkError) return { address: 'i64', shared };
    throw error;
  }
}
