/**
 * Packs the comparer's text and digits for a browser: files that are fetched when an experiment needs them. Nothing is rounded: a page
 * trains on the comparer's own numbers. The files are gzip streams, which the page unpacks, as not every host compresses. Runs in Node.
 */
import { gzipSync } from 'node:zlib';
import { loadAddresses, loadImages, type Corpus, type Images } from '@thalweg/compare';

/** The files by name. */
export function dataFiles(): Record<string, Uint8Array> {
  return { 'words.bin': packWords(), 'digits.bin': packDigits() };
}

/** For each part: of all paragraphs label and count of words, one after the other; then all word numbers; then all values. */
function packWords(): Uint8Array {
  const { vocabulary, train, validation } = loadAddresses();
  const rows = ({ labels }: Corpus): number => labels.length;
  const columns = ({ words, values, labels }: Corpus): Column[] => [
    Uint16Array.from(words.flatMap((ids, row) => [labels[row]!, ids.length])),
    Uint16Array.from(words.flatMap((ids) => [...ids])),
    Float32Array.from(values.flatMap((row) => [...row])),
  ];
  return pack({ vocabulary, train: rows(train), validation: rows(validation) }, [...columns(train), ...columns(validation)]);
}

/** For each part: all labels, then all pixels, each as the place of its grey among those that occur. */
function packDigits(): Uint8Array {
  const { train, validation } = loadImages();
  const greys = [...new Set([train, validation].flatMap(({ pixels }) => [...new Set(pixels)]))].sort((a, b) => a - b);
  const places = new Map(greys.map((grey, place) => [grey, place]));
  const columns = ({ labels, pixels }: Images): Column[] => [labels, Uint8Array.from(pixels, (grey) => places.get(grey)!)];
  const size = train.pixels.length / train.count;
  return pack({ greys, size, train: train.count, validation: validation.count }, [...columns(train), ...columns(validation)]);
}

type Column = Uint8Array | Uint16Array | Float32Array;

/** A JSON head with its length before it, then the columns, each at a multiple of four bytes. */
function pack(head: object, columns: readonly Column[]): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(head));
  const parts = [Uint32Array.of(text.length), text, ...columns];
  const chunks = parts.flatMap(({ buffer, byteOffset, byteLength }) => [
    new Uint8Array(buffer, byteOffset, byteLength),
    new Uint8Array(-byteLength & 3),
  ]);
  return gzipSync(Buffer.concat(chunks));
}
