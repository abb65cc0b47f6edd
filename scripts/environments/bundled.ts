/** Bundles the program in each way that rows need, once, into a folder of its own. */
import { basename, join } from 'node:path';
import { out } from './prepare.ts';
import { must, tool } from './process.ts';

const folder = (name: string): string => join(out, name);

/** A bundle is made once, however many rows use it. */
const made = new Map<string, Promise<string>>();

function once(name: string, make: (folder: string) => Promise<unknown>): Promise<string> {
  let bundle = made.get(name);
  if (bundle === undefined) made.set(name, (bundle = make(folder(name)).then(() => folder(name))));
  return bundle;
}

/** By esbuild; the bundle is program.EXTENSION. */
export const esbuild = (format: 'esm' | 'cjs', platform: 'node' | 'browser', entry = 'program.js'): Promise<string> =>
  once(`esbuild-${format}-${platform}-${entry}`, (to) => {
    const extension = format === 'cjs' ? '.cjs' : platform === 'node' ? '.mjs' : '.js';
    const how = ['--bundle', `--format=${format}`, `--platform=${platform}`, `--outdir=${to}`, `--out-extension:.js=${extension}`];
    return must(tool('esbuild'), [entry, ...how, '--log-level=warning']);
  });

/** By webpack; the bundle is program.js. */
export const webpack = (target: 'web' | 'node', entry = './program.js'): Promise<string> =>
  once(`webpack-${target}-${basename(entry)}`, (to) => must(process.execPath, ['webpack.js', entry, target, to]));

/** By rollup; the bundle is program.mjs. */
export const rollup = (): Promise<string> =>
  once('rollup', (to) =>
    must(tool('rollup'), ['program.js', '--dir', to, '--entryFileNames', '[name].mjs', '-p', 'node-resolve', '--silent']),
  );

/** By Vite, as a page. */
export const vite = (): Promise<string> =>
  once('vite', (to) => must(tool('vite'), ['build', '--outDir', to, '--emptyOutDir', '--logLevel', 'warn']));
