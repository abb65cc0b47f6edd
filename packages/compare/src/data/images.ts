/** Ten thousand handwritten digits of MNIST: 28 × 28 grey values in [0, 1]. */
import { imageSize, type Images } from '../models/digits.ts';
import { readPacked } from './packed.ts';
import { permutation, random } from './random.ts';

/** A grey value k of 255, to three decimals. */
const greys = Float32Array.from({ length: 256 }, (_, k) => Math.round((k / 255) * 1000) / 1000);

/** All images, split once and for all by a fixed shuffle: 7,000 to train, 1,500 to validate, 1,500 to test. */
export function loadImages(): { readonly train: Images; readonly validation: Images; readonly test: Images } {
  // For each image its digit, then its greys.
  const all = readPacked('digits.bin.br');
  const record = 1 + imageSize;
  const order = permutation(all.length / record, random(20240));
  const take = (from: number, to: number): Images => {
    const chosen = [...order.subarray(from, to)].map((i) => all.subarray(i * record, (i + 1) * record));
    const pixels = new Float32Array(chosen.length * imageSize);
    chosen.forEach((image, row) => {
      for (let i = 0; i < imageSize; i++) pixels[row * imageSize + i] = greys[image[1 + i]!]!;
    });
    return { pixels, labels: Uint8Array.from(chosen, (image) => image[0]!), count: chosen.length };
  };
  return { train: take(0, 7000), validation: take(7000, 8500), test: take(8500, 10000) };
}
