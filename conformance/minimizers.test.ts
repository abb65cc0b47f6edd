/** Deterministic methods against SciPy's and PyTorch's, and numpy loops from the papers: every iterate, and every count of evaluations. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  backtracking, conjugateGradient, gradientDescent, lbfgs, minimize, strongWolfe, type ConjugateFormula, type LineSearch, type Minimizer,
} from 'thalweg'; // prettier-ignore
import { rosenbrock, surfaces } from '@thalweg/guide';
import { read } from './table.ts';

interface Row {
  readonly w: readonly (readonly number[])[];
  readonly evaluations?: readonly number[];
  /** The lengths of the oracle's steps, where its line search is another than ours. */
  readonly steps?: readonly number[];
}

const { scale, starts, rows } = read('traces/minimizers.json') as {
  readonly scale: number;
  readonly starts: Readonly<Record<string, readonly number[]>>;
  readonly rows: Readonly<Record<string, Row>>;
};

type Loss = (w: Float64Array, g: Float64Array) => number;

const problems: Readonly<Record<string, Loss>> = {
  rosenbrock,
  rosenbrock10: rosenbrock,
  ...Object.fromEntries(surfaces.filter(({ id }) => ['beale', 'himmelblau'].includes(id)).map(({ id, objective }) => [id, objective])),
  quadratic(w, g) {
    w.forEach((x, i) => (g[i] = 4 ** i * x));
    return w.reduce((sum, x, i) => sum + (4 ** i * x * x) / 2, 0);
  },
};

/** Of max(1, |w|). What rounding makes of 24 steps that each amplify it: the worst row is at 2.5e-8, most are below 1e-10. */
const tolerance = 1e-7;

/** A line search that takes these steps, whatever is there. */
function replay(steps: readonly number[] = []): LineSearch {
  let next = 0;
  return { name: 'replay', search: async (ray) => ({ meets: 'armijo', trial: await ray(steps[next++] ?? NaN) }) };
}

/** By the first word of a row's name: the method, from the last word and the row. Constants are those that the oracle has built in. */
const methods: Readonly<Record<string, (argument: string, row: Row) => Minimizer>> = {
  lbfgsb: (history) => lbfgs({ history: Number(history), lineSearch: strongWolfe({ c1: 1e-3, c2: 0.9 }) }),
  'torch-lbfgs': (history, { steps }) => lbfgs({ history: Number(history), lineSearch: replay(steps) }),
  'scipy-cg': (c2) => conjugateGradient({ restart: Infinity, lineSearch: strongWolfe({ c2: Number(c2) }) }),
  'numpy-cg': (formula) => conjugateGradient({ formula: formula as ConjugateFormula }),
  'numpy-gd': (shrink) => gradientDescent({ lineSearch: backtracking({ shrink: Number(shrink) }) }),
};

test('every method and formula has rows', () => {
  assert.deepEqual(new Set(Object.keys(rows).map((name) => name.split(' ')[0])), new Set(Object.keys(methods)));
  assert.deepEqual(new Set(Object.keys(rows).map((name) => name.split(' ')[1])), new Set(Object.keys(problems)));
  assert.ok(Object.values(rows).every(({ w }) => w.length >= 5));
});

for (const [name, row] of Object.entries(rows)) {
  test(name, async () => {
    const [kind = '', problem = '', argument = ''] = name.split(' ');
    const points: number[][] = [];
    const counts: number[] = [];
    let evaluations = 0;
    const factor = kind.endsWith('-cg') ? scale : 1;
    const objective: Loss = (w, g) => {
      evaluations += 1;
      const loss = problems[problem]!(w, g);
      g.forEach((x, i) => (g[i] = factor * x));
      return factor * loss;
    };
    await minimize(objective, Float64Array.from(starts[problem] ?? []), {
      optimizer: methods[kind]!(argument, row),
      steps: row.w.length + 1,
      onStep: ({ w }) => (points.push([...w]), counts.push(evaluations)),
    });
    row.w.forEach((expected, k) => {
      const error = Math.max(...expected.map((x, i) => Math.abs((points[k + 1]?.[i] ?? NaN) - x) / Math.max(1, Math.abs(x))));
      assert.ok(error <= tolerance, `step ${String(k + 1)} is off by ${String(error)}`);
    });
    if (row.evaluations !== undefined) assert.deepEqual(counts.slice(1, row.w.length + 1), row.evaluations);
  });
}
