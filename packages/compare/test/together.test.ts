/** Runs of several learning rates that are taken together in jax-js have the results that each has alone, and whatever cannot be taken so is run one by one. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { adamw, chain, clipByGlobalNorm, sgd, soap } from 'thalweg';
import { compare } from '../src/compare.ts';
import type { Contestant } from '../src/contestants.ts';
import { presets } from '../src/protocol.ts';
import { findContestants, findProblem } from '../src/registry.ts';
import { checked } from '../src/run/checked.ts';
import { Gathering } from '../src/run/gathering.ts';
import type { Runner } from '../src/run/ledger.ts';
import { Pool } from '../src/run/pool.ts';
import { Store } from '../src/store/store.ts';
import { runTogether } from '../src/run/together.ts';
import { runTrial, type TrialRequest } from '../src/run/trial.ts';
import type { Comparison, Trial } from '../src/schema.ts';
import spiral from './support/traced-problem.ts';

const file = join(import.meta.dirname, 'support/traced-problem.ts');
const entry = await findProblem(file);
const model = checked(file, spiral, await spiral.load());
const requestOf = (contestant: string, lr: number): TrialRequest => ({
  problem: file, contestant, schedule: 'constant', lr, seed: 1, steps: 60, scan: true,
}); // prettier-ignore
/** The last one is beyond any method but one that takes it for the longest step. */
const ratesOf = (id: string): number[] => [1e-3, 0.01, 0.1, 1, id === 'polyak' ? 0.3 : 1e30];

/** An object without one of its members. */
function without<T extends object, K extends keyof T>(whole: T, key: K): Omit<T, K> {
  const rest = { ...whole };
  Reflect.deleteProperty(rest, key);
  return rest;
}

/** What two trials of one run must have in common: all but the seconds, up to what products of matrices in another order round to. */
function agree(title: string, a: Trial, b: Trial): void {
  const close = (x: number | null, y: number | null, what: string): void => {
    assert.equal(x === null, y === null, `${title}, ${what}`);
    assert.ok(Math.abs((x ?? 0) - (y ?? 0)) <= 1e-4 * (1 + Math.abs(y ?? 0)), `${title}, ${what}: ${String(x)}, ${String(y)}`);
  };
  assert.deepEqual(
    [a.lr, a.seed, a.diverged, a.divergedAt, a.reached?.steps],
    [b.lr, b.seed, b.diverged, b.divergedAt, b.reached?.steps],
    title,
  );
  for (const key of ['validationMetric', 'testMetric', 'finalLoss'] as const) close(a[key], b[key], key);
  for (const curve of ['training', 'validation'] as const) {
    assert.deepEqual(a[curve].steps, b[curve].steps, title);
    a[curve].values.forEach((x, i) => { close(x, b[curve].values[i]!, `${curve} ${String(i)}`); }); // prettier-ignore
  }
}

test('every built-in optimizer that jax-js can carry has the same results together and alone, one that diverges included', async () => {
  let diverged = 0;
  for (const contestant of await findContestants(entry, ['sgd', 'sgd-momentum', 'adam', 'adamw', 'lion', 'muon', 'polyak', 'radam'])) {
    const rates = ratesOf(contestant.id);
    const trials = await runTogether(spiral, model, contestant, { ...requestOf(contestant.id, 1), rates });
    assert.ok(trials !== undefined, contestant.id);
    for (const [i, lr] of rates.entries()) {
      agree(`${contestant.id} at ${String(lr)}`, trials[i]!, await runTrial(spiral, model, contestant, requestOf(contestant.id, lr)));
      diverged += trials[i]!.diverged ? 1 : 0;
    }
  }
  assert.ok(diverged >= 5, String(diverged));
});

const own = (create: Contestant['create']): Contestant => ({ id: 'own', label: '', code: '', hyperparameters: {}, centre: 0.1, create });

test('a rate that a method refuses is lost, and the others go on', async () => {
  const trials = await runTogether(spiral, model, own((lr) => sgd({ lr })), { ...requestOf('own', 0.1), rates: [0.1, -1, 0.2] }); // prettier-ignore
  assert.deepEqual(trials?.map(({ lr, diverged }) => [lr, diverged]), [[0.1, false], [-1, true], [0.2, false]]); // prettier-ignore
});

