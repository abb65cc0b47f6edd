/**
 * The page where networks are trained: its mathematics in Node, and the page itself in a real browser, driven as a person would, its numbers
 * held against the comparer's problem stepped by the library here.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { loadAddresses, loadImages, normal, problems, random, type Model } from '@thalweg/compare';
import { digitsNetwork } from '@thalweg/compare/models';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { adagrad, adam, adamw, sgd, type Method } from 'thalweg';
import { build, preview, type PreviewServer } from 'vite';
import { dataFiles } from '../data.ts';
import { contentSecurityPolicy } from '../policy.ts';
import { fetchDigits, fetchText } from '../src/parts/data.ts';
import { survey } from '../src/train/ground.ts';
import { decodeSetup, encodeSetup } from '../src/train/link.ts';
import { medians } from '../src/train/median.ts';
import type { Slice } from '../src/train/messages.ts';
import { firstImages, trainee } from '../src/train/net.ts';
import { reliefOf } from '../src/train/relief.ts';
import { Session } from '../src/train/session.ts';
import { contender, firstSetup, nets } from '../src/train/setup.ts';
import { planeOf, project, weightsAt } from '../src/train/slice.ts';

describe('the plane of a path', () => {
  const size = 400;
  const next = random(11);
  const vector = (): Float32Array => Float32Array.from({ length: size }, () => normal(next));

  test('of a path that lies in a plane holds all of it, and coordinates lead back to the weights', () => {
    const [at, p, q] = [vector(), vector(), vector()];
    const path = Array.from({ length: 30 }, (_, i) => at.map((x, k) => x + 0.1 * i * p[k]! + Math.sin(i / 4) * q[k]!));
    const plane = planeOf(path);
    assert.ok(Math.abs(plane.explained[0] + plane.explained[1] - 1) < 1e-6, plane.explained.join(' '));
    const back = new Float32Array(size);
    for (const weights of path) {
      const { at: place, off } = project(plane, weights);
      weightsAt(plane, ...place, back);
      assert.ok(off < 1e-3 && back.every((x, k) => Math.abs(x - weights[k]!) < 1e-4));
    }
    assert.deepEqual(project(plane, path.at(-1)!).at, [0, 0], 'it goes through the end');
    assert.ok(
      project(plane, path[0]!).at.every((x) => x <= 0),
      'the start is low on the left',
    );
    const away = path[0]!.map((x, k) => x + (k === 0 ? 3 : 0));
    assert.ok(project(plane, away).off > 2.5, 'what is off it is told');
  });

  test('of a random walk in many dimensions holds the 61 % and 15 % that the page warns of', () => {
    const here = new Float32Array(20_000);
    const path = Array.from({ length: 51 }, () => here.map((_, k) => (here[k] = here[k]! + normal(next))));
    const [first, second] = planeOf(path).explained;
    assert.ok(Math.abs(first - 0.61) < 0.02 && Math.abs(second - 0.15) < 0.02, `${String(first)} ${String(second)}`);
  });

  test('is refused in words where there is none', () => {
    assert.throws(() => planeOf([vector(), vector()]), /too short/);
    const straight = Array.from({ length: 9 }, (_, i) => new Float32Array(size).fill(i * i, 0, 1));
    assert.throws(() => planeOf(straight), /straight line/);
  });
});

describe('what is drawn', () => {
  test('contours are losses within the map, evenly spaced where the range is small', () => {
    for (const [low, high] of [
      [0.23, 0.75],
      [0.05, 2.6],
      [0.6, 0.69],
      [1e-4, 30],
      [2, 9000],
    ] as const) {
      // prettier-ignore
      const { levels, index = [] } = reliefOf(Float64Array.from({ length: 400 }, (_, i) => low * (high / low) ** (i / 399)));
      const losses = levels.map((level) => 10 ** level);
      assert.ok(levels.length >= 5 && levels.length <= 22, `${String(levels.length)} contours from ${String(low)} to ${String(high)}`);
      assert.ok(losses.every((loss) => loss >= low * 0.999 && loss <= high * 1.001));
      assert.ok(index.length > 0 && index.every((level) => levels.includes(level)));
      const gaps = losses.slice(1).map((loss, i) => loss - losses[i]!);
      if (high / low < 6)
        assert.ok(
          gaps.every((gap) => Math.abs(gap - gaps[0]!) < 1e-9),
          'even steps',
        );
    }
  });

  test('the median of seeds counts one that diverged as the worst', () => {
    const mark = (step: number, training: number) => ({ step, training, validation: 0, error: 0 });
    const curve = (values: readonly number[], seed: number) => ({ entrant: 0, seed, marks: values.map((value, i) => mark(10 * i, value)) });
    const curves = [curve([3, 2, 1], 1), curve([3, 1, 2], 2), { ...curve([3], 3), divergedAt: 4 }];
    assert.deepEqual(medians(curves, 'training'), [{ x: 0, y: 3 }, { x: 10, y: 2 }, { x: 20, y: 2 }]); // prettier-ignore
  });
});

describe('the data', () => {
  const addresses = loadAddresses();
  const images = loadImages();

  test('is what the page says', () => {
    const { vocabulary, train, validation } = addresses;
    const count = (value: number): string => value.toLocaleString('en');
    for (const value of [train.labels.length, validation.labels.length, vocabulary.length])
      assert.ok(nets.words.about.includes(count(value)));
    for (const value of [images.train.count, images.validation.count]) assert.ok(nets.digits.about.includes(count(value)));
  });

  test('that a page fetches is what the comparer trains on, to the bit', async () => {
    const files = dataFiles();
    const server = createServer(({ url = '' }, response) => response.end(files[basename(url)])).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const base = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
      const text = await fetchText(base);
      assert.deepEqual(text.vocabulary, addresses.vocabulary);
      const digits = await fetchDigits(base);
      for (const part of ['train', 'validation'] as const) {
        assert.deepEqual(text[part], { words: addresses[part].words, values: addresses[part].values, labels: addresses[part].labels });
        assert.deepEqual(digits[part].labels, images[part].labels);
        assert.ok(Buffer.from(digits[part].pixels.buffer).equals(Buffer.from(images[part].pixels.buffer)), 'every pixel');
      }
    } finally {
      server.close();
    }
  });
});

describe('a link', () => {
  test('leads to the same setup, and says little where little differs', () => {
    const first = firstSetup('words');
    assert.equal(encodeSetup(first), 'net=words&steps=400&seed=1&seeds=1&o=sgd-momentum&o=adagrad&o=adam&o=adamw');
    const one = contender('words', 'adam', 'adam-2');
    const setup = { ...first, steps: 60, seeds: 3, entrants: [{ ...one, shape: 'cosine', values: { ...one.values, lr: 0.5, beta1: 0 } } as const] }; // prettier-ignore
    assert.deepEqual(decodeSetup(encodeSetup(setup)), setup);
    assert.deepEqual(decodeSetup('net=digits'), firstSetup('digits'));
  });

  test('that is doctored is refused in words', () => {
    for (const [link, words] of [
      ['net=constructor', /no network constructor/],
      ['steps=1e9', /steps must be/],
      ['seed=0.5', /seed must be/],
      ['seeds=2', /seeds must be one of/],
      ['o=own', /no optimizer own/],
      ['o=adam&o=adam', /two optimizers/],
      ['o=adam:lr:1e9', /lr of adam must lie/],
      ['o=adam:lr', /lr of adam must lie/],
      ['o=adam:__proto__:1', /adam has no __proto__/],
      ['o=adam&'.repeat(9), /more than 6/],
      [`o=${'a'.repeat(6000)}`, /too long/],
    ] as const) {
      assert.throws(() => decodeSetup(link), words, link);
    }
  });
});

const executable = '/usr/bin/chromium';
const inCI = (process.env['CI'] ?? '') !== '';
const skip = existsSync(executable) || inCI ? false : 'no Chromium: apt-get install chromium';
const configFile = join(import.meta.dirname, '../vite.config.ts');
const pictures = join(import.meta.dirname, '../.pictures');
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
];
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** How far a figure in the page may be from the same run here, relatively. Equal bits are usual; two engines may fuse products differently. */
const tolerance = 1e-3;
const steps = 40;

