/**
 * The safetensors format: eight bytes of header length, a JSON header that names each array with its type, shape and place, then the arrays.
 * Reads files that may be damaged or hostile, and says what is wrong. Knows no optimizer.
 */

/** An array in a file. */
export interface StoredArray {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** An array of a file that is not read yet: `at` is its first byte in the file. */
export interface PlacedArray {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly at: number;
  readonly length: number;
}

/** What a file's header says: its arrays by name, and its texts. */
export interface StoredFile {
  readonly metadata: Readonly<Record<string, string>>;
  readonly arrays: ReadonlyMap<string, PlacedArray>;
}

const elementBytes: Readonly<Record<string, number>> = { F64: 8, F32: 4 };
const longestHeader = 100_000_000;

/** The bytes before the arrays, padded so that these begin at a multiple of 8. */
export function encodeHeader(metadata: Readonly<Record<string, string>>, arrays: ReadonlyMap<string, StoredArray>): Uint8Array {
  let at = 0;
  const entries = [...arrays].map(([name, { dtype, shape, bytes }]) => {
    at += bytes.length;
    return [name, { dtype, shape, data_offsets: [at - bytes.length, at] }] as const;
  });
  const json = new TextEncoder().encode(JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(entries) }));
  const length = Math.ceil(json.length / 8) * 8;
  const out = new Uint8Array(8 + length).fill(0x20);
  new DataView(out.buffer).setBigUint64(0, BigInt(length), true);
  out.set(json, 8);
  return out;
}

/** Bytes that tell the length of the header, at the beginning of a file. */
export const lengthBytes = 8;

/** The length of the header of a file of so many bytes, by its first ones; or what is wrong with it. */
export function headerLength(first: Uint8Array, size: number): number | string {
  if (size < lengthBytes) return `the file ends after ${String(size)} bytes, before its header`;
  const length = Number(new DataView(first.buffer, first.byteOffset, lengthBytes).getBigUint64(0, true));
  if (length <= longestHeader && lengthBytes + length <= size) return length;
  return `the header claims ${String(length)} bytes, and the file has ${String(size - lengthBytes)} after the length`;
}

/** Reads the header of a file of so many bytes. Returns what it says, or what is wrong with it. */
export function decodeHeader(json: Uint8Array, size: number): StoredFile | string {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json));
  } catch {
    return 'the header is no JSON';
  }
  if (!isRecord(header)) return 'the header is no JSON object';
  const start = lengthBytes + json.length;
  const data = size - start;
  const found: { readonly name: string; readonly array: PlacedArray }[] = [];
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const array = isRecord(entry) ? readEntry(entry, start, data) : 'has no description';
    if (typeof array === 'string') return `the array ${name} ${array}`;
    found.push({ name, array });
  }
  found.sort(({ array: a }, { array: b }) => a.at - b.at || a.length - b.length);
  let expected = 0;
  for (const { name, array } of found) {
    const at = array.at - start;
    if (at !== expected) return `the array ${name} begins at byte ${String(at)} of the data, not at ${String(expected)}`;
    expected += array.length;
  }
  if (expected !== data) return `the arrays take ${String(expected)} bytes, and the file has ${String(data)} for them`;
  const metadata = Object.hasOwn(header, '__metadata__') ? header['__metadata__'] : {};
  if (!isRecord(metadata)) return 'the metadata is no JSON object';
  const texts = Object.entries(metadata).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return { metadata: Object.fromEntries(texts), arrays: new Map(found.map(({ name, array }) => [name, array])) };
}

function readEntry(entry: Readonly<Record<string, unknown>>, start: number, data: number): PlacedArray | string {
  const { dtype, shape, data_offsets: offsets } = entry;
  const size = typeof dtype === 'string' && Object.hasOwn(elementBytes, dtype) ? elementBytes[dtype] : undefined;
  if (typeof dtype !== 'string' || size === undefined) return `has the type ${String(dtype)}, which is not F32 or F64`;
  if (!isSizes(shape) || !isSizes(offsets)) return 'has no shape and place made of whole numbers';
  const [from = 0, to = 0] = offsets;
  const bytes = shape.reduce((product, one) => product * one, size);
  if (offsets.length !== 2 || to - from !== bytes)
    return `of shape [${shape.join(', ')}] takes ${String(bytes)} bytes, and its place has ${String(to - from)}`;
  if (to > data) return `ends at byte ${String(to)} of the data, which has ${String(data)}`;
  return { dtype, shape, at: start + from, length: bytes };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((one) => Number.isSafeInteger(one) && one >= 0);
}
