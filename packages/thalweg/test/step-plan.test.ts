/** The order of a step: every optimizer's passes the verifier, alone and with others, and each rule of the verifier refuses a step that breaks it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { adamw, chain, clipByGlobalNorm, lamb, muon, optimizer, prodigy, tensor, type Method } from 'thalweg';
import { printStep, stepPlan, type PlannedCohort, type StepOp, type StepOptions, type StepPlan } from '../src/plan/step.ts';
import { verifyStep } from '../src/plan/verify-step.ts';
import { methods, planOf } from './support/plan-snapshot.ts';

const everything: StepOptions = { accumulates: true, observes: true, watches: true };
const cohort = (method: Method, shape: readonly number[], group = 0, sparse = false, gated = false): PlannedCohort => ({
  plan: planOf(method, shape, 3, gated),
  group,
  sparse,
});

test('the order of every optimizer and transform holds, gated or not, of one cohort or of several that share sums', () => {
  let verified = 0;
  for (const [, method] of methods()) {
    for (const gated of [false, true]) {
      const cohorts = [[6, 4], [5]].flatMap((shape, group) => {
        try {
          return [cohort(method, shape, group, false, gated), cohort(method, shape, group, false, gated)];
        } catch {
          return []; // Not for a vector.
        }
      });
      for (const some of [cohorts, cohorts.slice(0, 1)]) {
        verifyStep(stepPlan(some, everything));
        verifyStep(stepPlan(some));
        verified += 1;
      }
    }
  }
  assert.ok(verified > 300, String(verified));
});

test('two cohorts, one of tables, clipped together, gated, accumulated, observed and watched: the operations in order', () => {
  const method = chain(clipByGlobalNorm(1), adamw());
  const plan = stepPlan([cohort(method, [4], 0, false, true), cohort(method, [4], 1, true, true)], everything);
  const heads = printStep(plan)
    .split('\n')
    .filter((line) => !line.startsWith(' '))
    .map((line) => line.replace(/ s0=.*/, ''));
  assert.deepEqual(heads, [
    'mean',
    'gather [1]',
    'decide [0]',
    'decide [1]',
    'pass [0] over rc: a0=g r0=$18 r1=$19',
    'pass [1] over rc: a0=g r0=$18 r1=$19',
    'exchange $18[0] + $18[1], $19[0] + $19[1]',
    'scalars [0]',
    'scalars [1]',
    'gate [0] $19 = 0',
    'gate [1] $19 = 0',
    'pass [0] over rc: a0=adamw.m a1=g a2=adamw.v a3=w',
    'pass [1] over rc: a0=adamw.m a1=g a2=adamw.v a3=w',
    'scatter [1]',
    'observe',
    'watch',
  ]);
});

test('a sum over a group is exchanged within the group, one over all parameters with every cohort', () => {
  const three = [0, 0, 1].map((group) => cohort(prodigy(), [4], group));
  const labels = stepPlan(three).ops.flatMap((one) => (one.op === 'exchange' ? one.sums : []));
  const cohortsOf = labels.map(({ parts }) => parts.map((part) => part.cohort).join(''));
  assert.deepEqual([...new Set(cohortsOf)].sort(), ['01', '2']);
  const clipped = [0, 1].map((group) => cohort(chain(clipByGlobalNorm(1), adamw()), [4], group));
  const all = stepPlan(clipped).ops.flatMap((one) => (one.op === 'exchange' ? one.sums : []));
  assert.deepEqual(all.map(({ parts }) => parts.length), [2]); // prettier-ignore
});

/** u of a matrix is known after two products, that of a vector at once. */
const uneven = optimizer({
  name: 'uneven',
  hyper: { lr: ['η', 0.1] },
  equations: 'u = rank ≥ 2 ? g @ gᵀ @ g : g\nm ← 0.5·m + u / ‖u‖_group\nw ← w − η·m / (‖m‖_all + 1)',
});

test('a sum that one cohort has later than another is complete before anything reads it', async () => {
  for (const gated of [false, true]) {
    const plan = stepPlan([[6, 4], [5]].map((shape) => cohort(uneven(), shape, 0, false, gated))); // prettier-ignore
    verifyStep(plan);
    const sums = plan.ops.flatMap((one) => (one.op === 'exchange' ? one.sums : []));
    for (const { parts } of sums) assert.deepEqual(parts.map((part) => part.cohort), [0, 1]); // prettier-ignore
    assert.equal(sums.length, gated ? 3 : 2);
  }
  for (const nonFinite of ['propagate', 'skip'] as const) {
    const opt = await uneven().init({ W: tensor([1, 1], { dtype: 'float64' }), b: tensor([1], { dtype: 'float64' }) }, { nonFinite, backend: 'reference' }); // prettier-ignore
    let [W, b, M, m] = [0, 0, 0, 0];
    for (const [G, g] of [[2, 3], [0.5, -1], [-1, 0.25]] as const) {
      opt.step({ W: Float64Array.of(G), b: Float64Array.of(g) });
      const norm = Math.hypot(G ** 3, g);
      [M, m] = [0.5 * M + G ** 3 / norm, 0.5 * m + g / norm];
      [W, b] = [W - (0.1 * M) / (Math.hypot(M, m) + 1), b - (0.1 * m) / (Math.hypot(M, m) + 1)];
      for (const [actual, expected] of [[opt.params.W[0], W], [opt.params.b[0], b]] as const)
        assert.ok(Math.abs((actual ?? NaN) - expected) < 1e-14, `${String(actual)} is not ${String(expected)}`);
    } // prettier-ignore
  }
});

