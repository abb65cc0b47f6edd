/** The built library in a real browser computes the same bits as in Node. Needs Debian's chromium; skipped, saying so, where there is none. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, normalize } from 'node:path';
import { test } from 'node:test';
import { chromium } from 'playwright-core';
import { adamw, chain, clipByGlobalNorm, lamb } from 'thalweg';

const executable = '/usr/bin/chromium';
const dist = join(import.meta.dirname, '../dist');
const inCI = (process.env['CI'] ?? '') !== '';
const reason = !existsSync(executable)
  ? 'no Chromium: apt-get install chromium'
  : !existsSync(join(dist, 'index.js'))
    ? 'the library is not built: npm run build'
    : '';

const steps = 50;

/** The gradient, which the page computes too: whole numbers, since engines may round a sine differently. */
const gradientAt = (t: number, i: number): number => ((t * 7 + i * 13) % 17) / 8 - 1;

test('wasm in Chromium equals wasm in Node bit for bit', { skip: reason !== '' && !inCI ? reason : false }, async () => {
  assert.equal(reason, '');
  const server = createServer((request, response) => {
    const path = join(dist, normalize(new URL(request.url ?? '/', 'http://localhost').pathname));
    const isPage = request.url === '/';
    if (!isPage && (!path.startsWith(dist) || !existsSync(path))) return void response.writeHead(404).end();
    response.writeHead(200, {
      'content-type': isPage ? 'text/html' : 'text/javascript',
      'content-security-policy': "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'",
    });
    response.end(isPage ? '<!doctype html><title>thalweg</title>' : readFileSync(path));
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
    const page = await context.newPage();
    await page.goto(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`);
    const there = await page.evaluate(async (count) => {
      const path = '/index.js';
      const { adamw: a, chain: c, clipByGlobalNorm: clip, lamb: l } = (await import(path)) as typeof import('thalweg');
      const out: number[] = [];
      for (const method of [a({ lr: 0.01 }), c(clip(0.5), l({ lr: 0.1, weightDecay: 0.1 }))]) {
        const opt = await method.init({ w: Float32Array.from({ length: 37 }, (_, k) => k / 4 - 3) });
        for (let step = 1; step <= count; step++) {
          opt.grads.w.forEach((_, k) => (opt.grads.w[k] = ((step * 7 + k * 13) % 17) / 8 - 1));
          opt.step();
        }
        out.push(...opt.params.w);
      }
      return out;
    }, steps);
    const here: number[] = [];
    for (const method of [adamw({ lr: 0.01 }), chain(clipByGlobalNorm(0.5), lamb({ lr: 0.1, weightDecay: 0.1 }))]) {
      const opt = await method.init({ w: Float32Array.from({ length: 37 }, (_, k) => k / 4 - 3) });
      for (let t = 1; t <= steps; t++) {
        opt.grads.w.forEach((_, i) => (opt.grads.w[i] = gradientAt(t, i)));
        opt.step();
      }
      here.push(...opt.params.w);
    }
    assert.deepEqual(there, here);
  } finally {
    await context.close();
    server.close();
    rmSync(profile, { recursive: true, force: true });
  }
});
