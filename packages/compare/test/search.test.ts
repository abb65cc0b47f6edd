/** Searches over several hyperparameters: the points, the spaces, what each seed takes, and how often two copies of one optimizer are called different. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import * as library from 'thalweg';
import { Method } from 'thalweg';
import { withNames, withValues } from '../src/code.ts';
import { checkContestant, contestants, libraryContestant, libraryNames } from '../src/contestants.ts';
import { normal, permutation, random } from '../src/data/random.ts';
import { mostDimensions, sobol } from '../src/data/sobol.ts';
import { lost } from '../src/lost.ts';
import { compareMeasured, lower } from '../src/quantile.ts';
import type { Dimension, Trial } from '../src/schema.ts';
import { errorNote } from '../src/report/errors.ts';
import { pointsOf, search } from '../src/search.ts';
import { described, scheduleCode, undescribed } from '../src/schedules.ts';
import { placeOf, rateSpace, spaceNames, spaceOf, valueAt } from '../src/spaces.ts';
import type { Control } from '../src/control.ts';
import { presets } from '../src/protocol.ts';
import { compareWith } from '../src/statistics/compare.ts';
import { errorRates, type ErrorRate } from '../src/statistics/control.ts';

describe("Sobol's points", () => {
  test("are SciPy's", () => {
    // scipy.stats.qmc.Sobol(8, scramble=False).random(1024)
    const points = sobol(1024, 8);
    const expected: readonly (readonly [at: number, point: readonly number[]])[] = [
      [0, [0, 0, 0, 0, 0, 0, 0, 0]],
      [1, [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]],
      [2, [0.75, 0.25, 0.25, 0.25, 0.75, 0.75, 0.25, 0.75]],
      [3, [0.25, 0.75, 0.75, 0.75, 0.25, 0.25, 0.75, 0.25]],
      [5, [0.875, 0.875, 0.125, 0.375, 0.875, 0.625, 0.875, 0.375]],
      [12, [0.3125, 0.1875, 0.3125, 0.5625, 0.9375, 0.4375, 0.0625, 0.0625]],
      [100, [0.4140625, 0.2578125, 0.7734375, 0.7265625, 0.8828125, 0.7421875, 0.0234375, 0.4765625]],
      [511, [0.001953125, 0.501953125, 0.408203125, 0.845703125, 0.353515625, 0.876953125, 0.744140625, 0.462890625]],
      [1023, [0.0009765625, 0.7529296875, 0.6123046875, 0.1455078125, 0.1865234375, 0.4384765625, 0.1396484375, 0.6181640625]],
    ];
    for (const [at, point] of expected) assert.deepEqual(points[at], point);
  });
  test('shifted by any seed, 2ⁿ of them have one in each of 2ⁿ equal parts of every coordinate', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0, max: 7 }), (seed, n) => {
        const count = 2 ** n;
        const points = sobol(count, mostDimensions, seed);
        for (let d = 0; d < mostDimensions; d++)
          assert.equal(new Set(points.map((point) => Math.floor(point[d]! * count))).size, count, `dimension ${String(d)}`);
      }),
      { numRuns: 50 },
    );
    assert.notDeepEqual(sobol(4, 2, 1), sobol(4, 2, 2));
    assert.throws(() => sobol(1, mostDimensions + 1), RangeError);
  });
});

describe('spaces', () => {
  test('a value is where its place is, within its ends, and each has a source', () => {
    const all = [rateSpace(0.01), ...spaceOf('adamw', spaceNames), ...spaceOf('lion', spaceNames), ...spaceOf('rmsprop', ['beta'])];
    for (const dimension of [...all, { name: 'x', scale: 'linear', from: -1, to: 3, source: 'here' } as const]) {
      for (const place of [0, 0.1, 0.5, 0.999]) {
        const value = valueAt(dimension, place);
        assert.ok(value >= dimension.from * (1 - 1e-9) - 1e-9 && value <= dimension.to + 1e-9, `${dimension.name} ${String(value)}`);
        assert.ok(Math.abs(placeOf(dimension, value) - place) < 0.01, `${dimension.name} ${String(place)}`);
      }
      assert.ok(dimension.source.length > 3);
    }
  });
  test('the documentation tells the same', () => {
    const rows = readFileSync(new URL('../../../docs/compare.md', import.meta.url), 'utf8').split('\n').filter((line) => line.startsWith('| `')); // prettier-ignore
    for (const [optimizer, names, label] of [['adamw', spaceNames, ''], ['rmsprop', ['beta'], ' of RMSProp'], ['lion', ['beta2', 'weightDecay'], ' of Lion']] as const)
      for (const { name, from, to, scale } of spaceOf(optimizer, names)) {
        const row = rows.map((line) => line.split('|').map((cell) => cell.trim())).find(([, first = '']) => first.split(', ').includes(`\`${name}\`${label}`));
        assert.deepEqual(row?.slice(2, 5), [String(from), String(to), scale], `${name}${label}`);
      }
  }); // prettier-ignore
  test('every optimizer that can be named takes the ends and the middle of its space', () => {
    const every = [...contestants, ...libraryNames.map((name) => libraryContestant(name)!)];
    for (const { id, centre, space = [], create } of every) {
      assert.ok(space.length < mostDimensions, id);
      for (const place of [0, 0.5, 0.999]) {
        const values = [rateSpace(centre), ...space].map((dimension) => [dimension.name, valueAt(dimension, place)] as const);
        const { lr = centre, ...hyper } = Object.fromEntries(values);
        const made = create(lr, { steps: 100, hyper });
        // What stands around an optimizer has its own.
        delete hyper['rho'];
        if (!(made instanceof Method)) continue;
        for (const [name, value] of Object.entries(hyper)) {
          const found: unknown[] = made.groups.flatMap(({ parts }) => parts.map((part) => part.values.get(name)));
          assert.ok(found.includes(value), `${id} takes ${name} ${String(value)}, and has ${JSON.stringify(found)}`);
        }
      }
    }
    for (const other of ['ftrl', 'optimisticSgd'])
      assert.deepEqual(libraryContestant(other)?.space, [], `${other}'s beta is no weight of a mean`);
    assert.deepEqual(libraryContestant('nadam')?.space?.map(({ name }) => name), ['beta1', 'beta2', 'eps', 'weightDecay']); // prettier-ignore
  });
  test("an optimizer of the user's declares its own, and what is wrong with it is said", () => {
    const create = (): never => assert.fail('is not made here');
    const own = { name: 'rho', scale: 'linear', from: 0.1, to: 2 } as const;
    const { space } = checkContestant('mine.ts', { id: 'mine', create, space: ['beta1', own] });
    assert.deepEqual(space, [...spaceOf('mine', ['beta1']), { ...own, source: 'declared by the optimizer' }]);
    for (const wrong of [['gamma'], [{ ...own, to: 0.1 }], [{ ...own, scale: 'log', from: 0 }], [{ ...own, scale: 'exp' }], [{ ...own, name: 'lr' }], 'beta1', [{ ...own, scale: 'log of 1 − x', to: 1 }]])
      assert.throws(() => checkContestant('mine.ts', { id: 'mine', create, space: wrong }), /the optimizer mine's space must be an array of names \(momentum, beta1/);
  }); // prettier-ignore
});

test('code has the names that are searched, and then their values', () => {
  const code = withNames('adamw({ lr, weightDecay: 0.01 })', ['beta1', 'weightDecay']);
  assert.equal(code, 'adamw({ lr, beta1, weightDecay })');
  assert.equal(withValues(code, { lr: 0.01, beta1: 0.9, weightDecay: 0.1 }), 'adamw({ lr: 0.01, beta1: 0.9, weightDecay: 0.1 })');
  assert.equal(withNames('sgd({ lr })', []), 'sgd({ lr })');
  assert.equal(withValues('sgd({ lr, momentum: 0.9 })', { lr: 0.1 }), 'sgd({ lr: 0.1, momentum: 0.9 })');
  assert.equal(withValues('lbfgs()', { lr: 1 }), 'lbfgs()');
});

test('the code of every optimizer that can be named, with its values, makes what was run; under a schedule too', () => {
  const evaluated = (text: string): unknown => runInNewContext(text, { ...library });
  const valuesOf = (method: unknown): unknown => (method instanceof Method ? method.groups.map(({ parts }) => parts.map(({ values }) => [...values])) : method);
  for (const { id, code, centre, space = [], create } of [...contestants, ...libraryNames.map((name) => libraryContestant(name)!)]) {
    if (id === 'sam') continue; // Its call is around parameters and a gradient.
    const hyper = Object.fromEntries(space.map((dimension) => [dimension.name, valueAt(dimension, 0.5)]));
    const text = withValues(withNames(code, Object.keys(hyper)), { lr: centre, ...hyper });
    const made = create(centre, { steps: 100, hyper });
    if (made instanceof Method) assert.equal(JSON.stringify(valuesOf(evaluated(text))), JSON.stringify(valuesOf(made)), `${id}: ${text}`);
  }
  const { code } = contestants.find(({ id }) => id === 'muon')!;
  for (const [schedule, expected] of [['cosine', library.cosine({ peak: 0.2 / 10, total: 50 })], ['linear', library.linear({ from: 0.2 / 10, to: 0, steps: 50 })]] as const) {
    const [plain, name] = undescribed(described(code, schedule));
    assert.deepEqual([plain, name], [code, schedule]);
    const made = evaluated(withValues(plain, { lr: 0.2 }, (peak) => scheduleCode(name, peak, 50)));
    const rate = made instanceof Method ? made.groups[1]?.parts[0]?.values.get('lr') : undefined;
    assert.equal(JSON.stringify(rate), JSON.stringify(expected));
  }
}); // prettier-ignore

/** An optimizer whose results follow from its values and the seed: best at lr 0.01, worse with every power of ten away from it, in some seeds more. */
function made(noise: number, shift = 0) {
  return ({ lr = 0, beta1 = 0 }: Readonly<Record<string, number>>, seed: number): Promise<Trial> => {
    const next = random(seed, Math.round(lr * 1e9), 7);
    const height = shift + Math.abs(Math.log10(lr / 0.01)) + 2 * Math.abs(beta1 - 0.9) + 0.3 * normal(random(seed, 5));
    const value = lr > 0.5 ? null : height + noise * normal(next);
    const test = value === null ? null : height + noise * normal(next);
    return Promise.resolve({ ...lost({ lr, seed }), diverged: value === null, validationMetric: value, testMetric: test });
  };
}
const space: readonly Dimension[] = [rateSpace(0.01), ...spaceOf('adam', ['beta1'])];
const seedsFrom = (first: number, count: number): number[] => Array.from({ length: count }, (_, i) => first + i);

