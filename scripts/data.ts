/**
 * Derives the comparer's data from the packages that publish them, in a hundredth of their size: `npm run data`. What is installed for users is
 * what this wrote; `packages/compare/test/data.test.ts` holds it to the packages.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { addressesFromPackage, glossesFromPackage, imagesFromPackage, namesFromPackages } from './data-sources.ts';

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

write('digits.bin.br', imagesFromPackage());
write('addresses.json.br', new TextEncoder().encode(JSON.stringify(addressesFromPackage())));
write('glosses.tsv.br', new TextEncoder().encode(glossesFromPackage()));
write('names.tsv.br', new TextEncoder().encode(namesFromPackages()));
