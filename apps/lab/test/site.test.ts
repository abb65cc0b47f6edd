/** The site as a reader meets it: built, below a path of a plain static server, without JavaScript, with it, and without a network. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { brotliCompressSync, constants } from 'node:zlib';
import { entries } from '@thalweg/compare';
import { chapterIds } from '@thalweg/guide';
import { parseHTML } from 'linkedom';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { serve } from './support/serve.ts';
import { skip, until, views, violations } from './support/site.ts';

const root = join(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(tmpdir(), 'thalweg-site-'));
const address = 'https://example.org/thalweg/';
// The API takes as long as all else; the step `api` checks it.
execFileSync(process.execPath, ['--conditions=source', join(root, 'scripts/site.ts'), '--without-api', '--out', folder, '--address', address], { cwd: root }); // prettier-ignore
after(() => rmSync(folder, { recursive: true, force: true }));

const pages = globSync('**/index.html', { cwd: folder }).sort();
const documents = new Map(pages.map((file) => [file, parseHTML(readFileSync(join(folder, file), 'utf8')).document]));

test('there is a page for each chapter, optimizer and transform, and for each document', () => {
  for (const id of chapterIds) assert.ok(documents.has(`guide/${id}/index.html`), id);
  for (const { name } of entries()) assert.ok(documents.has(`reference/${name}/index.html`), name);
  for (const path of ['', 'lab/', 'train/', 'rules/', 'replay/', 'reference/', 'docs/', 'docs/compare/', 'benchmarks/', 'search/', 'cite/'])
    assert.ok(documents.has(`${path}index.html`), path);
});

test('every link leads somewhere, to the place it names', () => {
  for (const [file, document] of documents) {
    for (const link of document.querySelectorAll('[href], [src]')) {
      const href = link.getAttribute('href') ?? link.getAttribute('src') ?? '';
      if (/^(https?|mailto|data):/.test(href)) continue;
      const [path = '', fragment = ''] = href.split('#');
      const target = path === '' ? file : join(dirname(file), path.split('?')[0]!, path.endsWith('/') ? 'index.html' : '');
      if (target.startsWith('api/')) continue;
      assert.ok(!target.startsWith('..') && existsSync(join(folder, target)), `${file} leads to ${href}`);
      // What stands behind a question mark is read by the page.
      if (fragment === '' || fragment.startsWith('?')) continue;
      assert.ok(documents.get(target)?.getElementById(decodeURIComponent(fragment)) != null, `${file} leads to ${href}`);
    }
  }
});

test('every page says what it is, and nothing in it is inline', () => {
  const titles = new Set<string>();
  for (const [file, document] of documents) {
    const meta = (name: string): string => document.querySelector(`meta[name="${name}"], meta[property="${name}"]`)?.getAttribute('content') ?? ''; // prettier-ignore
    const title = document.querySelector('title')?.textContent ?? '';
    assert.ok(title.length > 5 && !titles.has(title), `${file}: ${title}`);
    titles.add(title);
    assert.ok(meta('description').length >= 15, file);
    assert.equal(document.querySelectorAll('h1').length, 1, file);
    const here = `${address}${file.replace(/index\.html$/, '')}`;
    assert.equal(document.querySelector('link[rel=canonical]')?.getAttribute('href'), here);
    assert.equal(meta('og:url'), here);
    const picture = readFileSync(join(folder, meta('og:image').slice(address.length)));
    assert.deepEqual([picture.readUInt32BE(16), picture.readUInt32BE(20)], [1200, 630], file);
    assert.equal(document.querySelectorAll('[style], style, script:not([src])').length, 0, file);
    const ids = [...document.querySelectorAll('main [id]')].map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length, file);
    assert.ok(
      document.querySelector('footer a[href$="/cite/"], footer a[href="./"], footer a[href^="../"], footer a[href="cite/"]') !== null,
      file,
    );
  }
});

