/** A WebAssembly module of one function over an imported memory. Knows sections; knows nothing of what the function does. */
import { valueType, type Code } from './code.ts';
import { name, sized, unsigned, vector } from './encode.ts';

/** The module and field names under which the memory is imported and the function exported. */
export const interfaceNames = {
  module: 'env',
  memory: 'memory',
  run: 'run',
} as const;

/** What kind of memory a module imports: how it is addressed, and whether threads share it. */
export interface MemoryKind {
  readonly address: 'i32' | 'i64';
  readonly shared: boolean;
}

/** The largest memory of each kind, in pages of 64 KiB; engines allow 16 GiB to 64-bit memories. */
export const mostPages: Readonly<Record<MemoryKind['address'], number>> = { i32: 65536, i64: 262144 };

/** Bytes of a module that exports one function of `parameters` i32s without result. */
export function encodeModule(parameters: number, code: Code, { address, shared }: MemoryKind): Uint8Array<ArrayBuffer> {
  const signature = [0x60, ...vector(Array.from({ length: parameters }, () => [valueType.i32])), 0];
  const flags = (shared ? 0x03 : 0) | (address === 'i64' ? 0x04 : 0);
  const limits = [flags, ...unsigned(0), ...(shared ? unsigned(mostPages[address]) : [])];
  const memory = [...name(interfaceNames.module), ...name(interfaceNames.memory), 0x02, ...limits];
  const section = (id: number, ...items: number[][]): number[] => [id].concat(sized(vector(items)));
  const header = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
  const bytes = header.concat(
    section(1, signature),
    section(2, memory),
    section(3, unsigned(0)),
    section(7, name(interfaceNames.run).concat(0x00, unsigned(0))),
    section(10, code.encode()),
  );
  return new Uint8Array(bytes);
}
