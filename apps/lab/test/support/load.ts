/** What a page fetches before anyone touches it, as a host that compresses would send it. Knows responses; knows no page. */
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { Page, Response } from 'playwright-core';

/** One file of a load. */
export interface Fetched {
  readonly path: string;
  /** Bytes by Brotli, which every browser takes, and by gzip; what is compressed as it is counts as it is. */
  readonly brotli: number;
  readonly gzip: number;
}

/** Files that have been weighed; Brotli takes its time. */
const known = new Map<string, Fetched>();

/** Opens `address` and returns what was fetched until nothing more came. */
export async function firstLoad(page: Page, address: string): Promise<Fetched[]> {
  const bodies: Promise<Fetched>[] = [];
  const keep = (response: Response): void => {
    bodies.push(
      response.body().then((body) => {
        const { pathname: path } = new URL(response.url());
        const file = known.get(path) ?? {
          path,
          brotli: Math.min(body.length, brotliCompressSync(body).length),
          gzip: Math.min(body.length, gzipSync(body, { level: 9 }).length),
        };
        known.set(path, file);
        return file;
      }),
    );
  };
  page.on('response', keep);
  await page.goto(address, { waitUntil: 'networkidle' });
  page.off('response', keep);
  return (await Promise.all(bodies)).sort((a, b) => b.gzip - a.gzip);
}

/** Their sum in kilobytes of 1,000 bytes. */
export function kilobytes(files: readonly Fetched[], by: 'brotli' | 'gzip'): number {
  return files.reduce((sum, file) => sum + file[by], 0) / 1000;
}