test('each seed makes as many tries, at points of its own, and takes the one that is best on its own validation data', async () => {
  const asked: [number, Readonly<Record<string, number>>][] = [];
  const run = made(0.1);
  const { result, tries } = await search(space, 16, [101, 102, 103], lower, (values, seed) => {
    asked.push([seed, values]);
    return run(values, seed);
  });
  assert.equal(asked.length, 48);
  assert.equal(new Set(asked.map(([, { lr }]) => lr)).size, 48, 'no two seeds try the same');
  assert.deepEqual(asked.filter(([seed]) => seed === 102).map(([, values]) => values), pointsOf(space, 16, 102)); // prettier-ignore
  for (const [i, trial] of result.trials.entries()) {
    const own = tries[i]!;
    assert.ok(own.every(({ seed }) => seed === trial.seed));
    const measured = own.map(({ validationMetric: value }) => ({ value, loss: null }));
    const best = { value: trial.validationMetric, loss: null };
    assert.ok(measured.every((one) => compareMeasured(best, one, lower) <= 0));
    assert.equal(trial.hyper?.['lr'], trial.lr);
  }
  assert.equal(result.search?.tries.length, 48);
  assert.equal(result.bestLr, result.search.best['lr']);
  assert.equal(result.tuning, 'inside');
  const far = await search(space, 16, [101, 102, 103], lower, ({ lr = 0, ...rest }, seed) => run({ lr: lr * 1e5, ...rest }, seed));
  assert.equal(far.result.tuning, 'all-diverged');
  const edge = await search(space, 16, [101, 102, 103], lower, async (values, seed) => ({ ...(await run(values, seed)), validationMetric: values['lr']! }));
  assert.equal(edge.result.tuning, 'edge');
}); // prettier-ignore