/**
 * How many words a chapter's story has as it is written out: what stands in its paragraphs and lists, a formula being one word. Not counted are experiments with their
 * captions, predictions with their answers and reasons, tables, what the study measured, and what stands below the story: claims and rules gone wrong.
 */
function wordsOf(document: Document): number {
  const beside = '.experiment, .predict, .reveal, figure, table, .studied, [data-studied], .claims, .wrong, .score, .lineage, .number, .lead, .next, .note:not(.skip), label, .row'; // prettier-ignore
  const story = document.querySelector('article')!.cloneNode(true) as Element;
  for (const reason of story.querySelectorAll('.told > p:first-child')) reason.remove();
  for (const one of story.querySelectorAll(beside)) one.remove();
  for (const formula of story.querySelectorAll('.katex')) formula.textContent = '0';
  const places = [...story.querySelectorAll('p, li')].filter((one) => one.parentElement?.closest('p, li') == null);
  return places.reduce((sum, { textContent }) => sum + (textContent.match(/\S*[\p{L}\p{N}]\S*/gu)?.length ?? 0), 0);
}

test('the story has 2,500 to 3,500 words over the chapters', () => {
  const counts = chapterIds.map((id) => wordsOf(documents.get(`guide/${id}/index.html`)!));
  const total = counts.reduce((sum, count) => sum + count, 0);
  assert.ok(total >= 2500 && total <= 3500, `${String(total)}: ${counts.join(', ')}`);
  assert.ok(
    counts.every((count) => count > 150 && count < 700),
    counts.join(', '),
  );
});

const sizes = new Map<string, number>();
/** The bytes of a file of the site as a host sends it, compressed unless that makes it larger. */
function size(file: string): number {
  const body = readFileSync(join(folder, file));
  const known =
    sizes.get(file) ?? Math.min(body.length, brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } }).length);
  sizes.set(file, known);
  return known;
}

test('what a page begins with is under 300 kB compressed', () => {
  for (const [file, document] of documents) {
    const loads = [...document.querySelectorAll('link[rel=stylesheet], link[rel=modulepreload], script[src]')].map((one) => join(dirname(file), one.getAttribute('href') ?? one.getAttribute('src') ?? '')); // prettier-ignore
    const total = [file, ...loads].reduce((sum, one) => sum + size(one), 0);
    assert.ok(total < 300_000, `${file}: ${String(total)}`);
  }
});

