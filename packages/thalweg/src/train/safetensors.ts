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

/** A file's arrays by name, and its texts. */
export interface StoredFile {
  readonly metadata: Readonly<Record<string, string>>;
  readonly arrays: ReadonlyMap<string, StoredArray>;
}

const elementBytes: Readonly<Record<string, number>> = { F64: 8, F32: 4 };
const longestHeader = 100_000_000;
/** How a header begins that says the checksum of what follows its eight digits. */
const opening = '{"__metadata__":{"crc32":"';
const digitsAt = 8 + opening.length;
const bodyAt = digitsAt + 8;

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
  const out = new Uint8Array(8 + length).fill(0x20);
  new DataView(out.buffer).setBigUint64(0, BigInt(length), true);
  out.set(json, 8);
  let sum = crc32(out.subarray(bodyAt));
  for (const { bytes } of arrays.values()) sum = crc32(bytes, sum);
  out.set(new TextEncoder().encode(digitsOf(sum)), digitsAt);
  return out;
}

function digitsOf(sum: number): string {
  return sum.toString(16).padStart(8, '0');
}

/** Reads a file. Returns it, or what is wrong with it. */
export function decode(file: Uint8Array): StoredFile | string {
  if (file.length < 8) return `the file ends after ${String(file.length)} bytes, before its header`;
  const length = Number(new DataView(file.buffer, file.byteOffset, 8).getBigUint64(0, true));
  if (length > longestHeader || 8 + length > file.length) {
    return `the header claims ${String(length)} bytes, and the file has ${String(file.length - 8)} after the length`;
  }
  let text: string;
  let header: unknown;
  let twice: boolean;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(file.subarray(8, 8 + length));
    header = JSON.parse(text);
    twice = hasTwice(text, header);
  } catch {
    return 'the header is no JSON'; // Or so deep that nothing can walk it.
  }
  if (!isRecord(header)) return 'the header is no JSON object';
  if (twice) return 'the header has a name twice';
  const data = file.subarray(8 + length);
  const found: { readonly name: string; readonly at: number; readonly array: StoredArray }[] = [];
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const stored = isRecord(entry) ? readEntry(entry, data) : 'has no description';
    if (typeof stored === 'string') return `the array ${name} ${stored}`;
    found.push({ name, ...stored });
  }
  found.sort((a, b) => a.at - b.at || a.array.bytes.length - b.array.bytes.length);
  let expected = 0;
  for (const { name, at, array } of found) {
    if (at !== expected) return `the array ${name} begins at byte ${String(at)} of the data, not at ${String(expected)}`;
    expected += array.bytes.length;
  }
  if (expected !== data.length) return `the arrays take ${String(expected)} bytes, and the file has ${String(data.length)} for them`;
  const metadata = Object.hasOwn(header, '__metadata__') ? header['__metadata__'] : {};
  if (!isRecord(metadata)) return 'the metadata is no JSON object';
  const texts = Object.entries(metadata).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  const byName = new Map(texts);
  const damage = checkSum(file, text, byName.get('crc32'));
  return damage ?? { metadata: Object.fromEntries(byName), arrays: new Map(found.map(({ name, array }) => [name, array])) };
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

/** What a checksum that does not fit says; a file without one was written by something else, and may be right. */
function checkSum(file: Uint8Array, text: string, claimed: string | undefined): string | undefined {
  if (claimed === undefined) return undefined;
  const found = digitsOf(crc32(file.subarray(bodyAt)));
  if (text.startsWith(`${opening}${found}"`)) return undefined;
  return `the bytes are not those that were written: their checksum is ${found}, and the file says ${claimed}`;
}

function readEntry(
  entry: Readonly<Record<string, unknown>>,
  data: Uint8Array,
): { readonly at: number; readonly array: StoredArray } | string {
  const { dtype, shape, data_offsets: offsets } = entry;
  const size = typeof dtype === 'string' && Object.hasOwn(elementBytes, dtype) ? elementBytes[dtype] : undefined;
  if (typeof dtype !== 'string' || size === undefined) return `has the type ${String(dtype)}, which is not F32 or F64`;
  if (!isSizes(shape) || !isSizes(offsets)) return 'has no shape and place made of whole numbers';
  const [from = 0, to = 0] = offsets;
  const bytes = shape.reduce((product, one) => product * one, size);
  if (offsets.length !== 2 || to - from !== bytes)
    return `of shape [${shape.join(', ')}] takes ${String(bytes)} bytes, and its place has ${String(to - from)}`;
  if (to > data.length) return `ends at byte ${String(to)} of the data, which has ${String(data.length)}`;
  return { at: from, array: { dtype, shape, bytes: data.subarray(from, to) } };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((one) => Number.isSafeInteger(one) && one >= 0);
}
