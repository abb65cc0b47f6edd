/** A WebAssembly module over an imported memory: one function that is exported, and helpers that it calls. Knows sections; knows nothing of what they do. */
import { valueType, type Code, type ValueTypeName } from './code.ts';
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

/**
 * Bytes of a module that exports `code`, a function of i32s without result, as number 0. Helpers take vectors, give one, and have the numbers
 * from 1 on.
 */
export function encodeModule(code: Code, { address, shared }: MemoryKind, helpers: readonly Code[] = []): Uint8Array<ArrayBuffer> {
  const signature = ({ parameters }: Code, type: ValueTypeName, results: readonly ValueTypeName[]): number[] => [
    0x60,
    ...vector(Array.from({ length: parameters }, () => [valueType[type]])),
    ...vector(results.map((result) => [valueType[result]])),
  ];
  const signatures = [signature(code, 'i32', []), ...helpers.map((helper) => signature(helper, 'v128', ['v128']))];
  const flags = (shared ? 0x03 : 0) | (address === 'i64' ? 0x04 : 0);
  const limits = [flags, ...unsigned(0), ...(shared ? unsigned(mostPages[address]) : [])];
  const memory = [...name(interfaceNames.module), ...name(interfaceNames.memory), 0x02, ...limits];
  const section = (id: number, ...items: number[][]): number[] => [id].concat(sized(vector(items)));
  const header = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
  const bytes = header.concat(
    section(1, ...signatures),
    section(2, memory),
    section(3, ...signatures.map((_, i) => unsigned(i))),
    section(7, name(interfaceNames.run).concat(0x00, unsigned(0))),
    section(10, code.encode(), ...helpers.map((helper) => helper.encode())),
  );
  return new Uint8Array(bytes);
}
