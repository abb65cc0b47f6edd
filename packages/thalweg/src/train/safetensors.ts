/**
 * The safetensors format: eight bytes of header length, a JSON header that names each array with its type, shape and place, then the arrays.
 * The first text in the header is a checksum of all that comes after it; any reader of the format passes it over. Reads files that may be
 * damaged or hostile, and says what is wrong. Knows no optimizer.
 */
import { crc32 } from './crc32.ts';

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
  /** The checksum that it claims for its bytes from `checkedFrom` on; a file without one was written by something else, and may be right. */
  readonly checksum: string | undefined;
}

const elementBytes: Readonly<Record<string, number>> = { F64: 8, F32: 4, BF16: 2, I8: 1, U8: 1 };
const longestHeader = 100_000_000;
/** Bytes that tell the length of the header, at the beginning of a file. */
export const lengthBytes = 8;
/** How a header begins that says the checksum of what follows its eight digits. */
const opening = '{"__metadata__":{"crc32":"';
const digitsAt = lengthBytes + opening.length;
/** The first byte that the checksum is taken of. */
export const checkedFrom = digitsAt + 8;

/** The bytes before the arrays, padded so that these begin at a multiple of 8. */
export function encodeHeader(metadata: Readonly<Record<string, string>>, arrays: ReadonlyMap<string, StoredArray>): Uint8Array {
  let at = 0;
  const entries = [...arrays].map(([name, { dtype, shape, bytes }]) => {
    at += bytes.length;
    return `${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [at - bytes.length, at] })}`;
  });
  // Not one object, which would put a parameter called 1 before everything else.
  const texts = `"__metadata__":${JSON.stringify({ crc32: '00000000', ...metadata })}`;
  const json = new TextEncoder().encode(`{${[texts, ...entries].join()}}`);
  const length = Math.ceil(json.length / 8) * 8;
  const out = new Uint8Array(lengthBytes + length).fill(0x20);
  new DataView(out.buffer).setBigUint64(0, BigInt(length), true);
  out.set(json, lengthBytes);
  let sum = crc32(out.subarray(checkedFrom));
  for (const { bytes } of arrays.values()) sum = crc32(bytes, sum);
  out.set(new TextEncoder().encode(digitsOf(sum)), digitsAt);
  return out;
}

/** A checksum as the digits that a file has of it. */
export function digitsOf(sum: number): string {
  return sum.toString(16).padStart(8, '0');
}

/** The length of the header of a file of so many bytes, by its first ones; or what is wrong with it. */
export function headerLength(first: Uint8Array, size: number): number | string {
  if (size < lengthBytes) return `the file ends after ${String(size)} bytes, before its header`;
  const length = Number(new DataView(first.buffer, first.byteOffset, lengthBytes).getBigUint64(0, true));
  if (length <= longestHeader && lengthBytes + length <= size) return length;
  return `it is no safetensors file, or was cut short: its header claims ${String(length)} bytes, and ${String(size - lengthBytes)} are left`;
}

/** Reads the header of a file of so many bytes. Returns what it says, or what is wrong with it. */
export function decodeHeader(json: Uint8Array, size: number): StoredFile | string {
  let text: string;
  let header: unknown;
  let twice: boolean;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(json);
    header = JSON.parse(text);
    twice = hasTwice(text, header);
  } catch {
    return 'the header is no JSON'; // Or so deep that nothing can walk it.
  }
  if (!isRecord(header)) return 'the header is no JSON object';
  if (twice) return 'the header has a name twice';
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
  const byName = new Map(texts);
  const checksum = byName.get('crc32');
  if (checksum !== undefined && !text.startsWith(`${opening}${checksum}"`)) return 'the checksum is not where this writes it';
  return { metadata: Object.fromEntries(byName), arrays: new Map(found.map(({ name, array }) => [name, array])), checksum };
}

/** Whether some object in the header has a name twice, of which JSON.parse would keep the last. A string before a colon is always a name. */
function hasTwice(text: string, header: unknown): boolean {
  let names = 0;
  for (const [, colon] of text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/g)) if (colon !== undefined) names++;
  const count = (value: unknown): number =>
    typeof value === 'object' && value !== null
      ? Object.values(value).reduce((sum: number, one) => sum + count(one), isRecord(value) ? Object.keys(value).length : 0)
      : 0;
  return names !== count(header);
}

function readEntry(entry: Readonly<Record<string, unknown>>, start: number, data: number): PlacedArray | string {
  const { dtype, shape, data_offsets: offsets } = entry;
  const size = typeof dtype === 'string' && Object.hasOwn(elementBytes, dtype) ? elementBytes[dtype] : undefined;
  if (typeof dtype !== 'string' || size === undefined)
    return `has the type ${String(dtype)}, which is none of ${Object.keys(elementBytes).join(', ')}`;
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
