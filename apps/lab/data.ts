/** Packs the comparer's text and digits for a browser: small binary files that are fetched when an experiment needs them. Runs in Node. */
import { loadAddresses, loadImages, type Corpus } from '@thalweg/compare';

/** How many images of each part go along: enough to see optimizers differ, little enough to fetch. */
const images = { train: 3000, validation: 600 } as const;

/** The files by name. */
export function dataFiles(): Record<string, Uint8Array> {
  return { 'words.bin': packWords(), 'digits.bin': packDigits() };
}

/** A JSON head, its length before it, then the paragraphs: label, count of words, word numbers, counts in steps of 1/255. */
function packWords(): Uint8Array {
  const { vocabulary, train, validation } = loadAddresses();
  const body: number[] = [];
  const add = ({ words, values, labels }: Corpus): void => {
    words.forEach((ids, row) => {
      body.push(labels[row]!, ids.length);
      ids.forEach((id, i) => body.push(id, Math.round(values[row]![i]! * 65535)));
    });
  };
  add(train);
  add(validation);
  return pack(
    { vocabulary, train: train.labels.length, validation: validation.labels.length },
    new Uint8Array(Uint16Array.from(body).buffer),
  );
}

/** A JSON head, then labels, then pixels in 256 steps of grey, each image halved to 14 × 14 by averaging. */
function packDigits(): Uint8Array {
  const { train, validation } = loadImages();
  const labels = [...train.labels.subarray(0, images.train), ...validation.labels.subarray(0, images.validation)];
  const pixels: number[] = [];
  for (const [part, count] of [
    [train, images.train],
    [validation, images.validation],
  ] as const) {
    for (let n = 0; n < count; n++) {
      for (let i = 0; i < 14 * 14; i++) {
        const from = n * 784 + Math.floor(i / 14) * 56 + (i % 14) * 2;
        const sum = [0, 1, 28, 29].reduce((total, offset) => total + part.pixels[from + offset]!, 0);
        pixels.push(Math.round((sum / 4) * 255));
      }
    }
  }
  return pack({ ...images, size: 14 * 14 }, Uint8Array.from([...labels, ...pixels]));
}

function pack(head: object, body: Uint8Array): Uint8Array {
  const text = JSON.stringify(head);
  // Padded so that 16-bit numbers that follow are aligned.
  const bytes = new TextEncoder().encode(new TextEncoder().encode(text).length % 2 === 0 ? text : `${text} `);
  const out = new Uint8Array(4 + bytes.length + body.length);
  new DataView(out.buffer).setUint32(0, bytes.length, true);
  out.set(bytes, 4);
  out.set(body, 4 + bytes.length);
  return out;
}
