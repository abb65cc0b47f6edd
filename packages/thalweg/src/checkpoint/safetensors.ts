/**
 * The safetensors format: eight bytes with the length of the header, a JSON header that lists each array with its type, shape and offsets, then the arrays.
 * The first entry of the header's metadata is a checksum of everything after it, which other readers of the format ignore. Reads files that may be damaged
 * or hostile, and reports what is wrong. Knows no optimizer.
 */
import { fromUtf8, toUtf8 } from '../language/utf8.ts';
import { crc32 } from './crc32.ts';
import { describe } from '../language/options.ts';

/** An array in a file. */
export interface StoredArray {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** An array of a file that is not read yet: `at` is its first byte in the file. Its type may be any that a file names. */
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

/** Bytes of an element of the types that are read. */
const elementBytes: Readonly<Record<string, number>> = { F64: 8, F32: 4, BF16: 2, I8: 1, U8: 1 };
/** The most levels of a header: itself, an array's entry, its shape. */
const deepest = 3;
/** Bytes that tell the length of the header, at the beginning of a file. */
export const lengthBytes = 8;
/** How a header begins that says the checksum of what follows its eight digits. */
const opening = '{"__metadata__":{"crc32":"';
const digitsAt = lengthBytes + opening.length;
/** The first byte that the checksum is taken of. */
export const checkedFrom = digitsAt + 8;

/** A checksum of bytes, going on from that of the bytes before them. */
export type Checksum = (bytes: Uint8Array, before?: number) => number;

/** The bytes before the arrays, padded so that these begin at a multiple of 8, and the checksum of all bytes that it is taken of. */
export function encodeHeader(
  metadata: Readonly<Record<string, string>>,
  arrays: ReadonlyMap<string, StoredArray>,
  sumOf: Checksum = crc32,
): { readonly header: Uint8Array; readonly sum: number } {
  let at = 0;
  const entries = [...arrays].map(([name, { dtype, shape, bytes }]) => {
    at += bytes.length;
    return `${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [at - bytes.length, at] })}`;
  });
  // Not one object, which would put a parameter called 1 before everything else.
  const texts = `"__metadata__":${JSON.stringify({ crc32: '00000000', ...metadata })}`;
  const json = toUtf8(`{${[texts, ...entries].join()}}`);
  const length = Math.ceil(json.length / 8) * 8;
  const header = new Uint8Array(lengthBytes + length).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true);
  header.set(json, lengthBytes);
  let sum = sumOf(header.subarray(checkedFrom));
  for (const { bytes } of arrays.values()) sum = sumOf(bytes, sum);
  header.set(toUtf8(digitsOf(sum)), digitsAt);
  return { header, sum };
}

/** A checksum as the digits that a file has of it. */
export function digitsOf(sum: number): string {
  return sum.toString(16).padStart(8, '0');
}

/** The length of the header of a file of so many bytes, by its first ones, where it is at most `most`; or what is wrong with it. */
export function headerLength(first: Uint8Array, size: number, most: number): number | string {
  if (size < lengthBytes) return `the file has only ${String(size)} bytes, too few for a header`;
  const length = Number(new DataView(first.buffer, first.byteOffset, lengthBytes).getBigUint64(0, true));
  if (lengthBytes + length > size)
    return `it is not a safetensors file, or was truncated: its header should have ${String(length)} bytes, and ${String(size - lengthBytes)} are left`;
  if (length <= most) return length;
  return `its header has ${String(length)} bytes; a file for this optimizer has at most ${String(most)}`;
}

/** Reads the header of a file of so many bytes. Returns what it says, or what is wrong with it. */
export function decodeHeader(json: Uint8Array, size: number): StoredFile | string {
  let text: string;
  let header: unknown;
  let names: number | undefined;
  try {
    text = fromUtf8(json);
    names = namesIn(text, deepest);
    if (names === undefined) return `the header is not that of a safetensors file: its JSON has more than ${String(deepest)} levels`;
    header = JSON.parse(text);
  } catch {
    return 'the header is not JSON';
  }
  if (!isRecord(header)) return 'the header is not a JSON object';
  // Of names that occur twice in an object, JSON.parse keeps the last.
  if (names !== namesOf(header)) return 'the header has a name twice';
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
  if (expected !== data) return `the arrays take ${String(expected)} bytes, and the file has ${String(data)}`;
  const metadata = Object.hasOwn(header, '__metadata__') ? header['__metadata__'] : {};
  if (!isRecord(metadata)) return 'the metadata is not a JSON object';
  const texts = Object.entries(metadata).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  const byName = new Map(texts);
  const checksum = byName.get('crc32');
  if (checksum !== undefined && !text.startsWith(`${opening}${checksum}"`)) return 'the checksum is not the first entry of the metadata';
  return { metadata: Object.fromEntries(byName), arrays: new Map(found.map(({ name, array }) => [name, array])), checksum };
}

/**
 * How many names the objects in a JSON text have; undefined where it has more than so many levels. It reads each character once and builds nothing, so
 * that a text of millions of brackets is refused at the first that is too many.
 */
export function namesIn(json: string, levels: number): number | undefined {
  let [depth, names, inText] = [0, 0, false];
  for (let i = 0; i < json.length; i++) {
    const character = json.charCodeAt(i);
    if (character === quote) inText = !inText;
    else if (inText) i += character === backslash ? 1 : 0;
    else if (character === colon) names += 1;
    else if (opens(character) && ++depth > levels) return undefined;
    else if (closes(character)) depth -= 1;
  }
  return names;
}

const [quote, backslash, colon] = [0x22, 0x5c, 0x3a];
const opens = (character: number): boolean => character === 0x7b || character === 0x5b;
const closes = (character: number): boolean => character === 0x7d || character === 0x5d;

/** How many names the objects in a value have. */
function namesOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let names = isRecord(value) ? Object.keys(value).length : 0;
  for (const one of Object.values(value)) names += namesOf(one);
  return names;
}

/** Whether arrays of this type are read; why not, in words. */
export function unread(dtype: string): string | undefined {
  if (Object.hasOwn(elementBytes, dtype)) return undefined;
  return `has the type ${dtype}, which is not one of ${Object.keys(elementBytes).join(', ')}`;
}

function readEntry(entry: Readonly<Record<string, unknown>>, start: number, data: number): PlacedArray | string {
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== 'string') return `has the type ${describe(dtype)}, which is not one of ${Object.keys(elementBytes).join(', ')}`;
  if (!isSizes(shape) || !isSizes(offsets)) return 'has a shape or data_offsets that are not whole numbers';
  const [from = 0, to = 0] = offsets;
  // Other tools write types that are not read here; what they take is taken from where they lie.
  const size = Object.hasOwn(elementBytes, dtype) ? elementBytes[dtype] : undefined;
  const bytes = size === undefined ? Math.max(0, to - from) : shape.reduce((product, one) => product * one, size);
  if (offsets.length !== 2 || to - from !== bytes)
    return `of shape [${shape.join(', ')}] takes ${String(bytes)} bytes, and its data_offsets span ${String(to - from)}`;
  if (to > data) return `ends at byte ${String(to)} of the data, which has ${String(data)}`;
  return { dtype, shape, at: start + from, length: bytes };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((one) => Number.isSafeInteger(one) && one >= 0);
}
