/** The formats of states in C: what `../quantization.ts` does, bit for bit, with the random bits of `../random.ts`. Knows no kernel. */
import { isScaled, scaled, type Format } from '../../../plan/format.ts';
import { eight, float, lowest } from '../quantization.ts';
import { randomConstants } from '../random.ts';
import type { Helper } from './source.ts';

/** The type in which the elements of a format are stored, by its name in C. */
export const storedAs: Readonly<Record<Format | 'scales', string>> = {
  bfloat16: 'uint16_t',
  float8: 'int8_t',
  ufloat8: 'uint8_t',
  scales: 'uint8_t',
};

const hex = (value: number): string => `0x${(value >>> 0).toString(16)}u`;
const { exponent, infinity, magnitude } = float;
const octave = `(1 << ${String(exponent)})`;
const { element, word, factor, fold } = randomConstants;

/** The base of a block's codes as the bits of a float, given the exponent of its largest element. */
const baseBits = (largest: string, format: 'float8' | 'ufloat8'): string =>
  `(${largest} - ${String(eight[format])}) << ${String(exponent)}`;

const decodeSigned: Helper = {
  needs: ['float_of'],
  text: `static inline float decode_float8(int8_t code, uint8_t scale) {
  const int32_t base = ${baseBits(`(scale + ${String(lowest)})`, 'float8')};
  const int32_t magnitude = code < 0 ? -code : code;
  const int32_t bits = (magnitude << ${String(eight.shift)}) + base;
  const float small = float_of((uint32_t)bits) - float_of((uint32_t)base), large = float_of((uint32_t)(bits - ${octave}));
  const float value = magnitude >= 127 ? NAN : magnitude < 8 ? small : large;
  return code < 0 ? -value : value;
}`,
};

const decodeUnsigned: Helper = {
  needs: ['float_of'],
  text: `static inline float decode_ufloat8(uint8_t code, uint8_t scale) {
  const float value = float_of(((uint32_t)code << ${String(eight.shift)}) + (uint32_t)(${baseBits(`(scale + ${String(lowest)})`, 'ufloat8')}));
  return code == 0 ? 0 : code == 255 ? NAN : value;
}`,
};

const encodeSigned: Helper = {
  needs: ['bits_of', 'float_of'],
  text: `static inline int8_t code_float8(float value, int32_t base, uint32_t random) {
  const uint32_t bits = bits_of(value);
  const int32_t magnitude = (int32_t)(bits & ${hex(magnitude)});
  const int32_t small = (int32_t)bits_of(float_of((uint32_t)magnitude) + float_of((uint32_t)base)) - base;
  const int32_t large = magnitude - base + ${octave};
  const int32_t code = ((magnitude < base ? small : large) + (int32_t)random) >> ${String(eight.shift)};
  return (int8_t)(bits >> 31 ? (code > 128 ? -128 : -code) : code > 127 ? 127 : code);
}`,
};

const encodeUnsigned: Helper = {
  needs: ['bits_of'],
  text: `static inline uint8_t code_ufloat8(float value, int32_t base, uint32_t random) {
  const int32_t magnitude = (int32_t)(bits_of(value) & ${hex(magnitude)});
  const int32_t code = (magnitude - base + (int32_t)random) >> ${String(eight.shift)};
  return (uint8_t)(magnitude == 0 ? 0 : code < 1 ? 1 : code > 255 ? 255 : code);
}`,
};

/** Rounds `count` elements, block by block: the scale of one follows from its largest finite element. */
const encodeBlocks = (format: 'float8' | 'ufloat8'): Helper => ({
  needs: ['bits_of', 'random_bits', `code_${format}`],
  text: `static inline void encode_${format}(const float *values, size_t count, ${storedAs[format]} *codes, uint8_t *scales, uint32_t key, uint32_t first, uint32_t draw) {
  for (size_t from = 0; from < count; from += ${String(scaled)}) {
    const size_t to = count - from < ${String(scaled)} ? count : from + ${String(scaled)};
    uint32_t largest = 0;
    for (size_t k = from; k < to; k++) {
      const uint32_t magnitude = bits_of(values[k]) & ${hex(magnitude)};
      largest = magnitude < ${hex(infinity)} && magnitude > largest ? magnitude : largest;
    }
    const int32_t above = (int32_t)(largest >> ${String(exponent)}), top = above < ${String(lowest)} ? ${String(lowest)} : above;
    scales[from / ${String(scaled)}] = (uint8_t)(top - ${String(lowest)});
    const int32_t base = ${baseBits('top', format)};
    for (size_t k = from; k < to; k++) codes[k] = code_${format}(values[k], base, random_bits(key, first + (uint32_t)k, draw, ${String(eight.shift)}));
  }
}`,
});

/** The helpers by name. */
export const codingHelpers: Readonly<Record<string, Helper>> = {
  bits_of: {
    text: `static inline uint32_t bits_of(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}`,
  },
  float_of: {
    text: `static inline float float_of(uint32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}`,
  },
  random_bits: {
    text: `static inline uint32_t random_bits(uint32_t key, uint32_t index, uint32_t draw, int count) {
  const uint32_t place = (index >> 3) << 2 | (index & 3);
  const uint32_t at = key + place * ${hex(element)} + (draw >> 1) * ${hex(word)};
  const uint32_t bits = (at ^ at >> ${String(fold)}) * ${hex(factor)};
  return (draw + (index >> 2 & 1)) % 2 == 0 ? bits >> (32 - count) : bits & ((1u << count) - 1);
}`,
  },
  decode_bfloat16: {
    needs: ['float_of'],
    text: 'static inline float decode_bfloat16(uint16_t code) { return float_of((uint32_t)code << 16); }',
  },
  encode_bfloat16: {
    needs: ['bits_of'],
    text: `static inline uint16_t encode_bfloat16(float value, uint32_t added) {
  return (uint16_t)((bits_of(value) + (value != value ? 0 : added)) >> 16);
}`,
  },
  half_of_last: {
    needs: ['bits_of'],
    text: 'static inline uint32_t half_of_last(float value) { return 0x7fff + (bits_of(value) >> 16 & 1); }',
  },
  decode_float8: decodeSigned,
  decode_ufloat8: decodeUnsigned,
  code_float8: encodeSigned,
  code_ufloat8: encodeUnsigned,
  encode_float8: encodeBlocks('float8'),
  encode_ufloat8: encodeBlocks('ufloat8'),
};

/** An element decoded: number `i` of the array `a`, whose scales are in `scales`. */
export function decoded(format: Format, a: string, i: string, scales: string): string {
  return isScaled(format) ? `decode_${format}(${a}[${i}], ${scales}[(${i}) / ${String(scaled)}])` : `decode_${format}(${a}[${i}])`;
}
