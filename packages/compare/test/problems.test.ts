/** The problems: gradients are right, and everything random follows from the seed. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { asArrays, directionalDerivatives } from './support/gradients.ts';
import { loadAddresses } from '../src/data/addresses.ts';
import { loadNames, piecesOf } from '../src/data/names.ts';
import { readPacked } from '../src/data/packed.ts';
import { fieldNames, loadGlosses } from '../src/data/glosses.ts';
import { Batches, permutation, random } from '../src/data/random.ts';
import { fields } from '../src/models/glosses.ts';
import { checkProblem } from '../src/check-problem.ts';
import { problems } from '../src/registry.ts';

test('every built-in problem is one that defineProblem would take', () => {
  for (const problem of problems) assert.deepEqual(checkProblem(problem.id, problem), problem);
});

for (const problem of problems) {
  test(`${problem.id}: the gradient agrees with finite differences`, async () => {
    const model = await problem.load();
    const params = asArrays(await model.start(3));
    // Away from the start, where the words' weights are zero and nothing but the bias would be tested.
    const next = random(5);
    if (problem.landscape === undefined)
      for (const array of Object.values(params)) array.forEach((x, i) => (array[i] = x + 0.1 * (next() - 0.5)));
    const exact = problem.landscape !== undefined;
    for (const { analytic, numeric, norm } of await directionalDerivatives(model, params, exact ? 1e-6 : 1e-2)) {
      assert.ok(Math.abs(analytic - numeric) <= (exact ? 1e-6 : 1e-2) * norm, `${String(analytic)} is not ${String(numeric)}`);
    }
  });

  test(`${problem.id}: weights, batches and losses follow from the seed`, async () => {
    const [a, b] = [await problem.load(), await problem.load()];
    const first = asArrays(await a.start(7));
    assert.deepEqual(first, asArrays(await b.start(7)));
    const gradients = async (model: typeof a, seed: number): Promise<unknown> => {
      const grads = asArrays(await model.start(0));
      return [await model.gradient(first, grads, seed, 3), grads];
    };
    assert.deepEqual(await gradients(a, 1), await gradients(b, 1));
    const measured = [await a.evaluate(first, 'validation'), await a.evaluate(first, 'test'), (await a.monitor?.(first)) ?? 0];
    for (const one of measured.flatMap((of) => (typeof of === 'number' ? [of] : [of.value, of.loss]))) assert.ok(Number.isFinite(one));
    if (problem.batchSize !== null) assert.notDeepEqual(await gradients(a, 1), await gradients(a, 2));
  });
}

describe('glosses', () => {
  const { vocabulary, train, validation, test: held } = loadGlosses();
  test('26 fields of 82,000 nouns, the commonest of which holds about a seventh', () => {
    assert.equal(fieldNames.length, fields);
    assert.equal(train.labels.length + validation.labels.length + held.labels.length, 82_192);
    const counts = fieldNames.map((_, field) => train.labels.filter((label) => label === field).length);
    assert.ok(counts.every((count) => count > 0), String(counts)); // prettier-ignore
    assert.ok(Math.abs(Math.max(...counts) / train.labels.length - 0.14) < 0.02);
  });
  test('most words are rare, and a definition has about ten', () => {
    const uses = new Uint32Array(vocabulary.length);
    for (const words of train.words) for (const word of words) uses[word]! += 1;
    assert.equal(uses.length, 17_760);
    assert.ok(uses.every((count) => count >= 3) && uses.toSorted()[uses.length >> 1]! < 15);
    assert.ok(Math.abs(uses.reduce((sum, count) => sum + count, 0) / train.words.length - 10) < 1);
  });
  test('no definition is in two parts', () => {
    const keys = [train, validation, held].map(
      ({ words, labels }) => new Set(words.map((own, i) => `${String(labels[i])} ${own.join(' ')}`)),
    );
    const shared = [...keys[2]!].filter((key) => keys[0]!.has(key) && key.split(' ').length > 9);
    assert.ok(shared.length < 0.01 * held.labels.length, String(shared.length));
  });
});

describe('names', () => {
  const { vocabulary, train, validation, test: held } = loadNames();
  test('7,984 names, of which 44 in 100 are men’s in each part, and 24 pieces in a name', () => {
    assert.deepEqual([train, validation, held].map(({ labels }) => labels.length), [5484, 1000, 1500]); // prettier-ignore
    for (const { labels } of [train, validation, held])
      assert.ok(Math.abs(labels.reduce((sum, one) => sum + one, 0) / labels.length - 0.436) < 0.005);
    assert.equal(vocabulary.length, 5208);
    assert.ok(Math.abs(train.words.reduce((sum, { length }) => sum + length, 0) / 5484 - 23.6) < 0.1);
  });
  test('pieces have their ends marked, each once', () => {
    assert.deepEqual(
      [...piecesOf('Ana')].toSorted(),
      ['$', '^', '^a', '^an', '^ana', 'a', 'a$', 'an', 'ana', 'ana$', 'n', 'na', 'na$'].toSorted(),
    );
  });
  test('no name is in two parts, and none is both', () => {
    const lines = readPacked('names.tsv.br').toString().split('\n').map((line) => line.split('\t')); // prettier-ignore
    assert.equal(new Set(lines.map(([, name]) => name)).size, 7984);
  });
});

describe('words', () => {
  const { vocabulary, train, validation, test: held, presidents } = loadAddresses();
  test('nobody stands on both sides', () => {
    const all = [...presidents.train, ...presidents.validation, ...presidents.test];
    assert.equal(new Set(all).size, all.length);
    assert.ok(all.length >= 30);
  });
  test('a vocabulary of several thousand words with a long tail', () => {
    assert.ok(vocabulary.length > 5000 && vocabulary.includes('the') && vocabulary.includes('congress'));
    const uses = new Map<number, number>();
    for (const words of train.words) for (const word of words) uses.set(word, (uses.get(word) ?? 0) + 1);
    const counts = [...uses.values()].toSorted((a, b) => a - b);
    assert.ok(counts[Math.floor(counts.length / 2)]! < 20, 'half the words stand in fewer than 20 of 7,000 paragraphs');
    assert.ok(counts.at(-1)! > 6000, 'the most frequent stands in nearly all');
  });
  test('both parties have similar shares everywhere', () => {
    for (const { labels } of [train, validation, held]) {
      const share = labels.reduce((sum, label) => sum + label, 0) / labels.length;
      assert.ok(Math.abs(share - 0.5) < 0.05 && labels.length > 2000, String(share));
    }
  });
});

describe('problems whose optimum is known', () => {
  const named = (id: string): (typeof problems)[number] => problems.find((one) => one.id === id)!;
  test('the noisy quadratic has curvatures and variances of 1/i, and its least value at 0', async () => {
    const model = await named('noisy-quadratic').load();
    const [zero, g] = [new Float64Array(1000), new Float64Array(1000)];
    assert.equal(await model.evaluate({ w: zero }, 'test'), -16);
    const sums = new Float64Array(1000);
    for (let step = 1; step <= 400; step++) {
      await model.gradient({ w: zero }, { w: g }, 1, step);
      g.forEach((x, i) => (sums[i]! += x * x * (i + 1)));
    }
    const all = sums.reduce((sum, x) => sum + x, 0) / 400 / 1000;
    assert.ok(Math.abs(all - 1) < 0.01, String(all));
    assert.ok(sums.every((x) => Math.abs(x / 400 - 1) < 0.4));
    const one = zero.map((_, i) => (i === 3 ? 2 : 0));
    assert.ok(Math.abs(Number(await model.evaluate({ w: one }, 'test')) - Math.log10(0.5)) < 1e-12, '½·¼·2²');
  });
  test('the deep linear network can be what is wanted, and begins with its largest part', async () => {
    const model = await named('deep-linear').load();
    const params = asArrays(await model.start(1));
    const grads = asArrays(await model.start(1));
    for (let i = 0; i < 60_000; i++) {
      const loss = await model.gradient(params, grads, 1, 1);
      if (loss < 1e-15) break;
      for (const [name, array] of Object.entries(params)) array.forEach((x, k) => (array[k] = x - 0.2 * grads[name]![k]!));
    }
    assert.ok(Number(await model.evaluate(params, 'test')) < -14);
  });
});

test('a batch order visits each example once an epoch', () => {
  const batches = new Batches(100, 10);
  const epoch = (from: number): number[] => Array.from({ length: 10 }, (_, i) => [...batches.at(1, from + i)]).flat();
  assert.deepEqual(epoch(1).toSorted((a, b) => a - b), Array.from({ length: 100 }, (_, i) => i));
  assert.notDeepEqual(epoch(1), epoch(11));
  assert.deepEqual(new Batches(100, 10).at(1, 15), batches.at(1, 15));
  for (const size of [0, 101, NaN]) assert.throws(() => new Batches(100, size), /and there are 100/);
  assert.deepEqual([...permutation(5, random(1))].toSorted(), [0, 1, 2, 3, 4]);
}); // prettier-ignore