test('two copies of one optimizer, searched with other seeds, are called different as often as the level says; a real difference is found', async () => {
  const different = async (shift: number): Promise<number> => {
    let count = 0;
    for (let i = 0; i < 200; i++) {
      const [a, b] = await Promise.all([
        search(space, 8, seedsFrom(1000 * i, 7), lower, made(0.1)),
        search(space, 8, seedsFrom(1000 * i + 500, 7), lower, made(0.1, shift)),
      ]);
      const scores = (trials: readonly Trial[]): Map<number, number | null> => new Map(trials.map(({ testMetric }, at) => [at, testMetric]));
      const [one] = compareWith('a', new Map([['a', scores(a.result.trials)], ['b', scores(b.result.trials)]]), { alpha: 0.05, direction: lower });
      if (one?.verdict === 'worse' || one?.verdict === 'better') count += 1;
    }
    return count / 200;
  };
  const [same, other] = [await different(0), await different(1)];
  assert.ok(same <= 0.08, `called different in ${String(100 * same)} %`);
  assert.ok(other >= 0.8, `found in ${String(100 * other)} %`);
}); // prettier-ignore

test('on the kept results of searches two copies are called different as often as every report says', () => {
  const file = new URL('../control/search.json', import.meta.url);
  const { testMetrics } = JSON.parse(readFileSync(file, 'utf8')) as { testMetrics: Readonly<Record<'sgd' | 'adamw', readonly number[]>> };
  const rate = (a: 'sgd' | 'adamw', b: 'sgd' | 'adamw', count: number): number => {
    let different = 0;
    for (let i = 0; i < 200; i++) {
      const order = [...permutation(40, random(i, count, 3))];
      const own = order.slice(0, count);
      const theirs = a === b ? order.slice(count, 2 * count) : own;
      const scores = (id: 'sgd' | 'adamw', drawn: readonly number[]): Map<number, number | null> => new Map(drawn.map((seed, at) => [at, testMetrics[id][seed]!]));
      const [one] = compareWith('a', new Map([['a', scores(a, own)], ['b', scores(b, theirs)]]), { alpha: 0.05, direction: lower });
      if (one?.verdict === 'worse' || one?.verdict === 'better') different += 1;
    }
    return different / 2;
  };
  const counts = [5, 7, 10, 15];
  const same = (['sgd', 'adamw'] as const).flatMap((id) => counts.map((count) => rate(id, id, count)));
  const mean = same.reduce((sum, one) => sum + one, 0) / same.length;
  assert.ok(mean <= 5.5 && Math.max(...same) <= 8, String(same));
  const note = errorNote({ seeds: [1, 2, 3], trials: 8 });
  const told = `in ${mean.toFixed(1)} % of repetitions (${String(Math.min(...same))} to ${String(Math.max(...same))} % depending`;
  assert.ok(note.includes(told), `${note} does not say: ${told}`);
  assert.deepEqual(counts.map((count) => rate('sgd', 'adamw', count)), [100, 100, 100, 100]); // prettier-ignore
}); // prettier-ignore

