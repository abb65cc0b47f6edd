/** A plain static server, as hosts of project pages are: a folder below a path, no headers of its own, `404.html` for what is not there; compressing where asked to. */
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** Serves `folder` below `prefix`, `/thalweg/`; returns its address and what ends it. With `compressed` all that gets smaller goes out by Brotli. */
export async function serve(folder: string, prefix: string, compressed = false): Promise<{ address: string; close: () => Promise<void> }> {
  const packed = new Map<string, Buffer>();
  const pack = (path: string, body: Buffer): Buffer => {
    const known = packed.get(path) ?? brotliCompressSync(body);
    packed.set(path, known);
    return known;
  };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const name = decodeURIComponent(pathname.slice(prefix.length));
    const file = name === '' || name.endsWith('/') ? `${name}index.html` : name;
    const send = (status: number, path: string): Promise<void> =>
      readFile(join(folder, path)).then((body) => {
        const type = types[extname(path)] ?? 'application/octet-stream';
        const small = compressed ? pack(path, body) : body;
        if (small.length < body.length) response.writeHead(status, { 'Content-Type': type, 'Content-Encoding': 'br' }).end(small);
        else response.writeHead(status, { 'Content-Type': type }).end(body);
      });
    if (!pathname.startsWith(prefix) || file.includes('..')) response.writeHead(404).end();
    else void send(200, file).catch(() => send(404, '404.html'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${String(port)}${prefix}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
