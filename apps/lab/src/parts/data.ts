/** Fetches the text and the digits, once, and unpacks what `data.ts` packed. Knows the files; knows no experiment. */
import type { Bags, Text } from '@thalweg/guide';

/** Images of 14 × 14 grey values in [0, 1], row after row, with the digit on each. */
export interface Digits {
  readonly size: number;
  readonly train: { readonly pixels: Float32Array<ArrayBuffer>; readonly labels: Uint8Array };
  readonly validation: { readonly pixels: Float32Array<ArrayBuffer>; readonly labels: Uint8Array };
}

let text: Promise<Text> | undefined;
let digits: Promise<Digits> | undefined;

/** The text, fetched when first asked for; asked for again after a failure, it is fetched again. A worker has to be told the page's address. */
export function fetchText(base = document.baseURI): Promise<Text> {
  text ??= load('words.bin', base).then(unpackText);
  text.catch(() => (text = undefined));
  return text;
}

/** The digits, likewise. */
export function fetchDigits(): Promise<Digits> {
  digits ??= load('digits.bin', document.baseURI).then(unpackDigits);
  digits.catch(() => (digits = undefined));
  return digits;
}

async function load(name: string, base: string): Promise<ArrayBuffer> {
  const response = await fetch(new URL(`data/${name}`, base));
  if (!response.ok) throw new Error(`${name} could not be fetched (${String(response.status)}); it is made by npm run lab`);
  return response.arrayBuffer();
}

function parts(buffer: ArrayBuffer): { readonly head: unknown; readonly from: number } {
  const length = new DataView(buffer).getUint32(0, true);
  return { head: JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length))), from: 4 + length };
}

function unpackText(buffer: ArrayBuffer): Text {
  const { head, from } = parts(buffer);
  const { vocabulary, train, validation } = head as { vocabulary: string[]; train: number; validation: number };
  const numbers = new Uint16Array(buffer, from);
  let at = 0;
  const bags = (count: number): Bags => {
    const [words, values, labels]: [Uint32Array[], Float32Array[], Float32Array] = [[], [], new Float32Array(count)];
    for (let row = 0; row < count; row++) {
      labels[row] = numbers[at]!;
      const size = numbers[at + 1]!;
      words.push(Uint32Array.from({ length: size }, (_, i) => numbers[at + 2 + 2 * i]!));
      values.push(Float32Array.from({ length: size }, (_, i) => numbers[at + 3 + 2 * i]! / 65535));
      at += 2 + 2 * size;
    }
    return { words, values, labels };
  };
  return { vocabulary, train: bags(train), validation: bags(validation) };
}

function unpackDigits(buffer: ArrayBuffer): Digits {
  const { head, from } = parts(buffer);
  const { train, validation, size } = head as { train: number; validation: number; size: number };
  const bytes = new Uint8Array(buffer, from);
  const part = (first: number, count: number) => ({
    labels: bytes.slice(first, first + count),
    pixels: Float32Array.from(
      bytes.subarray(train + validation + first * size, train + validation + (first + count) * size),
      (grey) => grey / 255,
    ),
  });
  return { size, train: part(0, train), validation: part(train, validation) };
}
