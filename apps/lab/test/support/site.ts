/**
 * The built lab, served with its headers, and a browser to open it in. A build is kept under the hash of all that goes into it, so that
 * test files that run side by side, or again, build once. Knows how the lab is built; knows no page of it.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { build, preview } from 'vite';

const executable = '/usr/bin/chromium';
const lab = join(import.meta.dirname, '../..');
const root = join(lab, '../..');
const cache = join(root, 'node_modules/.cache/thalweg-lab');
const shared = { configFile: join(lab, 'vite.config.ts'), configLoader: 'native', logLevel: 'error' } as const;
const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update']; // prettier-ignore

/** Why tests in a browser are left out; false where they run. In CI a missing browser is a failure. */
export const skip = existsSync(executable) || (process.env['CI'] ?? '') !== '' ? false : 'no Chromium: apt-get install chromium';

/** Where pictures of the pages are kept, for people to look at. */
export const shots = join(lab, '.pictures');

/** How a page is opened. */
export interface View {
  readonly width: number;
  readonly height: number;
  readonly dark?: boolean;
  /** Whether things move by themselves; in most tests they stand where they end. */
  readonly moving?: boolean;
}

/** A desktop and a phone. */
export const views = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } } as const;

/** The served lab. */
export interface Site {
  /** Opens `#/path`; what the page reports as an error is collected. */
  readonly open: (path: string, view?: View) => Promise<{ page: Page; errors: string[] }>;
  /** Where it is served. */
  readonly address: string;
  /** Where it was built. */
  readonly folder: string;
  readonly context: BrowserContext;
  readonly close: () => Promise<void>;
}

/** Headers of a host that does not isolate its pages, so that there is no shared memory. */
export const bare: Readonly<Record<string, string>> = {
  'Cross-Origin-Opener-Policy': 'unsafe-none',
  'Cross-Origin-Embedder-Policy': 'unsafe-none',
};

/** Builds what is not built, serves it, with `headers` in the place of its own where given, and starts a browser. */
export async function openSite(headers: Readonly<Record<string, string>> = {}): Promise<Site> {
  const outDir = await built();
  const server = await preview({ ...shared, build: { outDir }, preview: { port: 0, headers } });
  const address = server.resolvedUrls?.local[0] ?? '';
  const profile = mkdtempSync(join(tmpdir(), 'thalweg-lab-'));
  const context: BrowserContext = await chromium.launchPersistentContext(profile, { executablePath: executable, headless: true, args });
  mkdirSync(shots, { recursive: true });
  return {
    address,
    folder: outDir,
    context,
    async open(path, view = views.desktop) {
      const page = await context.newPage();
      const errors: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error') errors.push(message.text());
      });
      page.on('pageerror', (error) => errors.push(error.message));
      await page.setViewportSize({ width: view.width, height: view.height });
      await page.emulateMedia({
        colorScheme: view.dark === true ? 'dark' : 'light',
        reducedMotion: view.moving === true ? 'no-preference' : 'reduce',
      });
      await page.goto(`${address}#/${path}`);
      await page.locator('h1').first().waitFor({ state: 'attached' });
      return { page, errors };
    },
    async close() {
      await context.close();
      await server.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

/** Goes to the first figure in sight, if there is one, for only then is fetched what draws them; waits until all are drawn. */
export async function drawFigures(page: Page): Promise<void> {
  const figures = await page.locator('[data-figure]:visible').all();
  await figures[0]?.scrollIntoViewIfNeeded();
  for (const figure of figures) await figure.locator('svg').first().waitFor();
}

/** What axe finds on a page that people could not use, as rule and place; typeset glyphs, which are hidden from screen readers, left out. */
export async function violations(page: Page, within = 'html'): Promise<string[]> {
  await drawFigures(page);
  const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  await page.evaluate(axe);
  const found = await page.evaluate(
    `axe.run({ include: [${JSON.stringify(within)}], exclude: ['.katex-html'] }).then(({ violations }) =>
      violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ target }) => target.join(' ')).join(', ')))`,
  );
  assert.ok(Array.isArray(found));
  return found.map(String);
}

/** Waits until something is so; the page's own policy forbids the browser to evaluate conditions. */
export async function until(what: () => Promise<boolean>, most = 5000): Promise<void> {
  for (const started = performance.now(); !(await what());) {
    assert.ok(performance.now() - started < most, `not within ${String(most)} ms: ${what.toString()}`);
    await pause(30);
  }
}

/** Whether nothing is wider than the page. */
export async function fits(page: Page): Promise<boolean> {
  await drawFigures(page);
  return (await page.evaluate('document.documentElement.scrollWidth <= innerWidth')) === true;
}

async function built(): Promise<string> {
  const outDir = join(cache, fingerprint());
  const lock = `${outDir}.lock`;
  mkdirSync(cache, { recursive: true });
  for (let waited = 0; !existsSync(outDir); waited += 200) {
    try {
      mkdirSync(lock);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      // Another process builds; one that died leaves its lock behind.
      if (waited > 120_000) rmSync(lock, { recursive: true, force: true });
      await pause(200);
      continue;
    }
    try {
      for (const old of readdirSync(cache))
        if (old !== `${outDir}.lock`.slice(cache.length + 1)) rmSync(join(cache, old), { recursive: true, force: true });
      await build({ ...shared, build: { outDir: `${outDir}.part`, emptyOutDir: true } });
      renameSync(`${outDir}.part`, outDir);
    } finally {
      rmSync(lock, { recursive: true, force: true });
    }
  }
  return outDir;
}

/** The hash of everything that goes into a build. */
function fingerprint(): string {
  const hash = createHash('sha256');
  const add = (path: string): void => {
    if (statSync(path).isDirectory()) {
      for (const name of readdirSync(path).sort()) add(join(path, name));
    } else {
      hash.update(path.slice(root.length)).update(readFileSync(path));
    }
  };
  for (const name of [
    'src',
    'public',
    'index.html',
    'data.ts',
    'policy.ts',
    'fonts.ts',
    'lean-plot.ts',
    'without-files.ts',
    'vite.config.ts',
    'svelte.config.js',
  ])
    add(join(lab, name));
  for (const name of ['thalweg', 'guide', 'compare']) add(join(root, 'packages', name, 'src'));
  add(join(root, 'package-lock.json'));
  return hash.digest('hex').slice(0, 16);
}
