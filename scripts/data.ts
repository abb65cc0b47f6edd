/**
 * Derives the comparer's data from the packages that publish them, in a hundredth of their size: `npm run data`, or `npm run data -- names glosses` for
 * some. What is installed for users is what this wrote; `packages/compare/test/data.test.ts` holds it to the packages that are installed here. Two are so
 * large that they are fetched for this alone; the test knows what was derived from them by its hash.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { asked } from './asked.ts';
import { birthsFromPackage, clothesFromPackage, strikesFromPackage } from './data-fetched.ts';
import { addressesFromPackage, glossesFromPackage, imagesFromPackage, mobyDickFromPackage, namesFromPackages } from './data-sources.ts';

const folder = join(import.meta.dirname, '../packages/compare/data');

function write(name: string, content: Uint8Array): void {
  const packed = brotliCompressSync(content, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
    },
  });
  writeFileSync(join(folder, name), packed);
  console.log(`${name}: ${String(Math.round(packed.length / 1000))} kB, ${String(Math.round(content.length / 1000))} kB unpacked`);
}

const text = (content: string): Uint8Array => new TextEncoder().encode(content);

const files: Readonly<Record<string, () => Uint8Array>> = {
  'digits.bin.br': imagesFromPackage,
  'addresses.json.br': () => text(JSON.stringify(addressesFromPackage())),
  'glosses.tsv.br': () => text(glossesFromPackage()),
  'names.tsv.br': () => text(namesFromPackages()),
  'moby-dick.txt.br': () => text(mobyDickFromPackage()),
  'fashion.bin.br': clothesFromPackage,
  'birdstrikes.tsv.br': () => text(strikesFromPackage()),
  'births.tsv.br': () => text(birthsFromPackage()),
};

const { names: wanted } = asked(
  'npm run data',
  "generates the comparer's data, packages/compare/data/, from the npm packages that publish them",
  {},
  { one: 'name', about: 'generate only these', among: Object.keys(files).map((file) => file.split('.')[0]!) },
);
for (const [file, content] of Object.entries(files))
  if (wanted.length === 0 || wanted.some((name) => file.startsWith(`${name}.`))) write(file, content());