test('where more than a rate differs, and where jax-js cannot carry a method or its schedule, runs are made one by one', async () => {
  const cannot: Readonly<Record<string, [Contestant['create'], Partial<TrialRequest>?]>> = {
    'other equations': [(lr) => (lr > 0.1 ? adamw({ lr }) : sgd({ lr }))],
    'another chain': [(lr) => (lr > 0.1 ? chain(clipByGlobalNorm(1), sgd({ lr })) : sgd({ lr }))],
    'no operation for it': [(lr) => soap({ lr })],
    'a function': [(lr) => adamw({ lr: (t) => lr / t })],
    'a schedule of the protocol': [(lr) => sgd({ lr }), { schedule: 'cosine' }],
  };
  for (const [title, [create, more]] of Object.entries(cannot))
    assert.equal(await runTogether(spiral, model, own(create), { ...requestOf('own', 0.1), rates: [0.1, 0.2], ...more }), undefined, title);
  const plain = without(model, 'traced');
  assert.equal(await runTogether(spiral, plain, own((lr) => sgd({ lr })), { ...requestOf('own', 0.1), rates: [0.1, 0.2] }), undefined); // prettier-ignore
});

test('what is asked for in one turn and differs in its rate alone is gathered; what cannot be run together, and what failed, is run alone', async () => {
  const asked: TrialRequest[] = [];
  const trialAt = (lr: number): Trial => ({ lr }) as Trial;
  const pool: Runner = {
    run: (request) => {
      asked.push(request);
      const { contestant, lr, rates: all } = request;
      const isLost = contestant === 'lost' && all !== undefined;
      const result = isLost ? { ...trialAt(lr), failure: 'it ran out of memory' } : trialAt(lr);
      const together = contestant === 'a' && all !== undefined ? { together: all.map(trialAt) } : {};
      return Promise.resolve({ result, files: { modules: [], data: [] }, ...together });
    },
  };
  const gathering = new Gathering(pool);
  const ask = (contestant: string, lr: number, seed = 1): Promise<number> =>
    gathering.run({ ...requestOf(contestant, lr), seed }).then(({ result }) => result.lr);
  const seeds = without(requestOf('a', 7), 'scan');
  const found = await Promise.all([
    ask('a', 1),
    ask('a', 2),
    ask('b', 3),
    ask('a', 4),
    ask('a', 5, 2),
    ask('lost', 6),
    ask('lost', 8),
    ask('cannot', 9),
    ask('cannot', 10),
    gathering.run(seeds),
  ]);
  assert.deepEqual(found.slice(0, 9), [1, 2, 3, 4, 5, 6, 8, 9, 10]);
  const told = asked.map(({ contestant, lr, seed, rates: all }) => [contestant, seed, all ?? lr]);
  assert.deepEqual(told, [['a', 1, 7], ['a', 1, [1, 2, 4]], ['b', 1, 3], ['a', 2, 5], ['lost', 1, [6, 8]], ['cannot', 1, [9, 10]], ['lost', 1, 6], ['lost', 1, 8], ['cannot', 1, 10]]); // prettier-ignore
});

const folder = mkdtempSync(join(tmpdir(), 'thalweg-together-'));
after(() => { rmSync(folder, { recursive: true }); }); // prettier-ignore

test('a comparison of a problem in jax-js chooses and finds what it does without', async () => {
  const protocol = { ...presets.quick, preset: 'custom' as const, seeds: [101, 102] };
  const compared = async (name: string, isTogether: boolean): Promise<Comparison> => {
    const pool = new Pool(1);
    const entries = [{ ...entry, problem: isTogether ? spiral : without(spiral, 'traced') }];
    try {
      const plan = { entries, contestants: ['sgd', 'adamw'], schedules: ['constant'], protocol, steps: 40, workers: 1 } as const;
      return await compare(plan, pool, new Store(join(folder, `${name}.sqlite`)), () => undefined);
    } finally {
      await pool.close();
    }
  };
  const [together, alone] = [await compared('together', true), await compared('alone', false)];
  assert.deepEqual(together.runs, alone.runs);
  for (const [i, one] of alone.problems[0]!.optimizers.entries()) {
    const other = together.problems[0]!.optimizers[i]!;
    assert.deepEqual([other.id, other.bestLr, other.tuning], [one.id, one.bestLr, one.tuning]);
    // The runs of the seeds are made alone either way, by the same kernels.
    assert.deepEqual(other.trials.map(({ testMetric, lr }) => [testMetric, lr]), one.trials.map(({ testMetric, lr }) => [testMetric, lr])); // prettier-ignore
    other.sweep.forEach(({ lr, scores }, k) => {
      assert.equal(lr, one.sweep[k]!.lr);
      scores.forEach((score, j) => assert.ok(Math.abs((score ?? 0) - (one.sweep[k]!.scores[j] ?? 0)) < 1e-4, `${one.id} ${String(lr)}`));
    });
  }
});
