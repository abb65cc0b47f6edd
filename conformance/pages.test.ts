/** The table in frameworks' operations as `tfjs.test.ts` and `jax.test.ts` have it, on what computes in Chromium alone: webgl and webgpu, where SwiftShader is the GPU. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { chromium } from 'playwright-core';
import { rolldown } from 'rolldown';
import type { Followed } from './in-framework.ts';
import { jaxRows } from './in-jax.ts';
import { tfjsRows } from './in-tfjs.ts';
import type { Place } from './page.ts';
import { factories, methodOf, table, type Case } from './table.ts';

const executable = '/usr/bin/chromium';
const inCI = (process.env['CI'] ?? '') !== '';
const reason = existsSync(executable) ? '' : 'no Chromium: apt-get install chromium';

/** The page's script, which has the files that the table reads. */
async function bundled(): Promise<string> {
  const texts = Object.fromEntries(
    ['table.json', ...readdirSync(join(import.meta.dirname, 'rows')).map((file) => `rows/${file}`)].map((path) => [
      path,
      readFileSync(join(import.meta.dirname, path), 'utf8'),
    ]),
  );
  const files = {
    'node:fs': `const texts = ${JSON.stringify(texts)};
      export const readdirSync = () => Object.keys(texts).filter((path) => path.startsWith('rows/')).map((path) => path.slice(5));
      export const readFileSync = (path) => texts[path.replace(/^folder\\//, '')];
      export const existsSync = () => false;`,
    'node:path': `export const join = (...parts) => parts.join('/');`,
  };
  const bundle = await rolldown({
    input: join(import.meta.dirname, 'page.ts'),
    platform: 'browser',
    resolve: { conditionNames: ['source', 'import', 'browser', 'default'] },
    transform: { define: { 'import.meta.dirname': '"folder"' } },
    plugins: [
      {
        name: 'files',
        resolveId: (id) => (Object.hasOwn(files, id) ? id : undefined),
        load: (id) => (id === 'node:fs' || id === 'node:path' ? files[id] : undefined),
      },
    ],
    logLevel: 'silent',
    external: /^node:(?!fs$|path$)/,
  });
  const { output } = await bundle.generate({ format: 'esm', codeSplitting: false });
  await bundle.close();
  return output[0].code;
}

/** With THALWEG_ALL every row runs, in two minutes, as once a week in the workflow fuzz; without, enough that every optimizer, transform, stream and set of tensors is in one. */
function covering(all: readonly Case[]): readonly Case[] {
  if ((process.env['THALWEG_ALL'] ?? '') !== '') return all;
  const seen = new Set<string>();
  return all.filter((row) => {
    const { stream = 'plain', tensors = 'small' } = row;
    const covered = [...methodOf(row).parts.map(({ name }) => name), `stream ${stream}`, `tensors ${tensors}`];
    const isNew = covered.some((one) => !seen.has(one));
    for (const one of covered) seen.add(one);
    return isNew;
  });
}

/** Rows for a place. Of Muon webgpu has one of TF.js: SwiftShader takes a minute for the products of each. */
const rows: Readonly<Record<Place, readonly Case[]>> = {
  'TF.js on webgl': covering(tfjsRows),
  'TF.js on webgpu': covering(tfjsRows.filter(({ id, ours: [name] }) => name !== 'muon' || id === 'muon-plain')),
  'jax-js on webgpu': covering(jaxRows),
};

/** What a place cannot carry. */
const missing: Readonly<Record<Place, readonly string[]>> = {
  'TF.js on webgl': ['noisySgd', 'shampoo', 'soap'],
  'TF.js on webgpu': ['noisySgd', 'shampoo', 'soap'],
  'jax-js on webgpu': ['noisySgd', 'soap'],
};

/**
 * Bounds in jax-js where float32 is all there is: the smaller eigenvalues of Shampoo's factors have few digits there, since gradients of these streams have
 * magnitudes over 40 powers of two; and RAdam's ρ is the difference of two numbers near 2,000.
 */
const bounds: Readonly<Record<string, number>> = { 'shampoo-every': 2e-2, 'shampoo-schedule-gaps': 5e-3, 'radam-schedule': 1e-4 };

test('rows follow reference on webgl and webgpu, or are refused', { skip: reason !== '' && !inCI ? reason : false }, async (t) => {
  assert.equal(reason, '');
  const code = await bundled();
  const server = createServer((request, response) => {
    if (request.url === '/page.js') return void response.writeHead(200, { 'content-type': 'text/javascript' }).end(code);
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>rows</title>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)); // prettier-ignore
  const profile = mkdtempSync(join(tmpdir(), 'thalweg-rows-'));
  const quiet = ['--no-sandbox', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
  const gpu = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-features=Vulkan', '--use-angle=swiftshader', '--enable-unsafe-swiftshader']; // prettier-ignore
  const context = await chromium.launchPersistentContext(profile, { executablePath: executable, headless: true, args: [...quiet, ...gpu] });
  try {
    for (const place of ['TF.js on webgl', 'TF.js on webgpu', 'jax-js on webgpu'] as const) {
      await t.test(place, async () => {
        const page = await context.newPage();
        await page.goto(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`);
        await page.evaluate(`import('/page.js')`);
        const ids = rows[place].map(({ id }) => id);
        const found = await page.evaluate<Followed[]>(`follow('${place}', ${JSON.stringify(ids)})`);
        assert.equal(found.length, ids.length);
        const carried = new Set<string>();
        const wrong = rows[place].flatMap((row, i) => {
          const one = found[i]!;
          if ('refused' in one) return [];
          for (const { name } of methodOf(row).parts) carried.add(name);
          const bound = (place === 'jax-js on webgpu' ? bounds[row.id] : undefined) ?? row.float32 ?? table.float32;
          return one.off <= bound && one.left === 0 ? [] : [`${row.id}: off by ${String(one.off)}, ${String(one.left)} tensors left`];
        });
        assert.deepEqual(wrong, []);
        assert.deepEqual([...factories.keys()].filter((name) => !carried.has(name)), missing[place]); // prettier-ignore
        await page.close();
      });
    }
  } finally {
    await context.close();
    server.close();
    rmSync(profile, { recursive: true, force: true });
  }
});
