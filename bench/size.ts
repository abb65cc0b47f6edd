/** What the library adds to a user's bundle: the built package through a bundler that shakes trees and minifies. */
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';

/** A bundle of some exports: its code, and its size in bytes. */
export interface Size {
  readonly code: string;
  readonly minified: number;
  readonly gzip: number;
  readonly brotli: number;
}

/** Bundles these exports, such as `'{ adamw }'`, of the package or of a file; `'*'` is all of them. */
export async function sizeOf(exports: string, from = 'thalweg'): Promise<Size> {
  const entry = 'entry.js';
  const bundle = await rolldown({
    input: entry,
    platform: 'browser',
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === entry ? join(import.meta.dirname, entry) : null),
        load: (id) => (id.endsWith(entry) ? `export ${exports} from ${JSON.stringify(from)};` : null),
      },
    ],
  });
  const { output } = await bundle.generate({ minify: true });
  await bundle.close();
  const code = output.map((file) => (file.type === 'chunk' ? file.code : '')).join('');
  const bytes = Buffer.from(code);
  const brotli = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } });
  return { code, minified: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length, brotli: brotli.length };
}
