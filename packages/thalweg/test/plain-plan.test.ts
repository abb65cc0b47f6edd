/** The plan without the exact plan's rules: as few kernels as the equations have, and the same values up to rounding. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adamw, lion, radam, sgd, type Method } from 'thalweg';
import { programOf } from '../src/define/program.ts';
import { topological } from '../src/language/graph.ts';
import { parameter } from '../src/language/variable.ts';
import { cohorts, type Cohort } from '../src/plan/cohort.ts';
import { planFor, prepare } from '../src/plan/plan.ts';
import { NaiveOptimizer } from './support/naive.ts';
import { methods } from './support/plan-snapshot.ts';

const shapes = new Map([
  ['p0', [7]],
  ['p1', [3]],
]);

/** The program of a method for the vectors above. */
function cohortOf(method: Method): Cohort {
  const [group = assert.fail()] = method.groups;
  const [cohort = assert.fail(), ...others] = cohorts(programOf(group), shapes);
  assert.equal(others.length, 0);
  return cohort;
}

for (const [name, method] of Object.entries({ adamw: adamw(), lion: lion(), sgd: sgd({ momentum: 0.9, nesterov: true }) })) {
  test(`${name} is one kernel, whatever t, the hyperparameters and the numbers are`, () => {
    for (const dtype of ['float32', 'float64'] as const) {
      const plain = prepare(cohortOf(method).program, dtype, { exact: false });
      assert.equal(plain.conditions.length, 0);
      assert.equal(planFor(plain, []).passes.length, 1);
    }
  });
}

test('conditions that the equations have stay: RAdam has one', () => {
  assert.equal(prepare(cohortOf(radam()).program, 'float32', { exact: false }).conditions.length, 1);
  assert.ok(prepare(cohortOf(radam()).program, 'float32').conditions.length > 1, 'those of the exact plan come besides');
});

const wave = (i: number, t: number): number => Math.sin(12.9898 * i + 78.233 * t) * 10 ** ((i % 3) - 1);

test('every method computes the same up to rounding', () => {
  const shape = [6, 4];
  const matrix = (t: number): number[][] => [Array.from({ length: 24 }, (_, i) => wave(i, t))];
  let compared = 0;
  for (const [title, method] of methods()) {
    const [group = assert.fail()] = method.groups;
    const [{ program } = assert.fail()] = cohorts(programOf(group), new Map([['p0', shape]]));
    // Eigenvectors may change their signs with the last bit of a matrix.
    if (topological(program.writes.values()).some(({ op }) => op === 'eigenvectors' || op === 'orthonormal')) continue;
    const hyper = Object.fromEntries([...method.hyper].map(([key, value]) => [key, typeof value === 'number' ? value : 0.1]));
    const [exact, plain] = [true, false].map(
      (is) => new NaiveOptimizer(program, 'float64', hyper, matrix(0.5), { exact: is, shapes: [shape] }),
    );
    for (let t = 1; t <= 20; t++) {
      const inputs = Object.fromEntries(program.inputs.map(({ name, kind }) => [name, kind === 'scalar' ? [[1 / t]] : matrix(t + 0.25)]));
      for (const one of [exact, plain]) one?.step(matrix(t), inputs);
    }
    for (const written of [parameter, ...program.states.keys()]) {
      const [as = [], is = []] = [exact, plain].map((one) => one?.values.get(written)?.flat());
      is.forEach((x, i) => {
        const close = Object.is(x, as[i]) || Math.abs(x - as[i]!) <= 1e-11 * Math.max(1e-6, Math.abs(x));
        assert.ok(close, `${title}, ${String(written)}: ${String(x)} is not ${String(as[i])}`);
      });
    }
    compared += 1;
  }
  assert.ok(compared > 80, String(compared));
});
