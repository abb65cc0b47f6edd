/** The problems: gradients are right, and everything random follows from the seed. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { asArrays, directionalDerivatives } from './support/gradients.ts';
import { loadAddresses } from '../src/data/addresses.ts';
import { days, loadBirths } from '../src/data/births.ts';
import { loadCoOccurrences } from '../src/data/co-occurrences.ts';
import { alphabet, lettersOf, loadChapters, loadLetters } from '../src/data/moby-dick.ts';
import { context, lettersIn } from '../src/models/letters.ts';
import { vectorsNetwork } from '../src/models/vectors.ts';
import { knots, loadStrikes } from '../src/data/birdstrikes.ts';
import { clothes, clothesSize, loadFashion } from '../src/data/images.ts';
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

test('README names every built-in problem, and docs/compare.md tells of each', () => {
  const [readme, docs] = ['README.md', 'docs/compare.md'].map((file) => readFileSync(join(import.meta.dirname, '../../..', file), 'utf8'));
  for (const { id, title } of problems) {
    assert.ok(readme!.includes(`\`${id}\``) || readme!.includes(`**${title}**`), id);
    assert.ok(docs!.includes(`**${id}**`) || docs!.includes(`\`${id}\``), id);
  }
});

test('a problem that says how many parameters it has, has so many', async () => {
  const said = problems.flatMap((problem) => {
    const count = /([\d,]+) parameters/.exec(problem.description)?.[1];
    return count === undefined ? [] : [{ problem, count: Number(count.replace(',', '')) }];
  });
  for (const { problem, count } of said) {
    const params = asArrays(await (await problem.load()).start(1));
    assert.equal(Object.values(params).reduce((sum, { length }) => sum + length, 0), count, problem.id); // prettier-ignore
  }
  assert.ok(said.length >= 5);
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

describe('fashion', () => {
  const { train, validation, test: held } = loadFashion();
  const parts = [train, validation, held];
  const images = parts.map(({ pixels, count }) =>
    Array.from({ length: count }, (_, i) => pixels.subarray(i * clothesSize, (i + 1) * clothesSize)),
  );
  test('10,000 images that all differ, a thousand of each kind, in 16 greys', () => {
    assert.deepEqual(parts.map(({ count }) => count), [7000, 1500, 1500]); // prettier-ignore
    assert.equal(new Set(images.flat().map((image) => image.join())).size, 10_000);
    for (const kind of clothes.keys())
      assert.equal(parts.reduce((sum, { labels }) => sum + labels.filter((label) => label === kind).length, 0), 1000); // prettier-ignore
    const greys = new Set(parts.flatMap(({ pixels }) => [...pixels]));
    assert.deepEqual([...greys].toSorted((a, b) => a - b), [...Float32Array.from({ length: 16 }, (_, k) => k / 15)]); // prettier-ignore
  });
  const means = clothes.map((_, kind) => {
    const own = images[0]!.filter((_, i) => train.labels[i] === kind);
    return Float64Array.from({ length: clothesSize }, (_, k) => own.reduce((sum, image) => sum + image[k]!, 0) / own.length);
  });
  const miss = (image: Float32Array, mean: Float64Array): number => mean.reduce((sum, x, k) => sum + (x - image[k]!) ** 2, 0);
  test('the nearest mean is right in two of three, as on the whole data set', () => {
    const guess = (image: Float32Array): number => {
      const misses = means.map((mean) => miss(image, mean));
      return misses.indexOf(Math.min(...misses));
    };
    const wrong = images[2]!.filter((image, i) => guess(image) !== held.labels[i]).length / held.count;
    assert.ok(Math.abs(wrong - 0.33) < 0.03, String(wrong));
  });
  test('images stand upright: a sneaker below, trousers in the middle', () => {
    const share = (kind: string, within: (row: number, column: number) => boolean): number => {
      const mean = means[clothes.indexOf(kind)]!;
      return mean.reduce((sum, x, k) => sum + (within(Math.floor(k / 14), k % 14) ? x : 0), 0) / mean.reduce((sum, x) => sum + x, 0);
    };
    assert.ok(share('sneaker', (row) => row < 5) < 0.1 && share('sneaker', (row) => row > 5 && row < 10) > 0.7);
    assert.ok(share('trousers', (_, column) => column > 3 && column < 10) > 0.9);
  });
});

describe('birdstrikes', () => {
  const { inputs, train, validation, test: held } = loadStrikes();
  const parts = [train, validation, held];
  const column = (name: string): number[] =>
    parts.flatMap(({ targets, inputs: values }) => Array.from(targets, (_, row) => values[row * inputs.length + inputs.indexOf(name)]!));
  test('7,164 reports, of speeds from 0 to 350 knots, of which the mean misses by 42', () => {
    assert.deepEqual(parts.map(({ targets }) => targets.length), [4664, 1000, 1500]); // prettier-ignore
    const speeds = parts.flatMap(({ targets }) => [...targets]);
    assert.deepEqual([Math.min(...speeds), Math.max(...speeds) * knots], [0, 350]);
    const mean = train.targets.reduce((sum, y) => sum + y, 0) / train.targets.length;
    const missed = knots * Math.sqrt(held.targets.reduce((sum, y) => sum + (y - mean) ** 2, 0) / held.targets.length);
    assert.ok(Math.abs(missed - 42.4) < 0.1, String(missed));
  });
  test('quantities have units of their own, everything else is 0 or 1, and each report has about seven values', () => {
    assert.equal(inputs.length, 218);
    const [years, costs] = [column('years since 1990'), column('log₁₀(1 + cost in $)')];
    assert.ok(Math.min(...years) === 0 && Math.max(...years) > 11 && Math.max(...years) < 13);
    assert.ok(costs.filter((x) => x > 0).length / costs.length < 0.03 && Math.max(...costs) > 5);
    const others = parts.flatMap(({ inputs: values }) => [...values.filter((_, i) => i % inputs.length > 3)]);
    assert.deepEqual(new Set(others), new Set([0, 1]));
    const ones = others.reduce((sum, x) => sum + x, 0);
    assert.ok(ones / 7164 > 7 && ones / 7164 <= 8, String(ones / 7164));
  });
  test('who climbs is faster than who takes off', () => {
    const of = (name: string): number => {
      const is = column(name);
      const speeds = parts.flatMap(({ targets }) => [...targets]).filter((_, i) => is[i] === 1);
      return (knots * speeds.reduce((sum, y) => sum + y, 0)) / speeds.length;
    };
    assert.ok(of('Phase of flight: Climb') > 150 && of('Phase of flight: Take-off run') < 135);
  });
});

describe('births', () => {
  const { train, validation, test: held } = loadBirths();
  const parts = [train, validation, held];
  test('every day from 1969 to 1988, once and in order', () => {
    const lines = readPacked('births.tsv.br').toString().split('\n').map((line) => line.split('\t')); // prettier-ignore
    const first = Date.UTC(1969, 0, 1);
    for (const [day, [date]] of lines.entries()) assert.equal(date, new Date(first + day * 86_400_000).toISOString().slice(0, 10));
    assert.equal(lines.at(-1)![0], '1988-12-31');
    assert.deepEqual(parts.map(({ targets }) => targets.length), [14 * 365 + 3 - days, 3 * 365 + 1, 3 * 365 + 1]); // prettier-ignore
  });
  test('a window is in deviations from its mean, and the day that follows stands at the end of the next', () => {
    for (const { inputs, targets } of parts)
      for (let row = 0; row + 1 < targets.length; row += 100) {
        const [window, next] = [0, 1].map((i) => inputs.subarray((row + i) * days, (row + i + 1) * days));
        const moments = [window!.reduce((sum, x) => sum + x, 0), window!.reduce((sum, x) => sum + x * x, 0)];
        assert.ok(Math.abs(moments[0]!) < 1e-4 && Math.abs(moments[1]! - days) < 1e-4);
        // The next window is this one, a day further: shifted and stretched, so that ratios of differences stay.
        const [a, b, c] = [window![1]!, window![2]!, targets[row]!];
        const [d, e, f] = [next![0]!, next![1]!, next![days - 1]!];
        assert.ok(Math.abs((c - a) * (e - d) - (f - d) * (b - a)) < 1e-4);
      }
  });
  test('the day before misses by 115 % on test data, a week before by 46 %', () => {
    const missed = (back: number): number => {
      const sum = held.targets.reduce((total, y, row) => total + (y - held.inputs[(row + 1) * days - back]!) ** 2, 0);
      return 100 * Math.sqrt(sum / held.targets.length);
    };
    assert.deepEqual([1, 7].map((back) => Math.round(missed(back))), [115, 46]); // prettier-ignore
  });
});

describe('moby-dick', () => {
  const { train, validation, test: held } = loadLetters();
  const textOf = (letters: Uint8Array): string => Array.from(letters, (place) => alphabet[place]).join('');
  test('the whole book, in letters of a small alphabet', () => {
    const chapters = loadChapters();
    assert.equal(chapters.length, 136);
    assert.ok(chapters[0]!.startsWith('Call me Ishmael.') && chapters.at(-1)!.endsWith('only found another orphan.'));
    assert.equal(textOf(lettersOf('Ahab—the  Whale?\n\n"No!" (No. 7)')), 'ahab-the whale? "no!" (no. )');
    const kept = train.length + validation.length + held.length;
    const all = chapters.reduce((sum, { length }) => sum + length, 0);
    assert.ok(kept < all && kept > 0.99 * all);
    for (const letters of [train, validation, held]) assert.equal(new Set(letters).size, alphabet.length);
  });
  test('no text is in two parts', () => {
    const long = 40;
    const seen = textOf(train);
    for (const letters of [validation, held]) {
      const text = textOf(letters);
      const pieces = Array.from({ length: Math.floor(text.length / 500) }, (_, i) => text.slice(i * 500, i * 500 + long));
      assert.deepEqual(pieces.filter((piece) => seen.includes(piece)), []); // prettier-ignore
    }
  });
  test('places are spread evenly, each with what stands before it', () => {
    const { places } = lettersIn(held, 1000);
    assert.equal(new Set(places).size, 1000);
    assert.ok(places[0] === context && places.at(-1)! < held.length && places.at(-1)! > held.length - 200);
    assert.deepEqual([...lettersIn(held.subarray(0, 12)).places], [8, 9, 10, 11]);
  });
  test('letter, pair and triple frequencies give the cross-entropies that the description states', () => {
    // Each order is mixed with the one below, which counts as eight letters seen.
    const size = alphabet.length;
    const orders = [0, 1, 2].map((order) => ({
      order,
      counts: new Float64Array(size ** (order + 1)),
      sums: new Float64Array(size ** order),
    }));
    const before = (text: Uint8Array, at: number, order: number): number =>
      text.subarray(at - order, at).reduce((key, letter) => key * size + letter, 0);
    for (let at = 2; at < train.length; at++)
      for (const { order, counts, sums } of orders) {
        const key = before(train, at, order);
        counts[key * size + train[at]!]! += 1;
        sums[key]! += 1;
      }
    const bits = [0, 0, 0];
    for (let at = 2; at < held.length; at++) {
      let p = 1 / size;
      for (const { order, counts, sums } of orders) {
        const key = before(held, at, order);
        p = (counts[key * size + held[at]!]! + 8 * p) / (sums[key]! + 8);
        bits[order]! -= Math.log2(p) / (held.length - 2);
      }
    }
    const { description } = problems.find(({ id }) => id === 'moby-dick')!;
    assert.ok(description.includes(`letter frequencies give ${bits[0]!.toFixed(2)} bits, those of pairs ${bits[1]!.toFixed(2)}, those of triples ${bits[2]!.toFixed(2)}.`), String(bits)); // prettier-ignore
  });
});

test('the transformer tells nothing where its last matrix is zero, and learns that one first', async () => {
  const model = await problems.find(({ id }) => id === 'transformer')!.load();
  const params = asArrays(await model.start(1));
  const grads = asArrays(await model.start(2));
  params['head']!.fill(0);
  for (const split of ['validation', 'test'] as const)
    assert.ok(Math.abs(Number(await model.evaluate(params, split)) - Math.log2(38)) < 1e-4);
  // With no weight on what it knows, the gradient of the last matrix is all that is not zero.
  await model.gradient(params, grads, 1, 1);
  for (const [name, array] of Object.entries(grads)) assert.equal(array.some((x) => x !== 0), name === 'head', name); // prettier-ignore
});

describe('co-occurrences', () => {
  const { vocabulary, train, validation, test: held } = loadCoOccurrences();
  const parts = [train, validation, held];
  test('each pair of words once, with how often the second is among the five after the first', () => {
    const counts = new Map<string, number>();
    for (const { first, second, counts: own } of parts)
      own.forEach((count, i) => counts.set(`${vocabulary[first[i]!]!} ${vocabulary[second[i]!]!}`, count));
    assert.deepEqual([counts.size, ...parts.map(({ first }) => first.length)], [455_782, 425_782, 10_000, 20_000]);
    const texts = readPacked('glosses.tsv.br').toString().split('\n').map((line) => line.split('\t')[2]!.toLowerCase().match(/[a-z]+/g) ?? []); // prettier-ignore
    for (const pair of ['kind of', 'of kind', 'genus of', 'plant the', 'a a']) {
      const [first, second] = pair.split(' ');
      const often = texts.reduce((sum, text) => {
        const ends = text.flatMap((word, i) => (word === second ? [text.slice(Math.max(i - 5, 0), i)] : []));
        return sum + ends.flat().filter((word) => word === first).length;
      }, 0);
      assert.equal(counts.get(pair), often === 0 ? undefined : often, pair);
    }
  });
  test('the mean misses by 1.66 on test data, biases alone by 0.94', () => {
    const weight = (count: number): number => Math.min((count / 100) ** 0.75, 1);
    const missed = (told: (first: number, second: number) => number): number => {
      let [sum, all] = [0, 0];
      held.counts.forEach((count, i) => {
        sum += weight(count) * (Math.log(count) - told(held.first[i]!, held.second[i]!)) ** 2;
        all += weight(count);
      });
      return Math.sqrt(sum / all);
    };
    const all = train.counts.reduce((sum, count) => sum + weight(count), 0);
    const mean = train.counts.reduce((sum, count) => sum + weight(count) * Math.log(count), 0) / all;
    assert.equal(missed(() => mean).toFixed(2), '1.66');
    const biases = [new Float64Array(vocabulary.length), new Float64Array(vocabulary.length)] as const;
    for (let round = 0; round < 40; round++)
      for (const [own, other, mine, theirs] of [[biases[0], biases[1], train.first, train.second], [biases[1], biases[0], train.second, train.first]] as const) {
        const [sums, weights] = [new Float64Array(own.length), new Float64Array(own.length).fill(0.1)];
        train.counts.forEach((count, i) => {
          sums[mine[i]!]! += weight(count) * (Math.log(count) - other[theirs[i]!]!);
          weights[mine[i]!]! += weight(count);
        });
        own.forEach((_, i) => (own[i] = sums[i]! / weights[i]!));
      } // prettier-ignore
    assert.equal(missed((first, second) => biases[0][first]! + biases[1][second]!).toFixed(2), '0.94');
  });
  test('a batch of 256 pairs touches the rows of its words alone', () => {
    const network = vectorsNetwork(vocabulary.length, train);
    const [params, grads] = [asArrays(network.start(1)), asArrays(network.start(2))];
    network.gradient(params, grads, 1, 1);
    for (const name of ['a', 'b']) {
      const [rows, table] = [grads[name]!, grads[name === 'a' ? 'U' : 'V']!];
      const touched = rows.filter((x) => x !== 0).length;
      assert.ok(touched > 50 && touched <= 256, String(touched));
      rows.forEach((x, row) => assert.equal(table.subarray(row * 16, row * 16 + 16).some((y) => y !== 0), x !== 0)); // prettier-ignore
    }
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
      if (Number(await model.gradient(params, grads, 1, 1)) < 1e-15) break;
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
