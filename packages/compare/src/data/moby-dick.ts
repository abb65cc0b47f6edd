/** Moby Dick, by chapters: as letters of a small alphabet, or as words. Whole chapters are dealt to the splits, one in ten each to validation and to test. */
import { readPacked } from './packed.ts';

/** Something of each part of the book. */
export interface Parts<Text> {
  readonly train: Text;
  readonly validation: Text;
  readonly test: Text;
}

/** The letters that there are. What else is in the book is left out, but for dashes and blanks of other kinds. */
export const alphabet = ' abcdefghijklmnopqrstuvwxyz.,;:!?\'"-()';

/** The chapters, the epilogue last. */
export function loadChapters(): string[] {
  return readPacked('moby-dick.txt.br').toString().split('\f');
}

/** The letters of a text by their places in the alphabet: lower case, one blank between words. */
export function lettersOf(text: string): Uint8Array<ArrayBuffer> {
  const plain = text.toLowerCase().replaceAll('—', '-').replaceAll(/\s+/g, ' ');
  return Uint8Array.from(Array.from(plain, (letter) => alphabet.indexOf(letter)).filter((place) => place >= 0));
}

/** The letters of each part. */
export function loadLetters(): Parts<Uint8Array<ArrayBuffer>> {
  const chapters = loadChapters();
  const part = (wanted: (chapter: number) => boolean): Uint8Array<ArrayBuffer> =>
    lettersOf(chapters.filter((_, i) => wanted((i + 1) % 10)).join(' '));
  return { train: part((i) => i !== 3 && i !== 7), validation: part((i) => i === 3), test: part((i) => i === 7) };
}
