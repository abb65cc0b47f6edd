/** The built adapter for jax-js in a real browser: on wasm, with and without the workers of an isolated page, and on webgpu, where there is one. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, normalize } from 'node:path';
import { test } from 'node:test';
import { chromium } from 'playwright-core';

const executable = '/usr/bin/chromium';
const [dist, jax] = [join(import.meta.dirname, '../dist'), join(import.meta.dirname, '../../../node_modules/@jax-js/jax/dist')];
const inCI = (process.env['CI'] ?? '') !== '';
const reason = !existsSync(executable)
  ? 'no Chromium: apt-get install chromium'
  : !existsSync(join(dist, 'jax.js'))
    ? 'the library is not built: npm run build'
    : '';

/** What a page computes: the parameters after some steps by both forms, or that it has no such device. */
interface Outcome {
  readonly missing: boolean;
  readonly engine: string;
  readonly pure: readonly number[];
  readonly held: readonly number[];
}

/** Runs in Node and, where jax-js and thalweg have these addresses, in a page. */
async function train(device: 'wasm' | 'webgpu', paths = ['@jax-js/jax', 'thalweg', 'thalweg/jax']): Promise<Outcome> {
  const [first = '', second = '', third = ''] = paths;
  const { defaultDevice, init, numpy: np, tree } = (await import(first)) as typeof import('@jax-js/jax');
  const thalweg = (await import(second)) as typeof import('thalweg');
  const { adamw, chain, clipByGlobalNorm, groups, muon, warmupCosine } = thalweg;
  const { gradientTransformation, optimizer } = (await import(third)) as typeof import('thalweg/jax');
  if (!(await init(device)).includes(device)) return { missing: true, engine: '', pure: [], held: [] };
  defaultDevice(device);
  const method = chain(
    clipByGlobalNorm(1),
    groups([
      { match: { rank: 2 }, use: muon({ lr: 0.02 }) },
      { match: thalweg.otherwise, use: adamw({ lr: warmupCosine({ peak: 0.1, warmup: 3, total: 12 }) }) },
    ]),
  );
  // Whole numbers, since engines may round a sine differently.
  const values = (n: number, t: number): Float32Array<ArrayBuffer> => Float32Array.from({ length: n }, (_, i) => ((t * 7 + i * 13) % 17) / 8 - 1); // prettier-ignore
  const params = (t: number) => ({ W: np.array(values(48, t)).reshape([8, 6]), b: np.array(values(5000, t + 1)) });
  const numbers = async (given: ReturnType<typeof params>): Promise<number[]> => [...(await given.W.data()), ...(await given.b.data())];
  const form = gradientTransformation(method);
  let [w, state] = [params(0), form.init(params(0))];
  for (let t = 1; t <= 12; t++) [w, state] = form.step(w, params(t), state);
  const opt = await optimizer(method).init(params(0));
  let held = opt.params();
  for (let t = 1; t <= 12; t++) {
    tree.dispose(held);
    held = await opt.step(params(t));
  }
  const { engine } = opt;
  return { missing: false, engine, pure: await numbers(w), held: await numbers(held) };
}

const far = (a: readonly number[], b: readonly number[]): number => {
  assert.equal(a.length, b.length);
  return a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i]!)), 0);
};

test('in Chromium, jax-js steps as in Node', { skip: reason !== '' && !inCI ? reason : false }, async () => {
  assert.equal(reason, '');
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const isolation = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };
    const folder = pathname.startsWith('/jax-js/') ? jax : dist;
    const path = join(folder, normalize(pathname.replace('/jax-js/', '/')));
    if (pathname === '/plain' || pathname === '/isolated') {
      response.writeHead(200, { 'content-type': 'text/html', ...(pathname === '/isolated' ? isolation : {}) });
      return void response.end('<!doctype html><script type="importmap">{"imports":{"@jax-js/jax":"/jax-js/index.js"}}</script>');
    }
    if (!existsSync(path) || !path.startsWith(folder)) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': 'text/javascript', ...isolation });
    response.end(readFileSync(path));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)); // prettier-ignore
  const profile = mkdtempSync(join(tmpdir(), 'thalweg-jax-'));
  const args = ['--no-sandbox', '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-features=Vulkan', '--disable-background-networking', '--no-first-run']; // prettier-ignore
  const context = await chromium.launchPersistentContext(profile, { executablePath: executable, headless: true, args });
  try {
    const here = await train('wasm');
    assert.equal(here.engine, 'arena');
    assert.ok(far(here.pure, here.held) < 1e-4);
    for (const [place, device] of [
      ['plain', 'wasm'],
      ['isolated', 'wasm'],
      ['isolated', 'webgpu'],
    ] as const) {
      // prettier-ignore
      const page = await context.newPage();
      await page.goto(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}/${place}`);
      const there = await page.evaluate<Outcome>(`(${train.toString()})('${device}', ['/jax-js/index.js', '/index.js', '/jax.js'])`);
      await page.close();
      if (there.missing) {
        assert.equal(device, 'webgpu');
        console.log('this Chromium has no WebGPU');
        continue;
      }
      assert.equal(there.engine, device === 'webgpu' ? 'ops' : 'arena');
      // An arena has the same bits everywhere; jax-js multiplies and adds in one instruction where an engine has it.
      if (device === 'wasm') assert.deepEqual(there.held, here.held);
      assert.ok(far(there.pure, here.pure) < (device === 'wasm' ? 1e-5 : 1e-3), `${place}, ${device}: off by ${String(far(there.pure, here.pure))}`); // prettier-ignore
      assert.ok(far(there.held, here.held) < 1e-3);
    }
  } finally {
    await context.close();
    server.close();
    rmSync(profile, { recursive: true, force: true });
  }
});
