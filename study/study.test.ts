/** The study: its plan, its rules on results made up for them, and the page, which must follow from what is kept. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Pool, problems as builtIn } from '@thalweg/compare';
import { claims, judged } from './claims.ts';
import { fieldsOf } from './figures/common.ts';
import { forGuide } from './guide.ts';
import { interquartileMean, stratified } from './figures/standing.ts';
import { widthOf } from './figures/tuning.ts';
import { isKept, readKept, type KeptOptimizer, type KeptProblem } from './kept.ts';
import { page } from './page.ts';
import { problemNames, unitsOf, type ProblemName } from './plan.ts';
import { betterSchedule, best, middle, rankCorrelation, ranksOf, regret } from './reading.ts';
import { drawnAnew, steadiness } from './steadiness.ts';
import { untunedSummary, withoutTuning } from './untuned.ts';

const root = join(import.meta.dirname, '..');
const lengths = Object.fromEntries(problemNames.map((name) => [name, 400])) as Record<ProblemName, number>;

/** A problem whose optimizers have these test errors, seed by seed; validation errors are the same unless given. */
function made(
  results: Readonly<Record<string, readonly (number | null)[]>>,
  validation: Readonly<Record<string, readonly number[]>> = {},
): KeptProblem {
  const metric = { name: 'test error', lowerIsBetter: true, unit: '%' };
  const optimizers = Object.entries(results).map(([id, values]): KeptOptimizer => {
    const trials = values.map((testMetric, seed) => ({
      ...{ seed, lr: 0.1, diverged: testMetric === null, divergedAt: null, testMetric, testLoss: null, finalLoss: null, validationLoss: null, reached: null },
      ...{ validationMetric: validation[id]?.[seed] ?? testMetric, validation: { steps: [0], values: [1] }, seconds: { gradient: 0, optimizer: 0 } },
    })); // prettier-ignore
    return { ...({} as KeptOptimizer), id, label: id, trials, sweep: [], bestLr: 0.1 };
  });
  return { ...({} as KeptProblem), id: 'made', tuningMetric: metric, testMetric: metric, steps: 400, optimizers };
}
const around = (mean: number): number[] => [-0.2, -0.1, 0, 0.1, 0.2, 0.15, -0.15, 0.05].map((noise, i) => mean + noise * (1 + i / 10));

test('the plan names problems that there are, and every comparison once', () => {
  const names = unitsOf(lengths).map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  const known = new Set(builtIn.map(({ id }) => id));
  for (const name of problemNames) assert.ok(known.has(name), name);
});

test('the better schedule is chosen by validation data, never by the test', () => {
  const problem = made({ adam: around(5), 'adam+cosine': around(9) }, { adam: around(8), 'adam+cosine': around(4) });
  assert.equal(betterSchedule(problem, 'adam'), 'adam+cosine');
  assert.equal(best(problem), 'adam');
});

test('a median that lies among diverged runs is the worst, and ranks share a place', () => {
  const problem = made({ a: [1, 2, 3], b: [1, null, null], c: [3, 2, 1] });
  assert.deepEqual(Object.fromEntries(ranksOf(problem, ['a', 'b', 'c'])), { a: 1, b: 3, c: 1 });
  assert.equal(middle([3, Infinity, Infinity, 1]), Infinity);
  const scale = regret(made({ a: [2], b: [4], c: [10] }));
  assert.deepEqual([2, 4, 3, null].map(scale), [0, 1, 0.5, Infinity]);
});

test('what is reached without tuning stands on the scale of those that are tuned, and a median that diverged is the farthest', () => {
  const tuned = [made({ a: [2], b: [4], c: [10] }), made({ a: [1], b: [2], c: [3] })];
  const at = (medians: Readonly<Record<string, number | null>>): KeptProblem => {
    const optimizers = Object.entries(medians).map(([id, median]) => ({ id, label: id, promises: id !== 'sgd', summary: { median } }));
    return { ...tuned[0]!, defaults: { optimizers } } as unknown as KeptProblem;
  };
  const rows = withoutTuning([at({ sgd: 10, dog: 3, prodigy: null, momo: 6 }), at({ sgd: 1, dog: 2.5, prodigy: 1, momo: 3 })], tuned);
  assert.deepEqual(
    rows.map(({ label, distance }) => [label, distance]),
    [['best tuned optimizer of each problem', 0], ['dog', 1], ['sgd', 2], ['momo', 2], ['prodigy', Infinity]],
  ); // prettier-ignore
  assert.match(
    untunedSummary(rows),
    /dog, momo and prodigy with default hyperparameters come nearest to the best tuned optimizer; dog is as good as the median tuned optimizer/,
  );
});

