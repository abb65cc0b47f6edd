/** Converts arrays of narrower types to wider ones without loss, for files of other tools. */

/** The types of which every number is one of the type, in the words of safetensors. */
const widenTo: Readonly<Record<string, readonly string[]>> = { F32: ['BF16', 'F16'], F64: ['F32', 'BF16', 'F16'] };

/** Whether every number of the type `from` is one of the type `to`, and is read as such. */
export function widens(from: string, to: string): boolean {
  return widenTo[to]?.includes(from) === true;
}

/** The numbers that the bytes are in the type F32, BF16 or F16. */
export function asFloat32(dtype: string, raw: Uint8Array): Float32Array {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  if (dtype === 'F32') return Float32Array.from({ length: raw.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
  const codes = Uint16Array.from({ length: raw.length / 2 }, (_, i) => view.getUint16(2 * i, true));
  if (dtype === 'BF16') return new Float32Array(Uint32Array.from(codes, (code) => code << 16).buffer);
  return Float32Array.from(codes, fromFloat16);
}

/** The number that sixteen bits are in IEEE's half precision. */
function fromFloat16(code: number): number {
  const [sign, exponent, fraction] = [code & 0x8000 ? -1 : 1, (code >> 10) & 31, code & 1023];
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

/** Bytes of an element of a type that can be read or widened. */
export function bytesOf(dtype: string): number | undefined {
  return { F64: 8, F32: 4, BF16: 2, F16: 2 }[dtype];
}
