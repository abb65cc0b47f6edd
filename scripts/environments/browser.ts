/** Rows of pages without a bundler, and of Vite: what a page's headers allow decides what runs there. */
import * as bundled from './bundled.ts';
import { browserOnly } from './machine.ts';
import { chromiumVersion, open } from './pages.ts';
import { home, version } from './prepare.ts';
import { tool } from './process.ts';
import type { Expected, Found, Row } from './row.ts';
import { served } from './served.ts';
import { isolation, serve } from './server.ts';

const several: Expected = { backend: 'wasm', threads: 'several' };
const one: Expected = { backend: 'wasm', threads: 'one' };
const inScript: Expected = { backend: 'fround', threads: 'one' };

/** A page that loads a script of the folder by an import map, which may lie on another origin. */
const page = (script: string, origin = ''): string =>
  `<!doctype html><script type="importmap">{"imports":{"thalweg":"${origin}/node_modules/thalweg/dist/index.js"}}</script>` +
  `<script type="module" src="${script}"></script>`;

const row = (name: string, run: () => Promise<Found>): Row => ({ name, versions: chromiumVersion, missing: browserOnly, run });

/** Opens a page that the folder of the environments is served to. */
async function opened(html: string, headers: Readonly<Record<string, string>>, expected: Expected): Promise<Found> {
  const server = await serve(home, headers, { '/': html });
  try {
    return await open(`${server.origin}/`, expected);
  } finally {
    server.close();
  }
}

/** Opens an isolated page whose library comes from another origin. */
async function fromElsewhere(): Promise<Found> {
  const headers = { 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' };
  const elsewhere = await serve(home, headers);
  try {
    return await opened(page('/program.js', elsewhere.origin), isolation, several);
  } finally {
    elsewhere.close();
  }
}

/** The policy that the documentation tells to send. */
const allowed = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src blob:";

/** Opens a bundle in an isolated page under a Content-Security-Policy. */
async function underPolicy(policy: string, expected: Expected): Promise<Found> {
  const headers = { 'content-security-policy': policy, ...isolation };
  const html = '<!doctype html><script type="module" src="program.js"></script>';
  const server = await serve(await bundled.esbuild('esm', 'browser'), headers, { '/': html });
  try {
    return await open(`${server.origin}/`, expected);
  } finally {
    server.close();
  }
}

/** Opens a page whose only script starts a worker, in which the bundle runs. */
async function inWorker(isolated: boolean): Promise<Found> {
  const script = "new Worker('/program.js', { type: 'module' })";
  const server = await serve(await bundled.esbuild('esm', 'browser'), isolated ? isolation : {}, {
    '/': `<!doctype html><script>${script}</script>`,
  });
  try {
    return await open(`${server.origin}/`, isolated ? several : one);
  } finally {
    server.close();
  }
}

const inVite = (how: 'dev' | 'build + preview', isolated: boolean): Row => ({
  name: `Vite ${how}, ${isolated ? 'isolated page' : 'page'}`,
  versions: () => `vite ${version('vite')}, ${chromiumVersion()}`,
  missing: browserOnly,
  run: async () => {
    const args = how === 'dev' ? [] : ['preview', '--outDir', await bundled.vite()];
    const env = { ISOLATED: isolated ? '1' : '0' };
    return served(tool('vite'), args, env, (origin) => open(`${origin}/`, isolated ? several : one));
  },
});

/** The rows. */
export const browser: readonly Row[] = [
  row('page with an import map, isolated', () => opened(page('/program.js'), isolation, several)),
  row('page with an import map', () => opened(page('/program.js'), {}, one)),
  row('page, library from another origin, isolated', fromElsewhere),
  row("page, strict CSP without 'wasm-unsafe-eval'", () => underPolicy("default-src 'self'", inScript)),
  row("page, CSP with 'wasm-unsafe-eval', no workers", () => underPolicy("default-src 'self' 'wasm-unsafe-eval'", one)),
  row("page, CSP with 'wasm-unsafe-eval' and workers", () => underPolicy(allowed, several)),
  row('web worker, isolated page', () => inWorker(true)),
  row('web worker', () => inWorker(false)),
  ...(['dev', 'build + preview'] as const).flatMap((how) => [true, false].map((isolated) => inVite(how, isolated))),
];
