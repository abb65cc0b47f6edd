/** The built lab in a real browser: every chapter and the lab open under the policy without an error. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { chapterIds } from '@thalweg/guide';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { build, preview, type PreviewServer } from 'vite';

const executable = '/usr/bin/chromium';
const inCI = (process.env['CI'] ?? '') !== '';
const skip = existsSync(executable) || inCI ? false : 'no Chromium: apt-get install chromium';
const configFile = join(import.meta.dirname, '../vite.config.ts');
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
];

describe('pages', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'thalweg-lab-'));
  let server: PreviewServer;
  let context: BrowserContext;
  let address = '';

  before(async () => {
    const outDir = join(folder, 'dist');
    const shared = { configFile, configLoader: 'native', logLevel: 'error' } as const;
    await build({ ...shared, build: { outDir, emptyOutDir: true } });
    server = await preview({ ...shared, build: { outDir }, preview: { port: 0 } });
    address = server.resolvedUrls?.local[0] ?? '';
    context = await chromium.launchPersistentContext(join(folder, 'profile'), { executablePath: executable, headless: true, args });
  });
  after(async () => {
    await context.close();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(
    path: string,
    viewport: { readonly width: number; readonly height: number },
  ): Promise<{ page: Page; errors: string[] }> {
    const page = await context.newPage();
    const errors: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    page.on('pageerror', (error) => errors.push(error.message));
    await page.setViewportSize(viewport);
    await page.goto(`${address}#/${path}`);
    await page.locator('h1').first().waitFor({ state: 'attached' });
    return { page, errors };
  }

  for (const chapter of chapterIds) {
    test(`the chapter ${chapter} opens on a desktop and on a phone, and nothing is wider than the page`, async () => {
      for (const viewport of [
        { width: 1200, height: 900 },
        { width: 390, height: 800 },
      ]) {
        const { page, errors } = await open(`guide/${chapter}`, viewport);
        await page.locator('.katex').first().waitFor();
        assert.equal(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true, `at ${String(viewport.width)}`);
        assert.deepEqual(errors, []);
        await page.close();
      }
    });
  }

  test('the lab races six optimizers, and each of its tools opens', async () => {
    const { page, errors } = await open('lab', { width: 1200, height: 1000 });
    await page.getByText('600/600').or(page.getByText('/600')).first().waitFor();
    for (const name of ['SGD + momentum', 'AdaGrad', 'RMSProp', 'AdamW']) await page.getByText(name).first().waitFor();
    for (const tool of ['Step by step', 'Write your own', 'Maps of many runs', 'Keep and share', 'Plots']) {
      await page.getByRole('tab', { name: tool }).click();
      await page.waitForTimeout(150);
    }
    assert.equal(await page.evaluate('crossOriginIsolated'), true);
    assert.deepEqual(errors, []);
    await page.close();
  });

  test('a doctored link is refused in words, and the lab starts as always', async () => {
    const { page, errors } = await open('lab?s=bm90IGEgbGluaw', { width: 1200, height: 900 });
    await page.getByRole('alert').waitFor();
    assert.match(await page.getByRole('alert').innerText(), /The link cannot be used/);
    assert.deepEqual(errors, []);
    await page.close();
  });
});