test('a verdict on which all seeds agree is steady, and one of two equals is a coin', () => {
  const far = made({ a: around(5), b: around(9) });
  const equal = made({ a: [1, 2, 3, 4, 5, 6, 7], b: [7, 6, 5, 4, 3, 2, 1].map((x) => x - 0.01) });
  const judge = (results: (name: string) => KeptProblem) => ({ holds: best(results('main')) === 'b' });
  assert.equal(steadiness(judge, () => far), 1);
  const share = steadiness(judge, () => equal);
  assert.ok(share > 0.35 && share < 0.65, String(share));
  // Pairs stay pairs: both optimizers have the same seeds, in the same order.
  const drawn = drawnAnew(equal, (seeds) => seeds.map((_, i) => seeds[(i * i) % seeds.length]!));
  const [a, b] = drawn.optimizers.map(({ trials }) => trials.map(({ testMetric }) => testMetric!));
  assert.deepEqual(a!.map((x, i) => Math.round(x + b![i]!)), a!.map(() => 8));
  assert.deepEqual(drawn.optimizers[0]!.trials.map(({ seed }) => seed), [1, 2, 3, 4, 5, 6, 7]);
}); // prettier-ignore

test('who took part in some problems alone is compared over these alone', () => {
  const [a, b] = [made({ sgd: around(5), adam: around(4) }), made({ sgd: around(6), adam: around(4), muon: around(3) })];
  const ids = fieldsOf([a, b]).map(({ problems, keys }) => [problems.length, keys.map(({ id }) => id).join()]);
  assert.deepEqual(ids, [
    [2, 'sgd,adam'],
    [1, 'sgd,adam,muon'],
  ]);
  assert.equal(fieldsOf([a, a]).length, 1);
});

test('rank correlations and interquartile means are those of a textbook', () => {
  assert.equal(rankCorrelation([[1, 10], [2, 20], [3, 15], [4, 40], [5, 30]]), 0.8); // prettier-ignore
  assert.equal(rankCorrelation([[1, 3], [2, 2], [3, 1]]), -1); // prettier-ignore
  assert.equal(interquartileMean([0, 1, 2, 3, 4, 5, 6, 1000]), 3.5);
  const { mean, low, high } = stratified([around(1), around(2)]);
  assert.ok(low < mean && mean < high && high - low < 0.7, `${String(low)} to ${String(high)}`);
});

test('the width of a basin is found between the rates', () => {
  const sweep = [0.01, 0.1, 1, 10].map((lr, i) => ({ lr, extension: false, scores: [], diverged: 0, score: [200, 100, 110, null][i]! }));
  const problem = made({ a: [1] });
  // From 100 the score is 105 half of a decade up and a twentieth of a decade down.
  const width = widthOf({ ...problem, optimizers: [{ ...problem.optimizers[0]!, sweep }] }, 'a');
  assert.ok(Math.abs(width - 10 ** 0.55) < 1e-9, String(width));
});

test('claims are judged by their rules, either way, and not at all without runs', () => {
  const [rare] = claims;
  const results = (sgd: number) => (name: string) =>
    name.startsWith('main-')
      ? made({ sgd: around(sgd), 'sgd-momentum': around(9), adagrad: around(5), rmsprop: around(6), adam: around(5.5), adamw: around(5.6) })
      : undefined;
  assert.equal(judged(rare!, results(9))?.holds, true);
  assert.equal(judged(rare!, results(5))?.holds, false);
  for (const claim of claims) assert.equal(judged(claim, () => undefined), undefined); // prettier-ignore
});

const read = new Map<string, KeptProblem>();
/** A comparison that is kept, read once. */
function keptOnce(name: string): KeptProblem {
  if (!read.has(name)) read.set(name, readKept(name).problem);
  return read.get(name)!;
}

