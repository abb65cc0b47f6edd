/** How often the protocol errs: on runs whose truth is known, on the runs that are kept, and as the command measures it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { normal, random } from '../src/data/random.ts';
import type { Control } from '../src/control.ts';
import { errorNote } from '../src/report/errors.ts';
import measured from '../src/report/errors.json' with { type: 'json' };
import { firstGrid, presets } from '../src/protocol.ts';
import { errorRates, type ControlOptimizer, type ControlProblem, type ControlRun, type ErrorRate } from '../src/statistics/control.ts';

const rules = presets.quick;
const metric = { name: 'error', lowerIsBetter: true, unit: '%' };

/** Runs around a best rate, the third of five, whose result is `level` with noise of deviation 1 in each. */
function runs(id: string, level: number, seeds: number): ControlOptimizer {
  const next = random(id.charCodeAt(0), seeds);
  const rates = firstGrid(0.01, 5, rules.gridRatio);
  const all = Array.from({ length: seeds }, (_, seed) =>
    rates.map((lr, i): ControlRun => {
      const cost = level + 3 * Math.abs(i - 2);
      const [validation, result] = [cost + normal(next), cost + normal(next)];
      return [lr, seed, validation, validation, result];
    }),
  );
  return { id, centre: 0.01, runs: all.flat() };
}

const problemOf = (...optimizers: ControlOptimizer[]): ControlProblem => ({
  id: 'noise',
  steps: 1,
  tuningMetric: metric,
  testMetric: metric,
  optimizers,
});

test('two copies of an optimizer are called different as often as the level says, and two that differ are found', async () => {
  const problem = problemOf(runs('a', 10, 200), runs('b', 10, 200), runs('c', 13, 200));
  const rates = await errorRates(problem, rules, 7, 300);
  const share = (...ids: string[]): number => {
    const found = rates.find(({ optimizers }) => optimizers.join() === ids.join())!;
    return found.different / found.repetitions;
  };
  for (const ids of [['a'], ['b'], ['c'], ['a', 'b']]) assert.ok(share(...ids) > 0.01 && share(...ids) < 0.09, `${ids.join()}: ${String(share(...ids))}`);
  assert.ok(share('a', 'c') > 0.9 && share('b', 'c') > 0.9);
  const spread = rates.find(({ optimizers }) => optimizers.join() === 'a')!;
  // Two means of seven runs of deviation 1, each the luckiest on its validation data, which says nothing of its test data.
  assert.ok(Math.abs(spread.deviation - Math.sqrt(2 / 7)) < 0.12, String(spread.deviation));
}); // prettier-ignore

test('a rate that was not run for every seed never wins, and too few seeds are refused', async () => {
  const { id, centre, runs: all } = runs('d', 10, 20);
  const few = { id, centre, runs: all.filter(([lr]) => lr === 0.01) };
  const [rate] = await errorRates(problemOf(few), rules, 5, 50);
  assert.ok(Number.isFinite(rate!.mean));
  await assert.rejects(errorRates(problemOf(few), rules, 10, 1), /RangeError: two copies with 10 seeds each need 22, and there are 20/);
});

test('on the kept runs two copies are called different in 5 % on average at most, SGD differs from AdamW, and the figures are those of every report', async () => {
  const { problems } = JSON.parse(readFileSync(join(import.meta.dirname, '../control/control.json'), 'utf8')) as Control;
  assert.deepEqual(problems.map(({ id }) => id), ['glosses', 'digits', 'words']);
  for (const count of [7, 10]) {
    const rates = (await Promise.all(problems.map((problem) => errorRates(problem, rules, count, 200)))).flat();
    const shares = (some: readonly ErrorRate[]): number[] => some.map(({ different, repetitions }) => different / repetitions);
    const twice = shares(rates.filter(({ optimizers }) => optimizers.length === 1));
    assert.ok(twice.reduce((sum, one) => sum + one, 0) / twice.length <= 0.05, twice.join(' '));
    const found = shares(rates.filter(({ problem, optimizers }) => problem === 'digits' && optimizers.length === 2));
    assert.ok(found[0]! >= (count === 7 ? 0.65 : 0.95), String(found));
    const written = measured.filter(({ seeds }) => seeds === count).map(({ problem, optimizers, different }) => ({ problem, optimizers, different }));
    assert.deepEqual(rates.map(({ problem, optimizers, different }) => ({ problem, optimizers, different })), written, 'npm run control writes them');
  }
  assert.equal(errorNote({ seeds: [1, 2] }), '', 'two seeds are not tested');
  const note = errorNote({ seeds: [1, 2, 3, 4, 5, 6, 7, 8] });
  assert.match(note, /^How reliable this protocol is: on the built-in problems with 7 seeds, two copies of one optimizer were wrongly found to differ in [\d.]+ % of repetitions \([\d.]+ to [\d.]+ % depending on /);
}); // prettier-ignore

test('compare --control runs, prints and keeps, and goes on where it was', () => {
  const out = mkdtempSync(join(tmpdir(), 'thalweg-control-'));
  try {
    const command = join(import.meta.dirname, '../bin/thalweg.ts');
    const args = ['compare', 'valley', '--control', '--quick', '--steps', '20', '--optimizers', 'sgd,adam', '--seeds', '12', '--out', out];
    const run = (): { status: number | null; stdout: string; stderr: string } =>
      spawnSync(process.execPath, ['--conditions=source', command, ...args], { encoding: 'utf8' });
    const first = run();
    assert.equal(first.status, 0, first.stderr);
    assert.match(first.stdout, /The same optimizer twice, with other seeds[\s\S]*valley +sgd +5 seeds[\s\S]*sgd – adam +5 seeds/);
    assert.ok(existsSync(join(out, 'control.json')));
    const kept = JSON.parse(readFileSync(join(out, 'control.json'), 'utf8')) as { rates: { seeds: number }[] };
    assert.deepEqual([...new Set(kept.rates.map(({ seeds }) => seeds))], [5], '12 seeds are enough for two copies with 5');
    for (const wrong of [
      ['--seeds', '11'],
      ['--schedule', 'cosine'],
    ]) {
      const refused = spawnSync(process.execPath, ['--conditions=source', command, 'compare', 'valley', '--control', '--out', out, ...wrong], { encoding: 'utf8' }); // prettier-ignore
      assert.equal(refused.status, 2, refused.stderr);
      assert.match(
        refused.stderr,
        wrong[0] === '--seeds' ? /--control needs 12 at least/ : /'--control' cannot be used with option '--schedule/,
      );
    }
    const second = run();
    assert.match(second.stderr, /finished runs found/);
    assert.equal(second.stdout, first.stdout);
  } finally {
    rmSync(out, { recursive: true });
  }
});
