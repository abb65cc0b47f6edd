/** A fair comparison in a page, the numbers behind it: who gets which runs, how places and tests follow, and what of a network can be looked at and changed. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compareWith, loadImages } from '@thalweg/compare';
import { digitsNetwork, firstImages } from '@thalweg/compare/models';
import fc from 'fast-check';
import { adam } from 'thalweg';
import { chosen, finalOf, searchOf, standingsOf } from '../src/train/fair.ts';
import { learnt } from '../src/train/learnt.ts';
import { decodeSetup, encodeSetup } from '../src/train/link.ts';
import { firstBags, lastImages, trainee } from '../src/train/net.ts';
import { Session } from '../src/train/session.ts';
import { bounds, contender, firstSetup, offered } from '../src/train/setup.ts';
import { cardOf, factors, freshSeeds, nearFactors, ordinal } from '../src/train/standing.ts';
import { entrantOf, examples } from '../src/lab/own.ts';
import { LinkError } from '../src/lab/state.ts';
import { knobsOf } from '../src/race/entrant.ts';

const setup = firstSetup('digits');
const own = entrantOf(examples[0]!.own);

describe('the protocol', () => {
  test('every optimizer gets the same number of rates around its own and the same seeds, and none is used twice', () => {
    const search = searchOf({ ...setup, entrants: [...setup.entrants, own] });
    for (const [entrant, one] of [...setup.entrants, own].entries()) {
      const runs = search.filter((run) => run.entrant === entrant);
      assert.deepEqual(
        runs.map(({ order }) => order.entrant.values['lr']),
        factors.map((factor) => Number((one.values['lr']! * factor).toPrecision(3))),
      );
    }
    const final = finalOf(setup, setup.entrants);
    assert.equal(final.length, setup.entrants.length * freshSeeds * nearFactors.length);
    const seeds = (runs: typeof search): Set<number> => new Set(runs.map(({ order }) => order.seed));
    assert.equal(seeds(search).size, 1);
    assert.equal(seeds(final).size, freshSeeds);
    assert.ok([...seeds(search)].every((seed) => !seeds(final).has(seed)));
  });

  test('the rate with the lowest loss is chosen, runs that diverged are never, and an edge is said', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.double({ min: 0, max: 5, noNaN: true })), { minLength: 20, maxLength: 20 }), (losses) => {
        const results = losses.map((loss) => (loss === null ? null : { loss, error: 0 }));
        chosen(setup, results).forEach((one, entrant) => {
          const mine = losses.slice(5 * entrant, 5 * entrant + 5);
          const finite = mine.filter((loss) => loss !== null);
          if (finite.length === 0) assert.equal(one, setup.entrants[entrant]);
          else {
            const at = mine.indexOf(Math.min(...finite));
            assert.equal(one.values['lr'], Number((setup.entrants[entrant]!.values['lr']! * factors[at]!).toPrecision(3)));
          }
        });
      }),
    );
  });

  test('places and tests are those of the comparer, and the line says them', () => {
    const errors = [
      [7, 8, 7.5, 8, 7],
      [9, 10, 9.5, 10, 9.2],
      [7.1, 8.2, 7.3, 8.3, 6.9],
      [null, null, null, 8, 9],
    ];
    // Of three rates the middle one has the lowest loss; what the others told wrong does not count.
    const results = errors.flat().flatMap((error) => (error === null ? [null, null, null] : [{ loss: 2 * error, error: 0 }, { loss: error, error }, { loss: 3 * error, error: 0 }])); // prettier-ignore
    const standings = standingsOf(setup.entrants, results);
    assert.deepEqual(standings.map(({ lr, edge }) => [lr, edge]), standings.map(({ key }) => [setup.entrants.find((one) => one.key === key)!.values['lr'], false])); // prettier-ignore
    assert.deepEqual(
      standings.map(({ key, rank }) => [key, rank]),
      [
        ['adam', 1],
        ['sgd-momentum', 2],
        ['adagrad', 3],
        ['adamw', 4],
      ],
    );
    const scores = new Map(setup.entrants.map(({ key }, i) => [key, new Map(errors[i]!.map((error, seed) => [seed, error]))]));
    for (const { other, pValue, verdict } of compareWith('adam', scores, { alpha: 0.05, direction: { lowerIsBetter: true } })) {
      const one = standings.find(({ key }) => key === other)!;
      assert.deepEqual([one.p, one.verdict], [pValue, verdict]);
    }
    assert.equal(cardOf(standings, 'sgd-momentum', 'digits'), 'SGD + momentum: 2nd of 4 on digits, no detectable difference from Adam');
    assert.equal(cardOf(standings, 'adagrad', 'digits'), 'AdaGrad: 3rd of 4 on digits, detectably worse than Adam');
    assert.equal(cardOf(standings, 'adam', 'digits'), 'Adam: 1st of 4 on digits, detectably better than AdaGrad');
    assert.equal(cardOf(standings, 'adamw', 'digits'), 'AdamW: 4th of 4 on digits, diverged');
    assert.deepEqual([1, 2, 3, 4, 11, 12, 13, 21, 22, 101, 111].map(ordinal), ['1st', '2nd', '3rd', '4th', '11th', '12th', '13th', '21st', '22nd', '101st', '111th']); // prettier-ignore
  });
});

test('a link holds equations of one’s own, and a doctored one is refused', () => {
  const mine = { ...setup, entrants: [setup.entrants[0]!, { ...own, values: { ...own.values, lr: 0.01 } }] };
  const back = decodeSetup(encodeSetup(mine));
  assert.deepEqual(back, mine);
  assert.equal(encodeSetup(back), encodeSetup(mine));
  for (const bad of [
    'o=own',
    'o=own&own=xx',
    'o=own&own=e30',
    'o=own:nothing:1&own=' + encodeSetup(mine).split('own=')[1]!,
    'o=own-2&own=e30',
  ])
    assert.throws(() => decodeSetup(bad), LinkError, bad);
});

test('every optimizer on offer, and equations of one’s own, have a live rate, and every hyperparameter that is said to be live can be set', async () => {
  const { train, validation } = loadImages();
  const network = trainee(digitsNetwork(firstImages(train, 200)), firstImages(validation, 20), firstImages(train, 20));
  const all = [...offered.map(({ id }) => contender('digits', id)), own];
  for (let from = 0; from < all.length; from += bounds.entrants) {
    const entrants = all.slice(from, from + bounds.entrants);
    const session = await Session.open(network, { ...setup, entrants, steps: 20 });
    assert.deepEqual(session.refused, []);
    entrants.forEach((one, i) => {
      const live = session.live()[i]!;
      assert.ok(live.includes('lr') || !('lr' in one.values), `${one.key}: ${live.join(' ')}`);
      for (const { name, fallback } of knobsOf(one)) {
        if (!live.includes(name)) continue;
        const value = name === 'lr' ? one.values['lr']! / 2 : fallback;
        session.tune(i, { ...one, values: { ...one.values, [name]: value } }, name);
      }
    });
    session.dispose();
  }
});

test('a rate that is changed in the middle of a run counts from the next step on', async () => {
  const { train, validation } = loadImages();
  const network = trainee(digitsNetwork(firstImages(train, 200)), firstImages(validation, 20), firstImages(train, 20));
  const one = contender('digits', 'sgd');
  const weights = async (change: number | undefined): Promise<Float32Array> => {
    const session = await Session.open(network, { ...setup, entrants: [one], steps: 4 });
    const work = session.train();
    work.next();
    work.next();
    if (change !== undefined) session.tune(0, { ...one, values: { lr: change } }, 'lr');
    while (work.next().done !== true);
    return Float32Array.from(session.weightsOf(0)!['W2']!);
  };
  const [asIt, same, none] = [await weights(undefined), await weights(one.values['lr']), await weights(1e-30)];
  assert.deepEqual(same, asIt);
  assert.notDeepEqual(none, asIt);
});

test('what a network tells wrong is what its measure counts, and filters are its weights', async () => {
  const { train, validation } = loadImages();
  const network = digitsNetwork(train);
  const some = firstImages(validation, 300);
  const { params } = await adam().init(network.start(3));
  const { wrong, of, mistakes, filters } = learnt(params, some);
  assert.equal((100 * wrong) / of, network.measure(params, some).errorPercent);
  assert.ok(mistakes.every(({ label, said, sure }) => label !== said && sure > 0.1 && sure <= 1) && mistakes.length === 24);
  assert.ok(mistakes.every(({ sure }, i) => i === 0 || sure <= mistakes[i - 1]!.sure));
  assert.equal(filters.length, 64);
  const first = filters[0]!;
  const unit = Array.from({ length: 64 }, (_, u) => u).find((u) =>
    first.every((weight, pixel) => weight === params['W1']![pixel * 64 + u]),
  );
  assert.notEqual(unit, undefined);
});

test('the halves that choose and report share nothing and are all', () => {
  const { validation } = loadImages();
  const half = validation.count >> 1;
  const [a, b] = [firstImages(validation, half), lastImages(validation, half)];
  assert.equal(a.count + b.count, validation.count);
  assert.deepEqual([...a.labels, ...b.labels], [...validation.labels]);
  assert.equal(a.pixels.length + b.pixels.length, validation.pixels.length);
  assert.equal(firstBags({ words: [], values: [], labels: new Float32Array() }, 3).labels.length, 0);
});
