/** How many threads an optimizer gets, and where its memory comes from: two choices that depend on each other, since threads share memory. */
import { OptionError } from '../language/error.ts';
import { isMemory, isShared } from '../language/realm.ts';
import type { Backend } from '../device/backend.ts';
import { mostThreads } from '../device/control.ts';
import { alone, Team, type Crew } from '../device/crew.ts';
import { ownMemory, scriptMemory, userMemory, type MemorySource } from '../device/memory.ts';
import { cores, spawner } from '../device/spawn.ts';
import { checkNames, describe, isRecord, wrongOption } from '../define/options.ts';

/** A memory of the user's own, to be used from the byte `offset` on. */
export interface GivenMemory {
  /** Shared or not, of 32 or 64 bits; it must be large enough, since it is never grown. */
  readonly memory: WebAssembly.Memory;
  /** The first byte that may be used; 0 by default. */
  readonly offset?: number;
}

/** What a user says of threads and memory. */
export interface ResourceOptions {
  readonly threads: number | 'auto';
  readonly memory: WebAssembly.Memory | GivenMemory | undefined;
}

/** With fewer elements a step is over before a sleeping thread has woken. */
const worthThreads = 500_000;

/** Above so many threads memory is the limit on any machine. */
const mostByItself = 8;

/** Checks what the user says and finds the memory and the crew for an optimizer of so many elements. */
export function resources(
  owner: string,
  { threads, memory }: ResourceOptions,
  backend: Backend,
  elements: number,
): { readonly source: MemorySource; readonly crew: Crew } {
  const given = isMemory(memory) ? { memory } : memory;
  checkThreads(owner, threads, backend);
  checkMemory(owner, given, backend);
  if (backend !== 'wasm') return { source: scriptMemory, crew: alone };
  const shared = given === undefined ? undefined : isShared(given.memory.buffer);
  if (shared === false && threads !== 'auto' && threads > 1)
    throw new OptionError(owner, 'memory', memory, 'is not shared, and several threads need a memory made with { shared: true }');
  const wanted = threads !== 'auto' ? threads : elements >= worthThreads ? Math.min(cores(), mostByItself) : 1;
  const many = wanted > 1 && shared !== false && spawner() !== undefined;
  const source = given === undefined ? ownMemory(many) : userMemory(given.memory, given.offset ?? 0);
  return { source, crew: many ? new Team(wanted) : alone };
}

function checkThreads(owner: string, threads: unknown, backend: Backend): void {
  if (threads === 'auto') return;
  if (typeof threads !== 'number' || !Number.isInteger(threads) || threads < 1 || threads > mostThreads) {
    wrongOption(owner, 'threads', threads, `"auto" or a whole number from 1 to ${String(mostThreads)}`);
  }
  if (threads > 1 && backend !== 'wasm')
    throw new OptionError(owner, 'threads', threads, `must be 1 on the backend ${backend}; only wasm has threads`);
}

function checkMemory(owner: string, given: unknown, backend: Backend): void {
  if (given === undefined) return;
  const { memory, offset = 0 } = isRecord(given) ? given : {};
  if (!isRecord(given) || !isMemory(memory)) wrongOption(owner, 'memory', given, 'a WebAssembly.Memory, or { memory, offset } with one');
  checkNames(`${owner}, memory`, given, ['memory', 'offset']);
  if (!Number.isSafeInteger(offset) || Number(offset) < 0)
    throw new OptionError(owner, 'memory', given, `has the offset ${describe(offset)}, which is no whole number from 0`);
  if (backend !== 'wasm') throw new OptionError(owner, 'memory', given, `is of no use to the backend ${backend}; only wasm works in one`);
}
