/** The built library in a real browser computes the same bits as in Node. Needs Debian's chromium; skipped, saying so, where there is none. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, normalize } from 'node:path';
import { test } from 'node:test';
import { chromium, type Page } from 'playwright-core';

const executable = '/usr/bin/chromium';
const dist = join(import.meta.dirname, '../dist');
const inCI = (process.env['CI'] ?? '') !== '';
const reason = !existsSync(executable)
  ? 'no Chromium: apt-get install chromium'
  : !existsSync(join(dist, 'index.js'))
    ? 'the library is not built: npm run build'
    : '';

const steps = 20;

/** With isolation, memory can be shared between threads. */
const isolation = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };

const policy = (scripts: string, workers: string): Readonly<Record<string, string>> => ({
  'content-security-policy': `default-src 'none'; script-src 'self' ${scripts}; worker-src 'self' ${workers}`,
});

/** The pages: with which headers each is served, and what runs there. */
const pages = {
  '/': { headers: policy("'wasm-unsafe-eval'", ''), threads: 1, backend: 'wasm', complains: false },
  '/isolated': { headers: { ...policy("'wasm-unsafe-eval'", 'blob:'), ...isolation }, threads: 2, backend: 'wasm', complains: false },
  // The script of the threads is made of text, which this policy forbids.
  '/no-workers': { headers: { ...policy("'wasm-unsafe-eval'", ''), ...isolation }, threads: 1, backend: 'wasm', complains: true },
  '/no-wasm': { headers: { ...policy('', 'blob:'), ...isolation }, threads: 1, backend: 'fround', complains: false },
} as const;

/** What a page computes: the parameters after some steps, and the number of threads. */
interface Outcome {
  readonly w: readonly number[];
  readonly threads: readonly number[];
  readonly backends: readonly string[];
}

/** Runs in Node and, with `path` to the built library, in a page. */
async function train(count: number, path?: string): Promise<Outcome> {
  const { adamw, chain, clipByGlobalNorm, lamb } = (await import(path ?? 'thalweg')) as typeof import('thalweg');
  const w: number[] = [];
  const threads: number[] = [];
  const backends: string[] = [];
  for (const method of [adamw({ lr: 0.01 }), chain(clipByGlobalNorm(0.5), lamb({ lr: 0.1, weightDecay: 0.1 }))]) {
    for (const length of [37, 40_001]) {
      const opt = await method.init({ w: Float32Array.from({ length }, (_, i) => (i % 29) / 4 - 3) }, { threads: 2 });
      for (let t = 1; t <= count; t++) {
        // Whole numbers, since engines may round a sine differently.
        opt.grads.w.forEach((_, i) => (opt.grads.w[i] = ((t * 7 + i * 13) % 17) / 8 - 1));
        opt.step();
      }
      w.push(...opt.params.w);
      threads.push(opt.threads);
      backends.push(opt.backend);
    }
  }
  return { w, threads, backends };
}

/** Minimizes a function that keeps the thread busy, in a page, until a click stops it. Gives up where none is seen. */
async function untilClicked(path: string): Promise<string> {
  const { lbfgs, minimize } = (await import(path)) as typeof import('thalweg');
  const stop = new AbortController();
  addEventListener('click', () => stop.abort());
  document.documentElement.className = 'busy';
  let left = 20_000;
  const { reason } = await minimize(
    (w: Float64Array, g: Float64Array) => {
      if (left-- === 0) throw new Error('nobody stopped it');
      for (const end = performance.now() + 1; performance.now() < end;);
      g.fill(1);
      return w[0]!;
    },
    Float64Array.of(0),
    { optimizer: lbfgs(), steps: 1e9, signal: stop.signal },
  );
  return reason;
}

/** A selector is waited for, as no expression is: a page's policy forbids to evaluate one again when the first look came too early. */
async function clickOnceBusy(page: Page): Promise<void> {
  await page.locator('html.busy').waitFor({ state: 'attached' });
  await page.mouse.click(5, 5);
}

test(
  'wasm in Chromium equals wasm in Node bit for bit, on one thread and on two, and a click stops a function that keeps the page busy',
  { skip: reason !== '' && !inCI ? reason : false },
  async () => {
    assert.equal(reason, '');
    const server = createServer((request, response) => {
      const url = new URL(request.url ?? '/', 'http://localhost');
      const path = join(dist, normalize(url.pathname));
      const here = Object.entries(pages).find(([path]) => path === url.pathname)?.[1];
      if (here === undefined && (!path.startsWith(dist) || !existsSync(path))) return void response.writeHead(404).end();
      response.writeHead(200, {
        'content-type': here === undefined ? 'text/javascript' : 'text/html',
        ...(here?.headers ?? isolation),
      });
      response.end(here === undefined ? readFileSync(path) : '<!doctype html><title>thalweg</title>');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)); // prettier-ignore
    const profile = mkdtempSync(join(tmpdir(), 'thalweg-browser-'));
    const args = [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ];
    const context = await chromium.launchPersistentContext(profile, { executablePath: executable, headless: true, args });
    try {
      const here = await train(steps);
      assert.deepEqual(here.threads, [2, 2, 2, 2]);
      for (const [place, { threads, backend, complains }] of Object.entries(pages)) {
        const page = await context.newPage();
        const complaints: string[] = [];
        page.on('console', (message) => complaints.push(message.text()));
        await page.goto(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}${place}`);
        const there = await page.evaluate<Outcome>(`(${train.toString()})(${String(steps)}, '/index.js')`);
        const all = <T>(value: T): T[] => new Array<T>(4).fill(value);
        assert.deepEqual(there, { w: here.w, threads: all(threads), backends: all(backend) }, place);
        // The browser itself tells of what a policy forbids.
        assert.equal(complaints.length > 0, complains, `${place}: ${complaints.join()}`);
        if (threads === 2) assert.equal(page.workers().length, 1);
        const [stopped] = await Promise.all([page.evaluate<string>(`(${untilClicked.toString()})('/index.js')`), clickOnceBusy(page)]);
        assert.equal(stopped, 'aborted');
        await page.close();
      }
    } finally {
      await context.close();
      server.close();
      rmSync(profile, { recursive: true, force: true });
    }
  },
);