test('a control of searches, by the command, has the run that each seed chose, and finds on the kept results what they say', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'thalweg-search-'));
  after(() => { rmSync(folder, { recursive: true, force: true }); });
  const command = ['compare', 'valley', '--control', '--quick', '--trials', '2', '--seeds', '12', '--steps', '5', '--optimizers', 'sgd,adam', '--json', '--out', folder];
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--conditions=source', new URL('../bin/thalweg.ts', import.meta.url).pathname, ...command], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  const { problems, rates } = JSON.parse(stdout) as Control & { readonly rates: readonly ErrorRate[] };
  assert.match(stderr, /^valley: 48 runs$/m);
  for (const { runs } of problems[0]!.optimizers) assert.equal(new Set(runs.map(([, seed]) => seed)).size, runs.length);
  assert.deepEqual(problems[0]!.optimizers.map(({ runs }) => runs.length), [12, 12]);
  assert.deepEqual(rates.map(({ optimizers, seeds }) => [optimizers.join(), seeds]), [['sgd', 5], ['sgd,adam', 5], ['adam', 5]]);
  const { testMetrics } = JSON.parse(readFileSync(new URL('../control/search.json', import.meta.url), 'utf8')) as { testMetrics: Readonly<Record<string, readonly number[]>> };
  const metric = { name: 'error', lowerIsBetter: true, unit: '%' };
  const optimizers = Object.entries(testMetrics).map(([id, all]) => ({ id, centre: 0.1, runs: all.map((one, seed) => [0.1 + seed, seed, one, one, one] as const) }));
  const problem = { id: 'names', steps: 1, tuningMetric: metric, testMetric: metric, optimizers };
  for (const { optimizers: who, different } of await errorRates(problem, { ...presets.quick, trials: 8 }, 10, 200)) assert.ok(who.length === 2 ? different === 200 : different <= 16, `${who.join()}: ${String(different)}`);
}); // prettier-ignore