test('the guide is told what is kept; what waits for runs says so, and is told once they are there', () => {
  const nothing = forGuide(() => undefined);
  for (const [name, { says, verdict, claim }] of Object.entries(nothing.told)) {
    assert.match(says, /are not complete/, name);
    assert.equal(verdict, claim === undefined ? undefined : 'not decided yet', name);
  }
  const kept = forGuide((name) => (isKept(name) ? keptOnce(name) : undefined));
  assert.doesNotMatch(JSON.stringify(kept), /NaN|undefined|null|Infinity/);
  assert.equal(kept.problems.length, problemNames.length);
  for (const { claim, title } of Object.values(kept.told)) assert.equal(title, claims.find(({ number }) => number === claim)?.title);

  const defaults = {
    optimizers: [
      { id: 'adamw', label: 'AdamW', promises: false, results: [{ testMetric: 5 }] },
      { id: 'prodigy', label: 'Prodigy', promises: true, results: [{ testMetric: 4 }] },
    ],
  };
  const results = (name: string): KeptProblem => {
    if (name.startsWith('horizon-')) return made({ sgd: around(4), adagrad: around(name.endsWith('-4') ? 8 : 3), adam: around(5) });
    if (isKept(name) && !/^(search|untuned)/.test(name)) return keptOnce(name);
    const main = keptOnce(name.replace(/^(search|untuned)/, 'main'));
    const better = ({ testMetric, ...trial }: KeptOptimizer['trials'][number]): KeptOptimizer['trials'][number] => ({ ...trial, testMetric: testMetric! - 5 });
    const optimizers = main.optimizers.map((one) => ({ ...one, trials: one.trials.map(better) }));
    return { ...main, optimizers, ...({ defaults } as unknown as Pick<KeptProblem, 'defaults'>) };
  }; // prettier-ignore
  const { told } = forGuide(results);
  assert.match(told['dies']!.says, /half the length .*: 1 and 3 on definitions of nouns/);
  assert.match(told['untuned']!.says, /1 of 1 methods .*: Prodigy on 10\.$/);
  assert.match(told['search']!.says, /detectably better than tuning only the learning rate on 5 of 5 problems/);
  assert.deepEqual([told['dies']!.verdict, told['untuned']!.verdict, told['search']!.verdict], ['confirmed', 'confirmed', 'refuted']);
});

test('what is kept is whole, and the published page with its pictures is made from it', async () => {
  for (const { name, problem } of unitsOf(lengths).filter((unit) => isKept(unit.name))) {
    const kept = readKept(name);
    assert.equal(kept.problem.id, problem.endsWith('.ts') ? 'sparse-text' : problem);
    for (const { trials } of kept.problem.optimizers) assert.equal(trials.length, kept.protocol.seeds.length);
  }
  const { files, summary } = await page();
  assert.ok(
    readFileSync(join(root, 'README.md'), 'utf8').includes(summary),
    'README.md is not what is kept says: npm run study -- --figures',
  );
  for (const [path, content] of files) {
    const same = readFileSync(join(root, path), 'utf8') === content;
    assert.ok(same, `${path} is not what is kept says: npm run study -- --figures`);
  }
});

test('runs that are kept are those that would be made today', async () => {
  const pool = new Pool(1);
  try {
    for (const [name, id] of [['glosses', 'adam'], ['glosses', 'sgd'], ['co-occurrences', 'adagrad'], ['names', 'lion']] as const) {
      const { steps, optimizers } = readKept(`main-${name}`).problem;
      const { lr, seed, testMetric, testLoss, validationLoss } = optimizers.find((one) => one.id === id)!.trials[0]!;
      const { result } = await pool.run({ problem: name, contestant: id, schedule: 'constant', lr, seed, steps });
      const pairs = [[result.testMetric, testMetric], [result.testLoss, testLoss], [result.validationLoss, validationLoss]] as const;
      // Elsewhere the last bits of exp and log may be others.
      for (const [now, then] of pairs) assert.ok(process.arch === 'x64' ? now === then : Math.abs(now! / then! - 1) < 0.02, `${name} ${id}: ${String(now)}, ${String(then)}`);
    }
  } finally {
    await pool.close();
  }
}); // prettier-ignore
