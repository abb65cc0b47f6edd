/** How the lab is built and served: the published library from its source, strict headers, heavy parts in chunks of their own. */
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defaultClientConditions, defineConfig, type Plugin } from 'vite';
import { withoutDebug } from '../../scripts/without-debug.ts';
import { dataFiles } from './data.ts';
import { trimmedFonts } from './fonts.ts';
import { leanPlot } from './lean-plot.ts';
import { contentSecurityPolicy, headers } from './policy.ts';
import { methodsAlone, withoutFiles } from './without-files.ts';

/** Writes the policy into the page, for hosts that send no headers, and a `_headers` file for those that read one. */
function policy(): Plugin {
  return {
    name: 'lab-policy',
    apply: 'build',
    transformIndexHtml: () => [
      { tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content: contentSecurityPolicy }, injectTo: 'head-prepend' },
    ],
    generateBundle() {
      const lines = Object.entries(headers).map(([name, value]) => `  ${name}: ${value}`);
      this.emitFile({ type: 'asset', fileName: '_headers', source: `/*\n${lines.join('\n')}\n` });
    },
  };
}

/** The text and the digits, made from the packages that the comparer reads. */
function data(): Plugin {
  return {
    name: 'lab-data',
    apply: 'build',
    generateBundle() {
      for (const [name, bytes] of Object.entries(dataFiles())) {
        this.emitFile({ type: 'asset', fileName: `data/${name}`, source: bytes });
      }
    },
  };
}

export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [
    svelte(),
    policy(),
    data(),
    { ...trimmedFonts, apply: 'build' },
    { ...withoutDebug, apply: 'build' },
    { ...withoutFiles, apply: 'build' },
    { ...methodsAlone, apply: 'build', enforce: 'pre' },
    { ...leanPlot, apply: 'build' },
  ],
  resolve: { conditions: ['source', ...defaultClientConditions] },
  build: { target: 'es2024', modulePreload: { polyfill: false }, assetsInlineLimit: 0, chunkSizeWarningLimit: 1500 },
  worker: { format: 'es', plugins: () => [withoutDebug, withoutFiles, { ...methodsAlone, enforce: 'pre' }] },
  preview: { headers, host: '127.0.0.1', port: 4173 },
  ssr: { resolve: { conditions: ['source'] } },
});
