/** How the lab is built and served: the published library from its source, strict headers, heavy parts in chunks of their own. */
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defaultClientConditions, defineConfig, type Plugin } from 'vite';
import { dataFiles } from './data.ts';
import { contentSecurityPolicy, headers } from './policy.ts';

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

/** Leaves out what only those who work on the compiler need, and what classes declare for their types alone, as the published build does. */
function lean(): Plugin {
  return {
    name: 'lab-lean',
    apply: 'build',
    enforce: 'pre',
    transform: {
      filter: { id: /packages\/thalweg\/src\/.*\.ts$/ },
      handler: (code, id) =>
        id.endsWith('/train/debug.ts')
          ? { code: 'export const debugTrace = () => undefined;', map: null }
          : { code: code.replaceAll(/^ {2}(?:private |readonly )*\w+: [^=;{}]*;$/gm, ''), map: null },
    },
  };
}

export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [svelte(), policy(), data(), lean()],
  resolve: { conditions: ['source', ...defaultClientConditions] },
  build: { target: 'es2024', modulePreload: { polyfill: false }, assetsInlineLimit: 0, chunkSizeWarningLimit: 1500 },
  worker: { format: 'es', plugins: () => [lean()] },
  preview: { headers, host: '127.0.0.1', port: 4173 },
  ssr: { resolve: { conditions: ['source'] } },
});
