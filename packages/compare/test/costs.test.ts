/** What a run costs: as many gradients for everyone, two in each step of SAM, every evaluation of a line search; and what counts at each mark. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sam, sgd } from 'thalweg';
import { contestants, type Contestant } from '../src/contestants.ts';
import { defineProblem } from '../src/check-problem.ts';
import { checked } from '../src/run/checked.ts';
import { runTrial } from '../src/run/trial.ts';
import type { Trial } from '../src/schema.ts';
import { entrants } from '../src/schedules.ts';
import { reportFixture } from './report-fixture.ts';
import { advice, cautions, divergence, rate } from '../src/report/text.ts';
import { renderTable } from '../src/report/terminal.ts';

const named = (id: string): Contestant => contestants.find((one) => one.id === id)!;

/** A long valley, in which each batch is shifted; keeps which batch each gradient was of, and how high it was. */
async function run(contestant: Contestant, steps: number, batchSize: number | null = null, lr = 0.01): Promise<{ trial: Trial; calls: number[]; evaluations: number }> {
  const calls: number[] = [];
  let evaluations = 0;
  const shift = (step: number): number => (batchSize === null ? 0 : 0.1 * Math.sin(step));
  const height = (w: ArrayLike<number>, by: number): number => (w[0]! - by) ** 2 + 30 * (w[1]! + by) ** 2;
  const problem = defineProblem({
    id: 'valley', title: '', description: '', steps: { quick: 1, standard: 1, thorough: 1 }, batchSize, target: 0.1,
    tuningMetric: { name: 'loss', lowerIsBetter: true, unit: '' }, testMetric: { name: 'loss', lowerIsBetter: true, unit: '' },
    load: () => ({
      start: () => ({ w: Float64Array.of(3, 1) }),
      gradient: ({ w }, { w: g }, _, step) => {
        calls.push(step);
        [g[0], g[1]] = [2 * (w[0]! - shift(step)), 60 * (w[1]! + shift(step))];
        return height(w, shift(step));
      },
      evaluate: ({ w }) => {
        evaluations += 1;
        return height(w, 0);
      },
    }),
  });
  const request = { problem: 'valley', contestant: contestant.id, schedule: 'constant', lr, seed: 1, steps } as const;
  const trial = await runTrial(problem, checked('valley', problem, await problem.load()), contestant, request);
  return { trial, calls, evaluations };
} // prettier-ignore

describe('a budget of gradients', () => {
  for (const [id, steps, spent] of [['sgd', 300, 300], ['sam', 300, 300], ['sam', 301, 300], ['lbfgs', 7, 7]] as const)
    test(`${id} spends ${String(spent)} of ${String(steps)}, and is measured at the same marks as all`, async () => {
      const { trial, calls } = await run(named(id), steps);
      assert.equal(calls.length, spent);
      assert.equal(trial.diverged, false);
      const every = Math.max(1, Math.round(steps / 100));
      const marks = Array.from({ length: steps }, (_, i) => i + 1).filter((at) => at % every === 0 || at === steps);
      assert.deepEqual(trial.validation.steps, [0, ...marks]);
      assert.equal(trial.taken, id === 'sgd' ? undefined : id === 'sam' ? 150 : trial.taken);
      assert.ok(id !== 'lbfgs' || (trial.taken! >= 1 && trial.taken! < 7));
    }); // prettier-ignore

  test('a step of SAM is that of its paper, and at each mark the newest weights count that cost no more', async () => {
    const { trial } = await run(named('sam'), 20);
    let [w, v] = [[3, 1], [0, 0]]; // prettier-ignore
    const gradient = ([x = 0, y = 0]: readonly number[]): number[] => [2 * x, 60 * y];
    const heights = [w].map(([x = 0, y = 0]) => x ** 2 + 30 * y ** 2);
    for (let t = 1; t <= 10; t++) {
      const g = gradient(w);
      const norm = Math.hypot(...g);
      const worst = gradient(w.map((x, i) => x + (0.05 * g[i]!) / norm));
      v = v.map((x, i) => 0.9 * x + worst[i]!);
      w = w.map((x, i) => x - 0.01 * v[i]!);
      heights.push(w[0]! ** 2 + 30 * w[1]! ** 2);
    }
    trial.validation.steps.forEach((mark, i) => {
      const expected = heights[Math.floor(mark / 2)]!;
      assert.ok(Math.abs(trial.validation.values[i]! / expected - 1) < 1e-5, `at ${String(mark)}: ${String(trial.validation.values[i])}`);
    });
  });

  test('L-BFGS never rises where nothing is random, and what it leaves of its budget changes nothing', async () => {
    const { trial, calls, evaluations } = await run(named('lbfgs'), 400);
    const { values } = trial.validation;
    assert.ok(values.every((value, i) => i === 0 || value! <= values[i - 1]!));
    assert.ok(values.at(-1)! < 1e-12);
    assert.ok(calls.length < 100, 'it has arrived');
    assert.ok(evaluations < 60, 'weights that stay are measured once');
    assert.equal(trial.validation.steps.at(-1), 400);
  });

  test('on batches it stays on one for 20 gradients at most, and goes on where it is', async () => {
    const { trial, calls } = await run(named('lbfgs'), 90, 8);
    assert.equal(calls.length, 90);
    // The second gradient looks whether the next batch is another.
    const [first, second, ...after] = calls;
    assert.deepEqual([first, second, after[0]], [1, 2, 1]);
    assert.ok(after.every((batch, i) => i === 0 || batch === after[i - 1] || batch === after[i - 1]! + 1));
    assert.ok([...new Set(after)].every((batch) => after.filter((one) => one === batch).length <= 20) && after.at(-1)! >= 5);
    const { calls: same } = await run(named('lbfgs'), 60);
    assert.deepEqual(new Set(same.toSpliced(1, 1)), new Set([1]), 'where nothing is noisy it stays');
    assert.ok(trial.validationMetric! < 1);
  });

  test("an optimizer of the user's may stand in whatever asks for gradients", async () => {
    const around: Contestant['around'] = (opt, gradient) => {
      const inner = sam(opt, gradient);
      return async () => (await gradient(), inner());
    };
    const { calls, trial } = await run({ ...named('sgd'), id: 'mine', create: (lr) => sgd({ lr }), around }, 31);
    assert.deepEqual([calls.length, trial.taken], [30, 10]);
  });
});

test('one with nothing to tune has no rate, no schedule, and is said so', () => {
  const all = entrants([named('lbfgs'), named('sgd')], ['constant', 'cosine']);
  assert.deepEqual(all.map(({ id }) => id), ['lbfgs', 'sgd', 'sgd+cosine']); // prettier-ignore
  const comparison = reportFixture();
  const [problem] = comparison.problems;
  const one = { ...problem!.optimizers[0]!, fixed: true, sweep: [], trials: problem!.optimizers[0]!.trials.map((trial) => ({ ...trial, taken: 12 })) } as const;
  const changed = { ...problem!, optimizers: [one, ...problem!.optimizers.slice(1)] };
  assert.match(advice(changed), new RegExp(`^Take ${one.label}, which has nothing to tune\\.`));
  assert.deepEqual([rate(one), divergence(one).rates], ['–', '–']);
  assert.equal(cautions(changed).length, cautions(problem!).length);
  assert.match(renderTable({ ...comparison, problems: [changed] }, 160, false), /400 gradients; target[\s\S]* gradients /);
}); // prettier-ignore
