/** Serves folders to pages on ports of this machine, with the headers that a row asks for. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';

const types: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.map': 'application/json' };

/** Headers that let a page share memory between threads. */
export const isolation = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };

/** A server that runs. */
export interface Server {
  readonly origin: string;
  close(): void;
}

/** Serves a folder, and for the paths in `pages` a text of HTML. */
export function serve(
  folder: string,
  headers: Readonly<Record<string, string>> = {},
  pages: Readonly<Record<string, string>> = {},
): Promise<Server> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    const page = pages[path];
    const bytes = page === undefined ? readFile(join(folder, path)) : Promise.resolve(page);
    bytes.then(
      (body) =>
        response
          .writeHead(200, { 'content-type': page === undefined ? (types[extname(path)] ?? 'text/plain') : 'text/html', ...headers })
          .end(body),
      () => response.writeHead(404).end(),
    );
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') throw new Error('a server on a port has an address with one');
      resolve({
        origin: `http://localhost:${String(address.port)}`,
        close: () => {
          server.closeAllConnections();
          server.close();
        },
      });
    });
  });
}
