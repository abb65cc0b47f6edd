/** `thalweg/tfjs` in Chromium, on every backend that TF.js has there; SwiftShader computes what a GPU would. Needs Debian's chromium; skipped, saying so, where there is none. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { test } from 'node:test';
import { chromium, type Page } from 'playwright-core';
import { rolldown } from 'rolldown';
import type { Found } from './support/tfjs-page.ts';

const executable = '/usr/bin/chromium';
const inCI = (process.env['CI'] ?? '') !== '';
const reason = existsSync(executable) ? '' : 'no Chromium: apt-get install chromium';

/** How far parameters may be from `reference` after 40 steps, of max(|w|, Σ|Δw|), on any backend; they were off by 1e-6 at most. */
const bound = 3e-6;

/** The files of a page, by name: a page loads what saves models when it saves one. */
async function bundled(): Promise<ReadonlyMap<string, string>> {
  const bundle = await rolldown({
    input: join(import.meta.dirname, 'support/tfjs-page.ts'),
    platform: 'browser',
    resolve: { conditionNames: ['source', 'import', 'browser', 'default'] },
    logLevel: 'silent',
    // Threads load their script as a file where the library is not built; here none are started.
    external: /^node:/,
  });
  const { output } = await bundle.generate({ format: 'esm', entryFileNames: 'page.js', chunkFileNames: '[name].js' });
  await bundle.close();
  return new Map(output.flatMap((file) => (file.type === 'chunk' ? [[`/${file.fileName}`, file.code] as const] : [])));
}

test(
  'TF.js trains in Chromium on all of its backends, and nothing is read back in a step',
  { skip: reason !== '' && !inCI ? reason : false },
  async (t) => {
    assert.equal(reason, '');
    const files = await bundled();
    assert.ok(files.size > 1);
    const wasm = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'));
    const server = createServer((request, response) => {
      const path = new URL(request.url ?? '/', 'http://localhost').pathname;
      const code = files.get(path);
      if (code !== undefined) return void response.writeHead(200, { 'content-type': 'text/javascript' }).end(code);
      if (!path.startsWith('/wasm/'))
        return void response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>tfjs</title>');
      response.writeHead(200, { 'content-type': 'application/wasm' }).end(readFileSync(join(wasm, basename(path))));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)); // prettier-ignore
    const profile = mkdtempSync(join(tmpdir(), 'thalweg-tfjs-browser-'));
    const quiet = ['--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
    const gpu = [
      '--enable-unsafe-webgpu',
      '--use-webgpu-adapter=swiftshader',
      '--enable-features=Vulkan',
      '--use-angle=swiftshader',
      '--enable-unsafe-swiftshader',
    ];
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: executable,
      headless: true,
      args: ['--no-sandbox', ...quiet, ...gpu],
    });
    try {
      const open = async (): Promise<Page> => {
        const page = await context.newPage();
        await page.goto(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`);
        await page.evaluate(`import('/page.js')`);
        return page;
      };
      for (const backend of ['wasm', 'cpu', 'webgl', 'webgpu']) {
        await t.test(backend, async () => {
          const page = await open();
          const found = await page.evaluate<Found>(`onBackend('${backend}')`);
          for (const [title, off] of Object.entries(found.off)) assert.ok(off <= bound, `${title}: off by ${String(off)}`);
          if (backend.startsWith('webg')) assert.equal(found.reads, 0);
          assert.ok(found.losses.at(-1)! < 0.95 * found.losses[0]!, String(found.losses));
          assert.deepEqual(found.resumed, found.went);
          assert.equal(found.left, 0);
          await page.close();
        });
      }
      await t.test('webgl in textures of 16 bits, in which 1e-8 is 0', async () => {
        const page = await open();
        const found = await page.evaluate<number[]>(`inHalfTextures()`);
        found.forEach((w, i) => assert.ok(Math.abs(w - (1 - i)) < 0.01, String(found)));
        await page.close();
      });
    } finally {
      await context.close();
      server.close();
      rmSync(profile, { recursive: true, force: true });
    }
  },
);
