/** No loop around a function runs for ever: whatever the function is, evaluations are bounded by the number of steps, and there is a reason to stop. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  adamw, backtracking, conjugateGradient, gradientDescent, lbfgs, minimize, momo, NonFiniteError, scheduleFreeSgd, sgd, StartError, strongWolfe,
  type LineSearch, type Method, type Minimizer, type Stop,
} from 'thalweg'; // prettier-ignore
import { rosenbrock } from '@thalweg/guide';

type Objective = (w: Float64Array, g: Float64Array) => number;

/** A repeatable number in [−1, 1) of a point. */
function hash(w: ArrayLike<number>, seed: number): number {
  let h = seed | 0;
  const bits = new Int32Array(new Float64Array(w).buffer);
  for (const word of bits) h = Math.imul(h ^ word, 0x5bd1e995) ^ (h >>> 13);
  return h / 2 ** 31;
}

/** What functions can be like. `seed` makes them differ. */
const shapes: Readonly<Record<string, (seed: number) => Objective>> = {
  bowl: (seed) => (w, g) => w.reduce((sum, x, i) => ((g[i] = 2 * (1 + i) * (x - seed)), sum + (1 + i) * (x - seed) ** 2), 0),
  rosenbrock: () => rosenbrock,
  saddle: () => (w, g) => w.reduce((sum, x, i) => ((g[i] = i % 2 === 0 ? 2 * x : -2 * x), sum + (i % 2 === 0 ? x * x : -x * x)), 0),
  linear: () => (w, g) => (g.fill(1), w.reduce((sum, x) => sum + x, 0)),
  constant: (seed) => (_, g) => (g.fill(0), seed),
  kink: () => (w, g) => w.reduce((sum, x, i) => ((g[i] = Math.sign(x) || 1), sum + Math.abs(x)), 0),
  steps: () => (w, g) => (g.fill(1), w.reduce((sum, x) => sum + Math.floor(x), 0)),
  noisy: (seed) => (w, g) => rosenbrock(w, g) * (1 + 1e-3 * hash(w, seed)),
  random: (seed) => (w, g) => (g.forEach((_, i) => (g[i] = hash([...w, i], seed))), hash(w, seed)),
  'changing from call to call': (seed) => {
    let calls = 0;
    return (w, g) => rosenbrock(w, g) + hash([++calls], seed);
  },
  'NaN beyond 1': () => (w, g) => (w.some((x) => Math.abs(x) > 1) ? NaN : rosenbrock(w, g)),
  'a wall at 1': () => (w, g) => (rosenbrock(w, g), w.some((x) => Math.abs(x) > 1) ? Infinity : rosenbrock(w, g)),
  'gradients of NaN': (seed) => (w, g) => {
    const loss = rosenbrock(w, g);
    if (hash(w, seed) > 0.5) g[0] = NaN;
    return loss;
  },
  'gradients that lie': (seed) => (w, g) => {
    const loss = rosenbrock(w, g);
    g.forEach((x, i) => (g[i] = hash([i], seed) * x));
    return loss;
  },
  'the wrong way': () => (w, g) => {
    const loss = rosenbrock(w, g);
    g.forEach((x, i) => (g[i] = -x));
    return loss;
  },
  'no lower end': () => (w, g) => w.reduce((sum, x, i) => ((g[i] = -Math.exp(Math.min(700, x))), sum - Math.exp(Math.min(700, x))), 0),
};

