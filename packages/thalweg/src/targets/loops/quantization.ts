/**
 * The formats of states in plain JavaScript: what `wasm/quantization.ts` does too, bit for bit. Numbers are given and taken as float32.
 *
 * - `bfloat16`: the upper half of a float32. Rounded at random: bits drawn evenly are added to the lower half, which is then cut off.
 * - `float8` and `ufloat8`: blocks of 32 elements with the exponent E of the largest finite one in a byte, counted from `lowest`.
 *   `float8` is ± a magnitude of four bits of exponent and three of mantissa: multiples of 2^(E−16) up to 2^(E−13), from there on floats with
 *   eight to the octave. `ufloat8` has five bits of exponent, from 2^(E−30) on; what is not zero never becomes zero in it.
 *   The greatest code is NaN, and so are infinities.
 */
import { isScaled, scaled, type Format } from '../../plan/format.ts';
import type { Coded } from '../../plan/kernel.ts';
import { randomWord, takesUpper } from './random.ts';

/** The least exponent of a block, as it stands in a float32, so that no value that it holds is below 2⁻¹¹⁰. */
export const lowest = 47;

/** Bits of a float32: what lies above its mantissa, and infinity. */
export const float = { exponent: 23, infinity: 0x7f800000, magnitude: 0x7fffffff } as const;

/** How codes of eight bits lie in a float32: the shift of their last bit, and the exponents that the block's largest has above the base. */
export const eight = { shift: 20, float8: 13, ufloat8: 30 } as const;

/** A memory as its parts are read and written. */
export interface Codes {
  readonly bytes: Uint8Array;
  readonly halves: Uint16Array;
}

/** Where an array lies: its first byte, and the first byte of its scales. */
export interface CodedPlace {
  readonly at: number;
  readonly scalesAt: number;
}

const bits = new Int32Array(1);
const number = new Float32Array(bits.buffer);

function floatOf(pattern: number): number {
  bits[0] = pattern;
  return number[0]!;
}

function bitsOf(value: number): number {
  number[0] = value;
  return bits[0]!;
}

/** Decodes `count` elements from element `first` on. */
export function decode(
  format: Format,
  { bytes, halves }: Codes,
  { at, scalesAt }: CodedPlace,
  first: number,
  count: number,
  out: Float32Array,
): void {
  for (let k = 0; k < count; k++) {
    if (isScaled(format)) {
      const scale = bytes[scalesAt + Math.floor((first + k) / scaled)]!;
      const code = bytes[at + first + k]!;
      out[k] = format === 'float8' ? decodeSigned((code << 24) >> 24, scale) : decodeUnsigned(code, scale);
    } else out[k] = floatOf(halves[at / 2 + first + k]! << 16);
  }
}

function decodeSigned(code: number, scale: number): number {
  const magnitude = Math.abs(code);
  if (magnitude >= 127) return NaN;
  const base = (scale + lowest - eight.float8) << float.exponent;
  const pattern = (magnitude << eight.shift) + base;
  const value = magnitude < 8 ? floatOf(pattern) - floatOf(base) : floatOf(pattern - (1 << float.exponent));
  return code < 0 ? -value : value;
}

function decodeUnsigned(code: number, scale: number): number {
  if (code === 0) return 0;
  return code === 255 ? NaN : floatOf((code << eight.shift) + ((scale + lowest - eight.ufloat8) << float.exponent));
}

/** Rounds elements, and writes them from element `first` on; both are at the beginning of a block where there are scales. */
export function encode(coded: Coded, codes: Codes, place: CodedPlace, first: number, values: Float32Array, key: number): void {
  if (!isScaled(coded.format)) encodeHalves(coded, codes, place, first, values, key);
  else {
    for (let from = 0; from < values.length; from += scaled) {
      encodeBlock(coded, codes, place, first + from, values.subarray(from, from + scaled), key);
    }
  }
}

function encodeHalves({ draw }: Coded, { halves }: Codes, { at }: CodedPlace, first: number, values: Float32Array, key: number): void {
  for (let k = 0; k < values.length; k++) {
    const pattern = bitsOf(values[k]!);
    const added = draw === undefined ? 0x7fff + ((pattern >>> 16) & 1) : drawn(key, first + k, draw, 16);
    halves[at / 2 + first + k] = (pattern + (Number.isNaN(values[k]!) ? 0 : added)) >>> 16;
  }
}

function encodeBlock(
  { format, draw = 0 }: Coded,
  { bytes }: Codes,
  { at, scalesAt }: CodedPlace,
  first: number,
  values: Float32Array,
  key: number,
): void {
  let largest = 0;
  for (const value of values) {
    const magnitude = bitsOf(value) & float.magnitude;
    if (magnitude < float.infinity) largest = Math.max(largest, magnitude);
  }
  const exponent = Math.max(lowest, largest >>> float.exponent);
  bytes[scalesAt + first / scaled] = exponent - lowest;
  const base = (exponent - (format === 'float8' ? eight.float8 : eight.ufloat8)) << float.exponent;
  for (let k = 0; k < values.length; k++) {
    const random = drawn(key, first + k, draw, eight.shift);
    bytes[at + first + k] = format === 'float8' ? encodeSigned(values[k]!, base, random) : encodeUnsigned(values[k]!, base, random);
  }
}

function encodeSigned(value: number, base: number, random: number): number {
  const pattern = bitsOf(value);
  const magnitude = pattern & float.magnitude;
  // Below the base a step is a step of floats in [base, 2·base).
  const steps = magnitude < base ? bitsOf(floatOf(magnitude) + floatOf(base)) - base : magnitude + (1 << float.exponent) - base;
  const code = (steps + random) >> eight.shift;
  return pattern < 0 ? -Math.min(128, code) : Math.min(127, code);
}

function encodeUnsigned(value: number, base: number, random: number): number {
  const magnitude = bitsOf(value) & float.magnitude;
  return magnitude === 0 ? 0 : Math.min(255, Math.max(1, (magnitude - base + random) >> eight.shift));
}

/** The upper or lower bits of a word. */
function drawn(key: number, index: number, draw: number, count: number): number {
  const word = randomWord(key, index, draw >>> 1);
  return takesUpper(draw, (index >>> 2) & 1) ? word >>> (32 - count) : word & ((1 << count) - 1);
}