/** The comparer's problem, stepped by the library: mean training loss since the mark before, and validation loss. */
async function reference(model: Model, method: Method): Promise<{ training: number; validation: number; divergedAt?: number }> {
  const opt = await method.init(model.start(1));
  let last = NaN;
  for (let step = 1; step <= steps; step++) {
    last = model.gradient(opt.params, opt.grads, 1, step);
    if (last > 1e4 * 2.5) return { training: NaN, validation: NaN, divergedAt: step };
    opt.step();
  }
  return { training: last, validation: model.evaluate(opt.params, 'validation') };
}

/** The slice of Adam's path, mapped here. */
async function sliceHere(): Promise<Slice> {
  const { train, validation } = loadImages();
  const setup = { ...firstSetup('digits'), steps, entrants: [contender('digits', 'adam')] };
  const session = await Session.open(trainee(digitsNetwork(train), firstImages(validation, 50), firstImages(train, 1000)), setup);
  const training = session.train();
  while (training.next().done !== true);
  const work = survey(session, 0, 7);
  for (let next = work.next(); ; next = work.next()) if (next.done === true) return next.value;
}

describe('the page', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'thalweg-train-'));
  const servers: PreviewServer[] = [];
  let context: BrowserContext;
  let [isolated, bare] = ['', ''];

  before(async () => {
    const outDir = join(folder, 'dist');
    const shared = { configFile, configLoader: 'native', logLevel: 'error' } as const;
    await build({ ...shared, build: { outDir, emptyOutDir: true, minify: false, reportCompressedSize: false } });
    const serve = async (headers: Record<string, string>): Promise<string> => {
      const server = await preview({ ...shared, build: { outDir }, preview: { port: 0, headers } });
      servers.push(server);
      return server.resolvedUrls?.local[0] ?? '';
    };
    isolated = await serve({});
    bare = await serve({ 'Cross-Origin-Opener-Policy': 'unsafe-none', 'Cross-Origin-Embedder-Policy': 'unsafe-none' });
    context = await chromium.launchPersistentContext(join(folder, 'profile'), { executablePath: executable, headless: true, args });
    // The machine may be busy.
    context.setDefaultTimeout(60_000);
    mkdirSync(pictures, { recursive: true });
  });
  after(async () => {
    await context.close();
    for (const server of servers) await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(address: string, width: number, height: number): Promise<{ page: Page; errors: string[] }> {
    const page = await context.newPage();
    const errors: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    page.on('pageerror', (error) => errors.push(error.message));
    await page.setViewportSize({ width, height });
    await page.goto(address);
    await page.getByRole('heading', { name: 'Train a network' }).waitFor();
    return { page, errors };
  }
  async function violations(page: Page): Promise<string[]> {
    await page.evaluate(axe);
    const found: unknown = await page.evaluate(
      "axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'best-practice'] }).then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes[0].html))",
    );
    return found as string[];
  }
  const number = async (page: Page, selector: string, name: string): Promise<number> =>
    Number(await page.locator(selector).getAttribute(`data-${name}`));

  test('digits: start, pause, go on, a rate that diverges, the numbers of the library, a slice, and a map called off', async () => {
    const { page, errors } = await open(`${isolated}#/train`, 1200, 1000);
    await page.getByLabel('steps', { exact: true }).fill(String(steps));
    await page.keyboard.press('Tab');
    await page.locator('[data-contender=adagrad]').getByRole('slider', { name: 'rate' }).press('End');
    const status = page.getByRole('status').first();
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.waitForTimeout(200);
    const paused = await status.innerText();
    assert.match(paused, /^Paused at step \d+ of 40\.$/);
    await page.waitForTimeout(300);
    assert.equal(await status.innerText(), paused);
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByText('Finished 40 steps.').waitFor();
    await page.waitForTimeout(150);

    const model = await problems.find(({ id }) => id === 'digits')!.load();
    for (const [key, method] of [
      ['sgd-momentum', sgd({ lr: 0.1, momentum: 0.9 })],
      ['adam', adam({ lr: 0.01 })],
      ['adamw', adamw({ lr: 0.01, weightDecay: 0.01 })],
    ] as const) {
      const here = await reference(model, method);
      for (const quantity of ['training', 'validation'] as const) {
        const shown = await number(page, `[data-result=${key}] [data-quantity=${quantity}]`, 'value');
        const far = Math.abs(shown / here[quantity] - 1);
        assert.ok(far <= tolerance, `${key}, ${quantity}: ${String(shown)}, here ${String(here[quantity])}`);
      }
    }
    const { divergedAt } = await reference(model, adagrad({ lr: 10 }));
    assert.match(await page.locator('[data-result=adagrad]').innerText(), new RegExp(`diverged at step ${String(divergedAt)}$`));
    for (const figure of ['Training loss of each', 'Validation error of each']) {
      const svg = page.getByRole('img', { name: figure });
      assert.equal(await svg.locator('g[stroke="var(--c)"] > path').count(), 4 + 1, 'four curves and a cross');
    }

    await page.getByLabel('grid').selectOption('coarse');
    await page.getByRole('button', { name: 'Map the loss' }).click();
    await page.locator('[data-slice="21"]').waitFor();
    const expected = await sliceHere();
    const explained = (await page.locator('[data-explained]').getAttribute('data-explained'))!.split(' ').map(Number);
    explained.forEach((share, i) => assert.ok(Math.abs(share - expected.explained[i]!) < tolerance, explained.join(' ')));
    const [own] = expected.routes;
    for (const name of ['loss', 'ground']) {
      const shown = await number(page, '[data-route=adam]', name);
      assert.ok(Math.abs(shown - own!.loss) <= tolerance * own!.loss, `${name}: ${String(shown)}, here ${String(own!.loss)}`);
    }
    assert.equal(await page.locator('[data-route]').count(), 4);
    assert.ok((await number(page, '[data-route=sgd-momentum]', 'off')) > 1, 'another path lies off the plane');
    await page.screenshot({ path: join(pictures, 'train-digits.png'), fullPage: true });
    await page.emulateMedia({ colorScheme: 'dark' });
    assert.deepEqual(await violations(page), []);
    await page.screenshot({ path: join(pictures, 'train-digits-dark.png'), fullPage: true });
    await page.emulateMedia({ colorScheme: 'light' });
    assert.deepEqual(await violations(page), []);

    await page.getByLabel('grid').selectOption('fine');
    await page.getByRole('button', { name: 'Map the loss' }).click();
    await page.locator('[data-slice="11"]').waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('button', { name: 'Map the loss' }).waitFor();
    assert.equal(await page.locator('[data-slice]').getAttribute('data-slice'), '11', 'the coarse map stays');
    assert.equal(await page.evaluate('crossOriginIsolated'), true);
    assert.deepEqual(errors, []);
    await page.close();
  });

  test('words on a phone, from a link, on a host that sends no isolation headers: one thread, stopped and forgotten', async () => {
    const { page, errors } = await open(`${bare}#/train?net=words&steps=2000&seeds=3&o=adagrad&o=lion:lr:0.001`, 390, 844);
    assert.equal(await page.evaluate('crossOriginIsolated'), false);
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    const error = page.locator('[data-result=lion] [data-quantity=error][data-value]');
    await error.waitFor();
    assert.equal(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true);
    await page.getByRole('button', { name: 'Stop' }).click();
    assert.match(await page.getByRole('status').first().innerText(), /^Stopped at step \d+ of 2000\.$/);
    assert.ok((await number(page, '[data-result=lion] [data-quantity=error]', 'value')) <= 50);
    assert.match(await page.locator('[data-result=adagrad]').innerText(), /η 0\.316/);
    await page.screenshot({ path: join(pictures, 'train-words-phone.png'), fullPage: true });
    assert.deepEqual(await violations(page), []);
    await page.getByRole('button', { name: 'Reset' }).click();
    await page.getByText('Nothing has been trained yet.').waitFor();
    assert.equal(await page.locator('[data-value]').count(), 0);
    assert.deepEqual(errors, []);
    await page.close();
  });

  test('a doctored link, and data that cannot be fetched, are told in words; of the ways to evaluate the policy names WebAssembly alone', async () => {
    const { page, errors } = await open(`${isolated}#/train?o=%3Cscript%3E`, 800, 600);
    assert.match(await page.getByRole('alert').innerText(), /The link cannot be used: there is no optimizer <script>/);
    assert.ok(contentSecurityPolicy.includes("script-src 'self' 'wasm-unsafe-eval';"));
    assert.deepEqual(errors, []);
    await context.route('**/data/digits.bin', (route) => route.fulfill({ status: 404 }));
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await page.getByText('digits.bin could not be fetched (404)').waitFor();
    await context.unroute('**/data/digits.bin');
    await page.getByRole('button', { name: 'Train again' }).click();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.close();
  });
});