const [search, wolfe] = [backtracking().name, strongWolfe().name];
/** Every deterministic method and option, with the most trials of one line search. */
const minimizers: readonly (readonly [name: string, make: () => Minimizer, trials: number])[] = [
  ['gradientDescent', () => gradientDescent(), 60],
  [`gradientDescent, ${wolfe}`, () => gradientDescent({ lineSearch: strongWolfe({ maxEvaluations: 7 }) }), 7],
  ['conjugateGradient', () => conjugateGradient(), 30],
  ['fletcherReeves', () => conjugateGradient({ formula: 'fletcherReeves', restart: Infinity }), 30],
  ['hestenesStiefel', () => conjugateGradient({ formula: 'hestenesStiefel', restart: 1 }), 30],
  [`conjugateGradient, ${search}`, () => conjugateGradient({ lineSearch: backtracking({ maxEvaluations: 1 }) }), 1],
  ['lbfgs', () => lbfgs(), 30],
  [`lbfgs, ${search}`, () => lbfgs({ history: 2, lineSearch: backtracking({ shrink: 0.9, maxEvaluations: 5 }) }), 5],
];
const methods: readonly (readonly [name: string, make: () => Method, trials: number])[] = [
  ['sgd', () => sgd({ lr: 0.1 }), 0],
  ['adamw', () => adamw({ lr: 0.1 }), 0],
  ['momo', () => momo({ lr: 1 }), 0],
  ['scheduleFreeSgd', () => scheduleFreeSgd({ lr: 0.1 }), 1],
];

const reasons: readonly Stop[] = ['steps', 'tolerance', 'diverged', 'aborted', 'stalled'];
const scales = [1, 1e-300, 1e300, 1e-150, 1e150, 1e-8, 1e8, 5e-324];

const problems = fc.record({
  shape: fc.constantFrom(...Object.keys(shapes)),
  seed: fc.integer({ min: -3, max: 1000 }),
  scale: fc.constantFrom(...scales),
  start: fc.array(fc.oneof(fc.double({ min: -2, max: 2, noNaN: true }), fc.constantFrom(0, -1.2, 1, 1e-300, 1e300, 1e8)), {
    minLength: 1,
    maxLength: 4,
  }),
  single: fc.boolean(),
  steps: fc.integer({ min: 0, max: 40 }),
  maximize: fc.boolean(),
  nonFinite: fc.constantFrom('stop' as const, 'propagate' as const, 'skip' as const, 'throw' as const),
  accumulate: fc.integer({ min: 1, max: 3 }),
});
const runs = Number(process.env['THALWEG_FUZZ'] ?? 150);

describe('evaluations are bounded by the number of steps, and the run ends for a reason', () => {
  for (const [name, make, trials] of [...minimizers, ...methods]) {
    test(name, async () => {
      const seen = new Set<string>();
      const isMethod = methods.some(([one]) => one === name);
      await fc.assert(
        fc.asyncProperty(problems, async ({ shape, seed, scale, start, single, steps, maximize, nonFinite, accumulate }) => {
          const most = isMethod ? steps * accumulate + 1 + trials : 1 + 2 * steps * (trials + 1);
          const objective = shapes[shape]!(seed);
          let evaluations = 0;
          const counted = (w: Float64Array, g: Float64Array): number => {
            if (++evaluations > most) throw new Error(`${shape}: more than ${String(most)} evaluations`);
            const loss = objective(w, g);
            g.forEach((x, i) => (g[i] = scale * x));
            return scale * loss;
          };
          const options = { optimizer: make(), steps, maximize, ...(isMethod ? { nonFinite, accumulate } : {}) };
          try {
            const found = single
              ? await minimize(counted as unknown as (w: Float32Array, g: Float32Array) => number, Float32Array.from(start), options)
              : await minimize(counted, Float64Array.from(start), options);
            seen.add(found.reason);
            assert.ok(reasons.includes(found.reason));
            assert.equal(found.evaluations, evaluations);
            assert.ok(found.steps + found.skipped <= steps);
            assert.ok(found.reason !== 'steps' || found.steps + found.skipped === steps);
            if (isMethod && nonFinite === 'stop' && found.reason !== 'diverged') assert.ok(Number.isFinite(found.loss));
            if (isMethod) return;
            assert.ok(Number.isFinite(found.loss) && Number.isFinite(found.gradientNorm));
          } catch (error) {
            if (!(error instanceof StartError || (error instanceof NonFiniteError && nonFinite === 'throw'))) throw error;
          }
        }),
        { numRuns: runs },
      );
      for (const reason of isMethod ? (['steps', 'diverged'] as const) : (['steps', 'stalled'] as const))
        assert.ok(seen.has(reason), `${reason} was never met: ${[...seen].join(', ')}`);
    });
  }
  test('every line search and its own limit', async () => {
    for (const maxEvaluations of [1, 2, 9]) {
      for (const lineSearch of [backtracking({ maxEvaluations }), strongWolfe({ maxEvaluations })]) {
        let evaluations = 0;
        const wrong: Objective = (w, g) => (evaluations++, g.fill(-1), w[0]!);
        const found = await minimize(wrong, Float64Array.of(1), { optimizer: lbfgs({ lineSearch }), steps: 1000 });
        assert.deepEqual(
          [found.reason, found.steps, found.evaluations, evaluations],
          ['stalled', 0, 1 + maxEvaluations, 1 + maxEvaluations],
        );
      }
    }
  });
  test('points that rounding does not tell apart are evaluated once', async () => {
    let evaluations = 0;
    const flat: Objective = (_, g) => (evaluations++, g.fill(1e-30), 1);
    const optimizer = gradientDescent({ lineSearch: backtracking({ maxEvaluations: 1_000_000, c1: 0.5 }) });
    const found = await minimize(flat, Float64Array.of(1e40), { optimizer, steps: 10 });
    assert.deepEqual([found.reason, evaluations], ['stalled', 1]);
  });
});

