/** Fetches the text and the digits, once, and unpacks what `data.ts` packed. Works in pages and workers; knows no experiment. */
import { file } from './address.ts';
import type { Images } from '@thalweg/compare/models';
import type { Bags, Text } from '@thalweg/guide';

/** Handwritten digits, those to train on and those to validate on. */
export interface Digits {
  readonly train: Images;
  readonly validation: Images;
}

let text: Promise<Text> | undefined;
let digits: Promise<Digits> | undefined;

/** The text, fetched when first asked for; asked for again after a failure, it is fetched again. A worker must say where the page is. */
export function fetchText(base = file('')): Promise<Text> {
  text ??= load('words.bin', base).then(unpackText);
  text.catch(() => (text = undefined));
  return text;
}

/** The digits, likewise. */
export function fetchDigits(base = file('')): Promise<Digits> {
  digits ??= load('digits.bin', base).then(unpackDigits);
  digits.catch(() => (digits = undefined));
  return digits;
}

async function load(name: string, base: string): Promise<Columns> {
  const response = await fetch(new URL(`data/${name}`, base));
  if (!response.ok || response.body === null) {
    throw new Error(`${name} could not be fetched (${String(response.status)}); it is made by npm run lab`);
  }
  return new Columns(await new Response(response.body.pipeThrough(new DecompressionStream('gzip'))).arrayBuffer());
}

/** A JSON head and columns of numbers that follow it, each at a multiple of four bytes. */
class Columns {
  readonly head: unknown;
  readonly #buffer: ArrayBuffer;
  #at: number;

  constructor(buffer: ArrayBuffer) {
    const length = new DataView(buffer).getUint32(0, true);
    this.head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
    this.#buffer = buffer;
    this.#at = 4 + aligned(length);
  }

  bytes(count: number): Uint8Array {
    return new Uint8Array(this.#buffer, this.#take(count), count);
  }

  shorts(count: number): Uint16Array {
    return new Uint16Array(this.#buffer, this.#take(2 * count), count);
  }

  floats(count: number): Float32Array {
    return new Float32Array(this.#buffer, this.#take(4 * count), count);
  }

  #take(bytes: number): number {
    const from = this.#at;
    this.#at += aligned(bytes);
    return from;
  }
}

function aligned(bytes: number): number {
  return (bytes + 3) & ~3;
}

function unpackText(columns: Columns): Text {
  const { vocabulary, train, validation } = columns.head as { vocabulary: string[]; train: number; validation: number };
  const bags = (count: number): Bags => {
    const rows = columns.shorts(2 * count);
    const sizes = Array.from({ length: count }, (_, row) => rows[2 * row + 1]!);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    const [ids, weights] = [columns.shorts(total), columns.floats(total)];
    const [words, values, labels]: [Uint32Array[], Float32Array[], Float32Array] = [[], [], new Float32Array(count)];
    let at = 0;
    sizes.forEach((size, row) => {
      labels[row] = rows[2 * row]!;
      words.push(Uint32Array.from(ids.subarray(at, at + size)));
      values.push(weights.subarray(at, at + size));
      at += size;
    });
    return { words, values, labels };
  };
  return { vocabulary, train: bags(train), validation: bags(validation) };
}

function unpackDigits(columns: Columns): Digits {
  const { greys, size, train, validation } = columns.head as { greys: number[]; size: number; train: number; validation: number };
  const images = (count: number): Images => {
    const labels = columns.bytes(count);
    return { labels, pixels: Float32Array.from(columns.bytes(count * size), (place) => greys[place]!), count };
  };
  return { train: images(train), validation: images(validation) };
}
