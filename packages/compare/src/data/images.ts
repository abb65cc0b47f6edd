/** Grey values in [0, 1], ten thousand images of each set: handwritten digits of MNIST, 28 × 28, and clothes of Fashion-MNIST, 14 × 14. */
import { imageSize, type Images } from '../models/digits.ts';
import { readPacked } from './packed.ts';
import { permutation, random } from './random.ts';

/** Images in their three parts. */
export interface DealtImages {
  readonly train: Images;
  readonly validation: Images;
  readonly test: Images;
}

/** A grey value k of 255, to three decimals. */
const greys = Float32Array.from({ length: 256 }, (_, k) => Math.round((k / 255) * 1000) / 1000);

/**
 * The images of a file, `size` greys each, split once and for all by a fixed shuffle: 7,000 to train, 1,500 to validate, 1,500 to test. Of each there are its
 * label, a byte, and `record` − 1 bytes of which `grey` reads one value.
 */
function dealt(file: string, size: number, record: number, grey: (image: Uint8Array, pixel: number) => number): DealtImages {
  const all = readPacked(file);
  const order = permutation(all.length / record, random(20240));
  const take = (from: number, to: number): Images => {
    const chosen = [...order.subarray(from, to)].map((i) => all.subarray(i * record, (i + 1) * record));
    const pixels = new Float32Array(chosen.length * size);
    chosen.forEach((image, row) => {
      for (let i = 0; i < size; i++) pixels[row * size + i] = grey(image, i);
    });
    return { pixels, labels: Uint8Array.from(chosen, (image) => image[0]!), count: chosen.length };
  };
  return { train: take(0, 7000), validation: take(7000, 8500), test: take(8500, 10000) };
}

/** Handwritten digits. */
export function loadImages(): DealtImages {
  return dealt('digits.bin.br', imageSize, 1 + imageSize, (image, i) => greys[image[1 + i]!]!);
}

/** The kinds of clothes in the order of their numbers. */
export const clothes: readonly string[] = [
  'T-shirt',
  'trousers',
  'pullover',
  'dress',
  'coat',
  'sandal',
  'shirt',
  'sneaker',
  'bag',
  'ankle boot',
];

/** Pixels of an image of clothes. */
export const clothesSize = 14 * 14;

/** Clothes: two greys of 16 in a byte, the first in the upper half. */
export function loadFashion(): DealtImages {
  return dealt(
    'fashion.bin.br',
    clothesSize,
    1 + clothesSize / 2,
    (image, i) => ((image[1 + (i >> 1)]! >> (i % 2 === 0 ? 4 : 0)) & 15) / 15,
  );
}
