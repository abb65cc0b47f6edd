/** What the library adds to a user's bundle: the built package through a bundler that shakes trees and minifies. */
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';

/** A bundle of some exports: its code, and its size in bytes; and of that what is loaded before anything is asked for by an `import()`. */
export interface Size extends Bytes {
  readonly first: Bytes;
}

/** Code, and its size in bytes, compressed as a whole. */
export interface Bytes {
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
    // A framework is not ours to count.
    external: /^@(tensorflow|jax-js)\//,
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
  const chunks = output.filter((file) => file.type === 'chunk');
  const atFirst = new Set(chunks.filter((one) => one.isEntry && !one.isDynamicEntry).map(({ fileName }) => fileName));
  for (const name of atFirst) for (const one of chunks.find(({ fileName }) => fileName === name)?.imports ?? []) atFirst.add(one);
  return { ...bytesOf(chunks), first: bytesOf(chunks.filter(({ fileName }) => atFirst.has(fileName))) };
}

function bytesOf(chunks: readonly { readonly code: string }[]): Bytes {
  const code = chunks.map((chunk) => chunk.code).join('');
  const bytes = Buffer.from(code);
  const brotli = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } });
  return { code, minified: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length, brotli: brotli.length };
}
