/** The training page's mathematics, links and data, in Node. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename } from 'node:path';
import { describe, test } from 'node:test';
import { loadAddresses, loadImages, normal, random } from '@thalweg/compare';
import { dataFiles } from '../data.ts';
import { fetchDigits, fetchText } from '../src/parts/data.ts';
import { decodeSetup, encodeSetup } from '../src/train/link.ts';
import { medians } from '../src/train/median.ts';
import { reliefOf } from '../src/train/relief.ts';
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
    const setup = { ...first, steps: 60, seeds: 3, entrants: [{ ...one, pace: { ...one.pace, shape: 'cosine' }, values: { ...one.values, lr: 0.5, beta1: 0 } } as const] }; // prettier-ignore
    assert.deepEqual(decodeSetup(encodeSetup(setup)), setup);
    assert.deepEqual(decodeSetup('net=digits'), firstSetup('digits'));
  });

  test('that is doctored is refused in words', () => {
    for (const [link, words] of [
      ['net=constructor', /no network constructor/],
      ['steps=1e9', /steps must be/],
      ['seed=0.5', /seed must be/],
      ['seeds=2', /seeds must be one of/],
      ['o=own', /its equations are cut short or damaged/],
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