test('cohorts that would depend on each other for ever are refused', () => {
  const crossed = optimizer({
    name: 'crossed',
    hyper: { lr: ['η', 0.1] },
    equations:
      'u = rank ≥ 2 ? g @ gᵀ @ g : g\nv = rank ≥ 2 ? g : g / (‖g‖ + 1)\nv = rank ≥ 2 ? v : v / (‖v‖ + 1)\na = ‖u‖_group\nb = ‖v‖_group\nw ← w − η·(u / a + v / b)',
  });
  assert.throws(
    () => stepPlan([[6, 4], [5]].map((shape) => cohort(crossed(), shape))), // prettier-ignore
    { code: 'unsupported', message: /two sums .* depend on each other/ },
  );
});

describe('the verifier refuses', () => {
  const clipped = chain(clipByGlobalNorm(1), adamw());
  const whole = stepPlan([cohort(clipped, [4], 0, false, true), cohort(clipped, [4], 1, true, true)], everything);
  const kept = stepPlan([cohort(prodigy(), [4]), cohort(prodigy(), [4])]);
  const matrix = stepPlan([cohort(muon(), [6, 4])]);
  const perTensor = stepPlan([cohort(lamb(), [6, 4])]);
  const without = (plan: StepPlan, leave: (op: StepOp, i: number) => boolean): StepPlan => ({
    ...plan,
    ops: plan.ops.filter((op, i) => !leave(op, i)),
  });
  /** With the operations that `choose` takes moved to the place of the first that `before` takes, or to the end. */
  const moved = (plan: StepPlan, choose: (op: StepOp) => boolean, before?: (op: StepOp) => boolean): StepPlan => {
    const [some, rest] = [plan.ops.filter(choose), plan.ops.filter((op) => !choose(op))];
    const at = before === undefined ? rest.length : rest.findIndex(before);
    return { ...plan, ops: [...rest.slice(0, at), ...some, ...rest.slice(at)] };
  };
  const is =
    (...ops: StepOp['op'][]) =>
    ({ op }: StepOp): boolean =>
      ops.includes(op);
  const doubled = (plan: StepPlan, name: StepOp['op']): StepPlan => ({
    ...plan,
    ops: plan.ops.flatMap((op): StepOp[] => (op.op === name ? [op, op] : [op])),
  });
  const on = (op: StepOp, number: number): boolean => 'cohort' in op && op.cohort === number;
  const lastPass = (plan: StepPlan): StepOp | undefined => plan.ops.findLast(is('pass'));
  const cases: readonly [what: string, plan: StepPlan, message: RegExp][] = [
    ['a scalar read before it is computed', without(whole, is('scalars')), /gate: looks at|pass: reads/],
    ['scalars of a later level first', moved(perTensor, is('scalars'), is('pass')), /scalars: reads .* not computed yet/],
    ['a sum used before it is exchanged', moved(whole, is('exchange'), is('gate')), /not exchanged yet/],
    ['a sum that is never exchanged', without(kept, is('exchange')), /not exchanged/],
    ['a sum exchanged twice', doubled(kept, 'exchange'), /exchanged before/],
    ['a sum exchanged before its pass', moved(kept, is('exchange'), is('pass')), /no pass has left/],
    ['a write before the gates', moved(whole, is('gate'), is('scatter')), /writes before the gates/],
    ['a gate of one cohort alone', without(whole, (op) => op.op === 'gate' && on(op, 0)), /writes before the gates/],
    ['a gate behind a write of another cohort', moved(whole, (op) => op === lastPass(whole), is('gate')), /writes before the gates/],
    ['a routine whose operands are not stored', without(matrix, (op) => op === matrix.ops.find(is('pass'))), /not filled yet/],
    ['a pass that reads what no routine gave', moved(matrix, is('routine')), /not filled yet/],
    ['a pass left out', without(perTensor, (op) => op === lastPass(perTensor)), /not every pass/],
    ['a pass run twice', doubled(perTensor, 'pass'), /again|every pass/],
    ['states that are not kept', without(kept, is('commit')), /states are not kept/],
    ['states kept twice', doubled(kept, 'commit'), /second time/],
    ['states kept before they are computed', moved(kept, is('commit'), is('pass')), /keeps .* not/],
    ['work after the states were kept', moved(kept, (op) => op === lastPass(kept)), /after the states were kept|keeps/],
    ['rows never put back', without(whole, is('scatter')), /rows are not put back/],
    ['rows never gathered', without(whole, is('gather')), /before its rows are gathered/],
    ['rows put back before they are stepped', moved(whole, is('scatter'), is('pass')), /after the rows were put back/],
    ['a decision behind other operations', moved(whole, (op) => op.op === 'decide' && on(op, 1), is('exchange')), /decided/],
    ['rows gathered after the decisions', moved(whole, is('gather'), is('pass')), /gathered|decided/],
    ['a look at weights before they are put back', moved(whole, is('watch'), is('scatter')), /after the step was taken/],
    ['a watch before the step', moved(whole, is('watch'), is('pass')), /after the step was taken/],
    ['an observation made twice', { ...whole, ops: [...whole.ops, { op: 'observe' }] }, /second time/],
    ['a cohort that does not exist', { ...whole, cohorts: whole.cohorts.slice(0, 1) }, /no cohort/],
  ];
  for (const [what, plan, message] of cases) {
    test(what, () => {
      assert.throws(() => {
        verifyStep(plan);
      }, message);
    });
  }
  test('none of the steps that these were made from', () => {
    for (const plan of [whole, kept, matrix, perTensor]) verifyStep(plan);
  });
});
