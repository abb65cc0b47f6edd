/** The starter files run as their first lines say and print the right results: in Node, in a worker, in pages, and as an edge function. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';
import { rolldown } from 'rolldown';

const folder = join(import.meta.dirname, 'start');
const dist = join(import.meta.dirname, '../packages/thalweg/dist');
const { version } = JSON.parse(readFileSync(join(dist, '../package.json'), 'utf8')) as { version: string };
const executable = '/usr/bin/chromium';
const inCI = (process.env['CI'] ?? '') !== '';
const reason = !existsSync(executable)
  ? 'no Chromium: apt-get install chromium'
  : !existsSync(join(dist, 'index.js'))
    ? 'the library is not built: npm run build'
    : '';
const skip = reason !== '' && !inCI ? reason : false;

const read = (file: string): string => readFileSync(join(folder, file), 'utf8');
const conditions = process.execArgv.filter((flag) => flag.startsWith('--conditions'));

async function printed(file: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [...conditions, join(folder, file)]);
  return stdout;
}

test('each file is complete, commented and under 40 lines', () => {
  const files = globSync('**/*.{js,html}', { cwd: folder }).toSorted();
  assert.deepEqual(files, ['browser/index.html', 'browser/main.js', 'edge.js', 'import-map.html', 'node.js', 'worker.js']);
  for (const file of files) {
    assert.ok(read(file).split('\n').length <= 40, file);
    if (file !== 'browser/index.html') assert.match(read(file), /^(?:<!doctype html>\n<!--|\/\/) .{20}/, file);
  }
});

test('node.js finds the curve', async () => {
  assert.match(await printed('node.js'), /y = 0\.50 \+ 2\.00·x \+ 1\.50·x²\n$/);
});

test('worker.js trains in a worker and hands the weights over', async () => {
  assert.match(await printed('worker.js'), /step 500: loss .*e-\d\d\n1000 weights, of which the first is 0\.001\n$/);
});

test('edge.js answers with the line through the points, and says what it takes', async () => {
  const place = join(folder, 'edge.js');
  const { default: edge } = (await import(place)) as { default: { fetch(request: Request): Promise<Response> } };
  const ask = (body: string): Promise<Response> => edge.fetch(new Request('http://localhost/', { method: 'POST', body }));
  const answer = (await (await ask('[[0, 1], [1, 3], [2, 5]]')).json()) as { slope: number; offset: number };
  assert.ok(Math.abs(answer.slope - 2) < 1e-6 && Math.abs(answer.offset - 1) < 1e-6, JSON.stringify(answer));
  for (const wrong of ['', '[]', '[[0, 1]]', '[[0, 1], [1]]', '[[0, 1], ["1", 3]]', '{"length": 2}']) {
    assert.equal((await ask(wrong)).status, 400, wrong);
  }
});

const types: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript' };

/**
 * What a page writes to its console, and the text that it ends with. `served` gives the bodies by address: the page's own and, for the
 * packed files, the CDN's. Nothing else can be reached.
 */
async function shown(address: string, served: (url: string) => string | undefined): Promise<{ said: string; text: string }> {
  const browser = await chromium.launch({ executablePath: executable, args: ['--no-sandbox', '--disable-gpu'] });
  try {
    const page = await browser.newPage();
    await page.route('**/*', async (route) => {
      const url = route.request().url();
      const body = served(url);
      if (body === undefined) await route.abort();
      else await route.fulfill({ body, contentType: types[extname(url)] ?? '', headers: { 'access-control-allow-origin': '*' } });
    });
    const said = new Promise<string>((resolve, reject) => {
      page.on('console', (message) => {
        if (message.type() === 'log') resolve(message.text());
      });
      page.on('pageerror', reject);
      page.on('requestfailed', (request) => {
        if (!request.url().endsWith('favicon.ico')) reject(new Error(`${request.url()} cannot be reached`));
      });
    });
    await page.goto(address);
    return { said: await said, text: (await page.textContent('#out')) ?? '' };
  } finally {
    await browser.close();
  }
}

test('import-map.html runs from the CDN, with the files of the version that this is', { skip }, async () => {
  assert.equal(reason, '');
  const cdn = `https://cdn.jsdelivr.net/npm/thalweg@${version}/dist/`;
  const { said, text } = await shown('http://localhost/import-map.html', (url) => {
    if (url === 'http://localhost/import-map.html') return read('import-map.html');
    const file = join(dist, url.slice(cdn.length));
    return url.startsWith(cdn) && existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  });
  assert.match(said, /^lowest at \(1\.000, 1\.000\), after \d+ steps$/);
  assert.equal(text, said);
});

test('the page of browser/ learns its line, bundled', { skip }, async () => {
  assert.equal(reason, '');
  const bundle = await rolldown({ input: join(folder, 'browser/main.js'), platform: 'browser' });
  const { output } = await bundle.generate({ format: 'es' });
  await bundle.close();
  const { said, text } = await shown('http://localhost/index.html', (url) => {
    if (url === 'http://localhost/index.html') return read('browser/index.html');
    return output.flatMap((file) => (file.type === 'chunk' && file.fileName === basename(url) ? [file.code] : []))[0];
  });
  const [, line = ''] = /^(y = 3\.\d\d·x \+ 0\.[45]\d) wasm$/.exec(said) ?? [];
  assert.notEqual(line, '', said);
  assert.equal(text, `step 200: ${line}`);
});
