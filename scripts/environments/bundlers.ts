/** Rows of bundles, in Node and in pages. */
import { join } from 'node:path';
import * as bundled from './bundled.ts';
import { browserOnly } from './machine.ts';
import { chromiumVersion, open } from './pages.ts';
import { version } from './prepare.ts';
import type { Expected, Row } from './row.ts';
import { runProgram } from './runtimes.ts';
import { isolation, serve } from './server.ts';

const several: Expected = { backend: 'wasm', threads: 'several' };
const one: Expected = { backend: 'wasm', threads: 'one' };

const inNode = (name: string, tool: string, bundle: () => Promise<string>, file: string): Row => ({
  name,
  versions: () => `${tool} ${version(tool)}`,
  run: async () => runProgram(process.execPath, [join(await bundle(), file)], several),
});

const html = (script: string): string => `<!doctype html><script type="module" src="${script}"></script>`;

const inPage = (name: string, tool: string, bundle: () => Promise<string>, isolated: boolean): Row => ({
  name: `${name}, ${isolated ? 'isolated page' : 'page'}`,
  versions: () => `${tool} ${version(tool)}, ${chromiumVersion()}`,
  missing: browserOnly,
  run: async () => {
    const server = await serve(await bundle(), isolated ? isolation : {}, { '/': html('program.js') });
    try {
      return await open(`${server.origin}/`, isolated ? several : one);
    } finally {
      server.close();
    }
  },
});

/** The rows. */
export const bundlers: readonly Row[] = [
  inNode('esbuild for Node, esm', 'esbuild', () => bundled.esbuild('esm', 'node'), 'program.mjs'),
  inNode('esbuild for Node, cjs', 'esbuild', () => bundled.esbuild('cjs', 'node'), 'program.cjs'),
  inNode('webpack for Node', 'webpack', () => bundled.webpack('node'), 'program.js'),
  inNode('rollup for Node', 'rollup', bundled.rollup, 'program.mjs'),
  ...[true, false].map((isolated) => inPage('esbuild', 'esbuild', () => bundled.esbuild('esm', 'browser'), isolated)),
  ...[true, false].map((isolated) => inPage('webpack', 'webpack', () => bundled.webpack('web'), isolated)),
];