const bowl: Objective = (w, g) => w.reduce((sum, x, i) => ((g[i] = 2 * (x - i)), sum + (x - i) ** 2), 0);

describe('a test for each reason', () => {
  const cases: readonly (readonly [Stop, objective: Objective, optimizer: Method | Minimizer, options: object])[] = [
    ['steps', rosenbrock, lbfgs(), { steps: 3 }],
    ['steps', rosenbrock, sgd({ lr: 1e-4 }), { steps: 3 }],
    ['tolerance', bowl, conjugateGradient(), { steps: 100, tolerance: 1e-6 }],
    ['tolerance', bowl, sgd({ lr: 0.25 }), { steps: 1000, tolerance: 1e-6 }],
    ['diverged', bowl, sgd({ lr: 1e3 }), { steps: 1000 }],
    ['aborted', bowl, lbfgs(), { steps: 3, signal: AbortSignal.abort() }],
    ['aborted', bowl, sgd(), { steps: 3, signal: AbortSignal.abort() }],
    ['stalled', rosenbrock, conjugateGradient(), { steps: 10_000 }],
    ['stalled', (w, g) => (bowl(w, g), g.fill(1), 1), gradientDescent(), { steps: 10_000 }],
    ['stalled', (w, g) => (g.fill(-1), w[0]!), lbfgs(), { steps: 10_000 }],
  ];
  for (const [reason, objective, optimizer, options] of cases) {
    test(`${reason}: ${optimizer.name}`, async () => {
      const found = await minimize(objective, Float64Array.of(-1.2, 1), { optimizer, steps: 0, ...options });
      assert.equal(found.reason, reason);
      const g = new Float64Array(2);
      assert.ok(Object.is(found.loss, objective(found.w, g)) || reason === 'diverged');
    });
  }
  test('a step that lowers the loss is kept, whatever conditions it meets', async () => {
    const impatient: LineSearch = { name: 'impatient', search: async (ray) => ({ meets: 'none', trial: await ray(1e-9) }) };
    const found = await minimize(bowl, Float64Array.of(5, 5), { optimizer: lbfgs({ lineSearch: impatient }), steps: 4 });
    assert.deepEqual([found.reason, found.steps], ['steps', 4]);
  });
  test('scales at which squares leave float64 change nothing else', async () => {
    const reference = await minimize(rosenbrock, Float64Array.of(-1.2, 1), { optimizer: lbfgs(), steps: 12 });
    for (const exponent of [-900, -600, 600, 900]) {
      const scale = 2 ** exponent;
      const scaled: Objective = (w, g) => {
        const loss = rosenbrock(w, g);
        g.forEach((x, i) => (g[i] = scale * x));
        return scale * loss;
      };
      const found = await minimize(scaled, Float64Array.of(-1.2, 1), { optimizer: lbfgs(), steps: 60, tolerance: 1e-6 * scale });
      assert.equal(found.reason, 'tolerance', String(exponent));
      assert.ok(found.loss <= reference.loss * scale);
    }
  });
});
