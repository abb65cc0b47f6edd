/** The WebGPU example reaches the loss that its first lines state, in Chromium with SwiftShader, which runs shaders on the CPU. Needs Debian's chromium; without it the test is skipped with a message. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { chromium } from 'playwright-core';
import { rolldown } from 'rolldown';

const executable = '/usr/bin/chromium';
const inCI = (process.env['CI'] ?? '') !== '';
const skip = existsSync(executable) || inCI ? false : 'no Chromium: apt-get install chromium';

test('webgpu.ts learns its wave from gradients that a shader computes', { skip }, async () => {
  const bundle = await rolldown({
    input: join(import.meta.dirname, 'webgpu.ts'),
    platform: 'browser',
    resolve: { conditionNames: ['source', 'import', 'default'] },
  });
  const { output } = await bundle.generate({ format: 'es', codeSplitting: false });
  await bundle.close();
  const server = createServer((request, response) => {
    const isCode = request.url === '/page.js';
    response.writeHead(200, { 'content-type': isCode ? 'text/javascript' : 'text/html' }).end(isCode ? output[0].code : '<!doctype html>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)); // prettier-ignore
  const profile = mkdtempSync(join(tmpdir(), 'thalweg-webgpu-example-'));
  const args = ['--no-sandbox', '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-features=Vulkan', '--disable-background-networking', '--no-first-run']; // prettier-ignore
  const context = await chromium.launchPersistentContext(profile, { executablePath: executable, headless: true, args });
  try {
    const page = await context.newPage();
    await page.goto(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`);
    const { first, last } = await page.evaluate<{ first: number; last: number }>(`import('/page.js').then(({ train }) => train())`);
    assert.ok(first > 0.3 && last < 0.002, `from ${String(first)} to ${String(last)}`);
  } finally {
    await context.close();
    server.close();
    rmSync(profile, { recursive: true, force: true });
  }
});
