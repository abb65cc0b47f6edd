/** What a page fetches before anyone touches it, as a host that compresses would send it. Knows requests; knows no page. */
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { Page, Request } from 'playwright-core';

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
  const asked = new Set<string>();
  const keep = (request: Request): void => void asked.add(request.url().split('#')[0]!);
  page.on('request', keep);
  await page.goto(address, { waitUntil: 'networkidle' });
  page.off('request', keep);
  const files = await Promise.all([...asked].filter((url) => url.startsWith('http')).map(weighed));
  return files.sort((a, b) => b.gzip - a.gzip);
}

/** A file by its address; what a browser got is not asked for, as it keeps no bodies of workers. */
async function weighed(url: string): Promise<Fetched> {
  const found = known.get(url);
  if (found !== undefined) return found;
  const body = Buffer.from(await (await fetch(url)).arrayBuffer());
  const file = {
    path: new URL(url).pathname,
    brotli: Math.min(body.length, brotliCompressSync(body).length),
    gzip: Math.min(body.length, gzipSync(body, { level: 9 }).length),
  };
  known.set(url, file);
  return file;
}

/** Their sum in kilobytes of 1,000 bytes. */
export function kilobytes(files: readonly Fetched[], by: 'brotli' | 'gzip'): number {
  return files.reduce((sum, file) => sum + file[by], 0) / 1000;
}
