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

/** A file's arrays by name, and its texts. */
export interface StoredFile {
  readonly metadata: Readonly<Record<string, string>>;
  readonly arrays: ReadonlyMap<string, StoredArray>;
}

const elementBytes: Readonly<Record<string, number>> = { F64: 8, F32: 4, BF16: 2, I8: 1, U8: 1 };
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

/** Reads a file. Returns it, or what is wrong with it. */
export function decode(file: Uint8Array): StoredFile | string {
  if (file.length < 8) return `the file ends after ${String(file.length)} bytes, before its header`;
  const length = Number(new DataView(file.buffer, file.byteOffset, 8).getBigUint64(0, true));
  if (length > longestHeader || 8 + length > file.length) {
    return `the header claims ${String(length)} bytes, and the file has ${String(file.length - 8)} after the length`;
  }
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(file.subarray(8, 8 + length)));
  } catch {
    return 'the header is no JSON';
  }
  if (!isRecord(header)) return 'the header is no JSON object';
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
  return { metadata: Object.fromEntries(texts), arrays: new Map(found.map(({ name, array }) => [name, array])) };
}

function readEntry(
  entry: Readonly<Record<string, unknown>>,
  data: Uint8Array,
): { readonly at: number; readonly array: StoredArray } | string {
  const { dtype, shape, data_offsets: offsets } = entry;
  const size = typeof dtype === 'string' && Object.hasOwn(elementBytes, dtype) ? elementBytes[dtype] : undefined;
  if (typeof dtype !== 'string' || size === undefined)
    return `has the type ${String(dtype)}, which is none of ${Object.keys(elementBytes).join(', ')}`;
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
