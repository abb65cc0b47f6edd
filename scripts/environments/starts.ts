/** Rows of the files to start from, `examples/start`: each is copied as a newcomer would copy it, beside the packed library, and ends with what it tells. */
import { cpSync } from 'node:fs';
import { basename, join } from 'node:path';
import { browserOnly, linuxOnly } from './machine.ts';
import { chromiumVersion, lastWords } from './pages.ts';
import { home, out, root, version } from './prepare.ts';
import { must, tool } from './process.ts';
import type { Row } from './row.ts';
import { nodes, nodeVersion } from './runtimes.ts';
import { serve } from './server.ts';

/** A copy of the files, where `thalweg` is found as after an install. */
function copied(): string {
  const folder = join(out, 'start');
  cpSync(join(root, 'examples/start'), folder, { recursive: true });
  return folder;
}

/** What was said last, if it is what the file is to arrive at. */
function arrived(said: string, wanted: RegExp): { words: string } {
  const words = said.trim().split('\n').at(-1) ?? '';
  if (!wanted.test(words)) throw new Error(`it ends with ${words}, which is not ${String(wanted)}`);
  return { words };
}

const inNode = (file: string, wanted: RegExp): Row => ({
  name: `examples/start/${file}`,
  versions: () => nodeVersion(22),
  missing: linuxOnly,
  run: async () => arrived((await must(nodes[22], [join(copied(), file)])).output, wanted),
});

const inWorkerd: Row = {
  name: 'examples/start/edge.js',
  versions: () => `miniflare ${version('miniflare')}, workerd ${version('workerd')}`,
  run: async () => {
    const bundle = join(out, 'start-edge.js');
    await must(tool('esbuild'), [join(copied(), 'edge.js'), '--bundle', '--format=esm', `--outfile=${bundle}`, '--log-level=warning']);
    const { output } = await must(process.execPath, ['node/miniflare.js', bundle, '[[0, 1], [1, 3], [2, 5]]']);
    return arrived(output, /^\{"slope":(2|1\.9999)\d*(\.\d+)?,"offset":(1|0\.9999)\d*(\.\d+)?,/);
  },
};

/** A page with a bundler, by Vite as the file says. */
const byVite: Row = {
  name: 'examples/start/browser',
  versions: () => `vite ${version('vite')}, ${chromiumVersion()}`,
  missing: browserOnly,
  run: async () => {
    const built = join(out, 'start-browser');
    await must(tool('vite'), ['build', join(copied(), 'browser'), '--outDir', built, '--logLevel', 'warn']);
    const server = await serve(built);
    try {
      return arrived(await lastWords(`${server.origin}/index.html`), /^y = 3\.\d\d·x \+ 0\.[45]\d wasm$/);
    } finally {
      server.close();
    }
  },
};

/** The page without a bundler; what it loads from a CDN is answered with the packed files. */
const byMap: Row = {
  name: 'examples/start/import-map.html',
  versions: chromiumVersion,
  missing: browserOnly,
  run: async () => {
    const server = await serve(copied());
    const packed = join(home, 'node_modules/thalweg/dist');
    try {
      const cdn = { pattern: /^https:\/\/.*\/thalweg@[^/]+\/dist\/[\w.-]+$/, file: (url: string) => join(packed, basename(url)) };
      return arrived(await lastWords(`${server.origin}/import-map.html`, cdn), /^lowest at \(1\.000, 1\.000\), after \d+ steps$/);
    } finally {
      server.close();
    }
  },
};

/** The rows. */
export const starts: readonly Row[] = [
  inNode('node.js', /^y = 0\.50 \+ 2\.00·x \+ 1\.50·x²$/),
  inNode('worker.js', /^1000 weights, of which the first is 0\.001$/),
  byVite,
  byMap,
  inWorkerd,
];
