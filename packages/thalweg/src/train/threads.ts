/** The device of an optimizer. The number of threads and the source of memory depend on each other, since threads share memory. */
import { OptionError } from '../language/error.ts';
import { isMemory, isShared } from '../language/realm.ts';
import { mostThreads } from '../device/control.ts';
import { cpuDevice } from '../device/cpu.ts';
import type { Backend, Device } from '../device/device.ts';
import { ownMemory, userMemory } from '../device/memory.ts';
import { nativeDevice } from '../device/native.ts';
import { cores, spawner } from '../device/spawn.ts';
import { oneThread, PooledThreads } from '../device/threads.ts';
import { wasmDevice } from '../device/wasm.ts';
import { checkNames, describe, isRecord, wrongOption } from '../language/options.ts';

/** A WebAssembly.Memory to use from the byte `offset` on. */
export interface GivenMemory {
  /** Shared or not, with 32-bit or 64-bit addresses; it must be large enough, since it is never grown. */
  readonly memory: WebAssembly.Memory;
  /** The first byte that may be used; 0 by default. */
  readonly offset?: number;
}

/** What a user says of threads and memory. */
export interface DeviceOptions {
  readonly threads: number | 'auto';
  readonly memory: WebAssembly.Memory | GivenMemory | undefined;
}

/** With fewer elements a step is over before a sleeping thread has woken. */
const worthThreads = 500_000;

/** Above so many threads memory is the limit on any machine. */
const mostByItself = 8;

/** Checks what the user says and makes the device for an optimizer of so many elements. */
export function deviceFor(owner: string, { threads, memory }: DeviceOptions, backend: Backend, elements: number): Device {
  const given = isMemory(memory) ? { memory } : memory;
  checkThreads(owner, threads, backend);
  checkMemory(owner, given, backend);
  if (isScript(backend)) return cpuDevice(backend);
  const shared = given === undefined ? undefined : isShared(given.memory.buffer);
  if (shared === false && threads !== 'auto' && threads > 1)
    throw new OptionError(owner, 'memory', memory, 'is not shared, and several threads need a memory made with { shared: true }');
  const wanted = threads !== 'auto' ? threads : elements >= worthThreads ? Math.min(cores(), mostByItself) : 1;
  const many = wanted > 1 && shared !== false && spawner() !== undefined;
  const source = given === undefined ? ownMemory(many) : userMemory(given.memory, given.offset ?? 0);
  const running = many ? new PooledThreads(wanted) : oneThread;
  return backend === 'native' ? nativeDevice(owner, source, running) : wasmDevice(source, running);
}

/** Whether a backend is JavaScript, on one thread. */
function isScript(backend: Backend): backend is 'fround' | 'reference' {
  return backend === 'fround' || backend === 'reference';
}

/** Starts threads before there is an optimizer. Resolves when they run; at once where there can be none. */
export async function startThreads(threads: number | 'auto'): Promise<void> {
  const wanted = threads === 'auto' ? Math.min(cores(), mostByItself) : threads;
  if (wanted > 1 && spawner() !== undefined) await new PooledThreads(wanted).start();
}

function checkThreads(owner: string, threads: unknown, backend: Backend): void {
  if (threads === 'auto') return;
  if (typeof threads !== 'number' || !Number.isInteger(threads) || threads < 1 || threads > mostThreads) {
    wrongOption(owner, 'threads', threads, `"auto" or a whole number from 1 to ${String(mostThreads)}`);
  }
  if (threads > 1 && isScript(backend))
    throw new OptionError(owner, 'threads', threads, `must be 1 on the backend ${backend}; only wasm and native have threads`);
}

function checkMemory(owner: string, given: unknown, backend: Backend): void {
  if (given === undefined) return;
  const { memory, offset = 0 } = isRecord(given) ? given : {};
  if (!isRecord(given) || !isMemory(memory)) wrongOption(owner, 'memory', given, 'a WebAssembly.Memory, or { memory, offset } with one');
  checkNames(`${owner}, memory`, given, ['memory', 'offset']);
  if (!Number.isSafeInteger(offset) || Number(offset) < 0)
    throw new OptionError(owner, 'memory', given, `has the offset ${describe(offset)}, which is not a whole number from 0`);
  if (isScript(backend))
    throw new OptionError(owner, 'memory', given, `is not used by the backend ${backend}; only wasm and native take one`);
}