describe('in a browser', { skip }, () => {
  let browser: Browser;
  let site: Awaited<ReturnType<typeof serve>>;
  before(async () => {
    site = await serve(folder, '/thalweg/');
    browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
  });
  after(async () => {
    await browser.close();
    await site.close();
  });

  /** Opens a page in a context of its own; what it reports as an error is collected. */
  async function open(
    path: string,
    options: BrowserContextOptions = {},
  ): Promise<{ page: Page; errors: string[]; close: () => Promise<void> }> {
    const context = await browser.newContext({ viewport: views.desktop, ...options });
    const page = await context.newPage();
    const errors: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(`${message.text()} ${message.location().url}`);
    });
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(`${site.address}${path}`);
    return { page, errors, close: () => context.close() };
  }

  test('without JavaScript a chapter has its text, formulas and pictures, and a link to the next', async () => {
    const { page, errors, close } = await open('guide/sgd/', { javaScriptEnabled: false });
    const { document } = parseHTML(await page.content());
    assert.ok((document.querySelector('main')?.textContent.length ?? 0) > 1500);
    assert.ok(document.querySelectorAll('.katex-html').length > 0);
    const box = await page.locator('img.still').first().boundingBox();
    assert.ok(box !== null && box.width > 200 && box.height > 100);
    assert.ok(document.querySelectorAll('[data-figure] svg path').length > 0);
    await page.locator('a', { hasText: 'Next' }).click();
    await page.waitForURL(`${site.address}guide/momentum/`);
    // What is measured when pages are written is painted by the style sheet alone, by day and by night.
    const paths = await page.locator('.plane path').evaluateAll((all) => all.map((one) => one.getAttribute('d')?.length ?? 0));
    assert.ok(paths.filter((length) => length > 100).length >= 8, paths.join());
    assert.deepEqual(errors, []);
    await close();
  });

  test('with JavaScript it comes alive in place, and one goes from page to page without loading a document', async () => {
    const { page, errors, close } = await open('guide/sgd/');
    await page.getByRole('application').first().locator('canvas').first().waitFor();
    await page.evaluate('globalThis.stayed = true');
    await page.getByRole('link', { name: 'Lab', exact: true }).click();
    await page.getByRole('heading', { name: 'The lab' }).waitFor({ state: 'attached' });
    assert.equal(page.url().split('#')[0], `${site.address}lab/`);
    await page.goBack();
    await page.getByRole('heading', { name: 'SGD', level: 1 }).waitFor();
    assert.equal(await page.evaluate('globalThis.stayed'), true);
    assert.deepEqual(errors, []);
    await close();
  });

  test('from a chapter one gets to the lab with its race, and to the rule that goes wrong; an experiment stands alone in a frame', async () => {
    const { page, errors, close } = await open('guide/adam/');
    const lab = page.getByRole('link', { name: 'Open in the lab' }).first();
    await lab.waitFor();
    assert.match((await lab.getAttribute('href')) ?? '', /lab\/#\?s=[\w-]+$/);
    await page.locator('.wrong a').first().click();
    await until(async () => (await page.evaluate('document.activeElement.id')) === 'rule-multiplied');
    await page.goto(`${site.address}guide/adam/?embed=2`);
    await page.locator('.experiment:visible').first().waitFor();
    await until(async () => (await page.locator('.experiment:visible').count()) === 1);
    assert.equal(await page.locator('header:visible, footer:visible, h1:visible, main p.lead:visible').count(), 0);
    assert.deepEqual(errors, []);
    await close();
  });

  test('the formulas of a page come with it: what typesets them is fetched when another is opened, or asks for a new one', async () => {
    const { page, errors, close } = await open('guide/adam/');
    const fetched: string[] = [];
    page.on('request', (request) => fetched.push(request.url()));
    const typesets = (): boolean => fetched.some((url) => /\/katex-[^/]*\.js$/.test(url));
    await page.reload();
    await page.getByRole('application').first().locator('canvas').first().waitFor();
    const places = page.locator('main :is(span.inline, div.formula)');
    assert.ok((await places.count()) > 50);
    assert.equal(await places.filter({ hasNot: page.locator('.katex-html') }).count(), 0);
    assert.ok(!typesets(), 'all formulas were there');
    await page.locator('[data-prediction="adam.uncorrected"]').getByRole('radio').first().check();
    await page.getByLabel('correct m').check();
    await until(() => Promise.resolve(typesets()));
    const toggled = page.locator('[data-prediction="adam.uncorrected"] div.formula .katex-html');
    await toggled.waitFor();
    await page.getByRole('link', { name: /^Next/ }).click();
    await page.getByRole('heading', { name: 'Weight decay', level: 1 }).waitFor();
    await page.locator('main .katex-html').nth(20).waitFor();
    assert.equal(await places.filter({ hasNot: page.locator('.katex-html') }).count(), 0);
    assert.deepEqual(errors, []);
    await close();
  });

  test('an address of other days, behind a hash, is that of today', async () => {
    const { page, close } = await open('#/rules?at=float32');
    await page.waitForURL(`${site.address}rules/#?at=float32`);
    await until(async () => (await page.evaluate('document.activeElement.id')) === 'rule-float32');
    await close();
  });

  test('all that is fetched before anyone touches a page is under 300 kB compressed, fonts, pictures and workers included', async () => {
    for (const path of [
      '',
      ...chapterIds.map((id) => `guide/${id}/`),
      'lab/',
      'train/',
      'rules/',
      'replay/',
      'study/',
      'search/',
      'reference/adam/',
    ]) {
      // The more is in view, the more is fetched.
      const context = await browser.newContext({ viewport: { width: 1920, height: 1200 }, serviceWorkers: 'block' });
      const page = await context.newPage();
      const asked = new Set<string>();
      page.on('request', (request) => asked.add(request.url().split(/[?#]/)[0]!.slice(site.address.length)));
      await page.goto(`${site.address}${path}`, { waitUntil: 'networkidle' });
      const files = [...asked].map((file) => (file === path ? `${path}index.html` : file));
      assert.ok(files.length > 5, path);
      const total = files.reduce((sum, file) => sum + size(file), 0);
      assert.ok(total < 300_000, `${path}: ${String(total)} bytes: ${files.map((file) => `${file} ${String(size(file))}`).join(', ')}`);
      await context.close();
    }
  });

  test('no chapter is wider than a phone, nor the study', async () => {
    for (const path of [...chapterIds.map((id) => `guide/${id}/`), 'study/']) {
      const { page, close } = await open(path, { viewport: views.phone, reducedMotion: 'reduce' });
      await page.locator('main').waitFor();
      await until(async () => path === 'study/' || (await page.evaluate("performance.getEntriesByName('alive').length")) === 1);
      assert.equal(await page.evaluate('document.documentElement.scrollWidth'), views.phone.width, path);
      await close();
    }
  });

  test('formulas of chapters are set in the trimmed fonts, with no character that asks for a whole one', async () => {
    for (const id of chapterIds) {
      const { page, errors, close } = await open(`guide/${id}/`);
      const loaded =
        await page.evaluate(`document.fonts.ready.then(() => [...document.fonts].flatMap(({ family, weight, status, unicodeRange }) =>
        status === 'loaded' && weight === '400' && /^KaTeX_(Main|Math)$/.test(family) ? [family + (/^U\\+0-10FFFF$/i.test(unicodeRange) ? ' whole' : '')] : []))`);
      assert.ok(Array.isArray(loaded));
      assert.deepEqual(loaded.map(String).sort(), ['KaTeX_Main', 'KaTeX_Math'], id);
      assert.deepEqual(errors, []);
      await close();
    }
  });

  test('what is searched for is found: a chapter, an option, a function', async () => {
    const { page, errors, close } = await open('search/');
    for (const [query, title] of [
      ['momentum', /Momentum/],
      ['amsgrad', /^adam/],
      ['weight decay', /Weight decay/],
    ] as const) {
      await page.getByLabel('What to look for').fill(query);
      await page.locator('#found li a').filter({ hasText: title }).first().waitFor();
    }
    await page.locator('#found li a').first().click();
    await page.locator('h1').waitFor();
    assert.deepEqual(errors, []);
    await close();
  });

  test('once it has been opened it opens without a network, whichever page', async () => {
    const { page, errors, close } = await open('guide/sgd/');
    await page.evaluate('navigator.serviceWorker.ready');
    await until(
      async () => (await page.evaluate('navigator.serviceWorker.ready.then(({ active }) => active?.state)')) === 'activated',
      20_000,
    );
    await page.reload();
    await page.context().setOffline(true);
    for (const path of ['guide/adam/', 'lab/', 'reference/lion/', 'search/?q=adam', '']) {
      await page.goto(`${site.address}${path}`);
      await page.locator('h1').first().waitFor({ state: 'attached' });
    }
    assert.deepEqual(errors, []);
    await close();
  });

  test('axe finds nothing on pages of text, by day and by night, and nothing is wider than a phone', async () => {
    for (const path of ['', 'reference/', 'reference/adam/', 'docs/', 'docs/compare/', 'benchmarks/', 'search/', 'cite/', '404.html']) {
      const isDark = path.length % 2 === 1;
      const { page, errors, close } = await open(path, { viewport: views.phone, colorScheme: isDark ? 'dark' : 'light' });
      await page.locator('h1').first().waitFor({ state: 'attached' });
      assert.equal(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true, path);
      assert.deepEqual(await violations(page), [], path);
      assert.deepEqual(errors, [], path);
      await close();
    }
  });
});
