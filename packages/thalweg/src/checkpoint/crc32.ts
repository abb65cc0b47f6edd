/** CRC-32 (ISO 3309, as in gzip and PNG), by which a file knows that its bytes are those that were written. Takes four bytes at a time. */

const polynomial = 0xedb88320;

/** Four tables of 256: what a byte that is followed by none, one, two or three others does to the remainder. Made when first needed. */
let tables: Uint32Array | undefined;

function makeTables(): Uint32Array {
  const out = new Uint32Array(4 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let rest = byte;
    for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ polynomial : rest >>> 1;
    out[byte] = rest;
  }
  for (let i = 256; i < out.length; i++) out[i] = (out[i - 256]! >>> 8) ^ out[out[i - 256]! & 255]!;
  return out;
}

/** Bytes at a time: an index beyond 2³¹ is no small integer to the engine, and each step would take many times as long. */
const piece = 2 ** 28;

/** The checksum of `bytes`, going on from that of the bytes before them. */
export function crc32(bytes: Uint8Array, before = 0): number {
  let sum = before;
  for (let at = 0; at < bytes.length; at += piece) sum = checksum(bytes.subarray(at, at + piece), sum);
  return sum;
}

function checksum(bytes: Uint8Array, before: number): number {
  const table = (tables ??= makeTables());
  let rest = ~before;
  const quads = bytes.length & ~3;
  let i = 0;
  for (; i < quads; i += 4) {
    rest ^= bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    rest = table[768 + (rest & 255)]! ^ table[512 + ((rest >>> 8) & 255)]! ^ table[256 + ((rest >>> 16) & 255)]! ^ table[rest >>> 24]!;
  }
  for (; i < bytes.length; i++) rest = (rest >>> 8) ^ table[(rest ^ bytes[i]!) & 255]!;
  return ~rest >>> 0;
}
