/**
 * The bytes of WebAssembly: LEB128 integers, floats, strings and vectors. Knows no instruction. Lists are joined by `concat`: a first step waits
 * for its kernels, and in code that runs once a spread copies byte by byte.
 */

/** An unsigned LEB128 integer. */
export function unsigned(value: number): number[] {
  const out: number[] = [];
  let rest = value >>> 0;
  do {
    const byte = rest & 0x7f;
    rest >>>= 7;
    out.push(rest === 0 ? byte : byte | 0x80);
  } while (rest !== 0);
  return out;
}

/** A signed LEB128 integer of at most 32 bits. */
export function signed(value: number): number[] {
  const out: number[] = [];
  let rest = value | 0;
  for (;;) {
    const byte = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && (byte & 0x40) === 0) || (rest === -1 && (byte & 0x40) !== 0)) return [...out, byte];
    out.push(byte | 0x80);
  }
}

/** The four bytes of a number rounded to float32. */
export function float32(value: number): number[] {
  return [...new Uint8Array(Float32Array.of(value).buffer)];
}

/** The eight bytes of a float64. */
export function float64(value: number): number[] {
  return [...new Uint8Array(Float64Array.of(value).buffer)];
}

/** Items preceded by their number. */
export function vector(items: readonly (readonly number[])[]): number[] {
  return unsigned(items.length).concat(...items);
}

/** Bytes preceded by their number. */
export function sized(bytes: readonly number[]): number[] {
  return unsigned(bytes.length).concat(bytes);
}

/** A name of ASCII characters, preceded by its length. Not every realm that has WebAssembly has a TextEncoder: Jest's page has none. */
export function name(text: string): number[] {
  return sized(Array.from(text, (character) => character.charCodeAt(0)));
}
