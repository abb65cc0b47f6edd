/** The stability limits: a run just below settles on a quadratic, one just above leaves it. Curvature against closed forms. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  catalogue,
  defaults,
  findEntry,
  hessian,
  largestCurvature,
  limitAt,
  stabilityLimit,
  surfaces,
  trace,
  valley,
} from '@thalweg/guide';
import { adam, chain, l2, sgd } from 'thalweg';

const lambda = 30;
const bowl = (w: Float64Array, g: Float64Array): number => ((g[0] = lambda * w[0]!), (lambda * w[0]! ** 2) / 2);

describe('stability limits', () => {
  for (const id of ['sgd', 'sgd-momentum', 'nesterov', 'averaged-momentum']) {
    for (const beta of [0.5, 0.9, 0.97]) {
      it(`${id}, β = ${String(beta)}`, async () => {
        const entry = findEntry(id);
        const limit = stabilityLimit(entry.momentum!, beta, lambda);
        const end = async (lr: number): Promise<number> => {
          const run = await trace(
            entry.make({ ...defaults(entry), ...(entry.beta === undefined ? {} : { [entry.beta]: beta }), lr }),
            bowl,
            [1],
            { steps: 4000 },
          );
          return Math.abs(run.w[run.rows - 1]!);
        };
        assert.ok((await end(0.99 * limit)) < 1e-3);
        assert.ok((await end(1.01 * limit)) > 1e3);
      });
    }
  }
  it('signs have none, nor has ground that curves down', () => {
    assert.equal(stabilityLimit('bounded', 0.9, 5), Infinity);
    assert.equal(stabilityLimit('none', 0, -1), Infinity);
  });
});

describe('limits of adaptive methods', () => {
  // On a bowl with η held below the preconditioned limit the point comes nearer; where the preconditioner is frozen, it is the exact limit.
  for (const id of ['adagrad', 'rmsprop', 'adam', 'adamw', 'radam']) {
    it(`${id}: what the equations divide by is what the limit divides by`, async () => {
      const entry = findEntry(id);
      const values = { ...defaults(entry), lr: 0.01, ...(id === 'adamw' ? { weightDecay: 0 } : {}) };
      const surface = valley(20);
      const run = await trace(entry.make(values), surface.objective, [-1, 0.5], { steps: 40, anatomy: true });
      const t = 30;
      const divisor = [0, 1].map((i) =>
        entry.divisor!({ t, at: (name) => run.names.get(name)?.[2 * t + i] ?? NaN, hyper: (name) => values[name as 'lr'] }),
      );
      for (const i of [0, 1]) {
        const moved = run.w[2 * t - 2 + i]! - run.w[2 * t + i]!;
        const passed = run.names.get('m_hat')?.[2 * t + i] ?? run.g[2 * t + i]!;
        assert.ok(Math.abs(moved - (0.01 * passed) / divisor[i]!) < 1e-12, `${id} ${String(moved)}`);
      }
      const [a, b, d] = hessian(surface.objective, [run.w[2 * t]!, run.w[2 * t + 1]!]);
      const beta = entry.beta === undefined ? 0 : values[entry.beta as 'lr'];
      const expected = stabilityLimit(entry.momentum!, beta, largestCurvature([a, b, d], divisor as [number, number]));
      assert.equal(limitAt(entry, values, surface, run, t), expected);
      assert.equal(limitAt(entry, values, surface, run, 0), NaN);
    });
  }
  it('Rosenbrock at its minimum has λmax = 501 + √250,601, so plain steps are stable to 2/λmax', () => {
    const surface = { ...surfaces.find((one) => one.id === 'rosenbrock')!, start: [1, 1] as const };
    assert.ok(Math.abs(limitAt(findEntry('sgd'), { lr: 1 }, surface) * (501 + Math.sqrt(250_601)) - 2) < 1e-5);
  });
});

describe('curvature', () => {
  it("is the valley's, however it is turned", () => {
    for (const angle of [0, 0.3, 1, 2.5])
      assert.ok(Math.abs(largestCurvature(hessian(valley(50, angle).objective, [0.3, -0.4])) - 50) < 1e-6);
  });
  it('is that of the divided Hessian where there is a preconditioner', () => {
    assert.ok(Math.abs(largestCurvature([4, 0, 9], [2, 9]) - 2) < 1e-12);
  });
});

describe('landscapes', () => {
  for (const surface of surfaces) {
    it(`${surface.id}: the gradient is that of the value, and vanishes at the minima`, () => {
      const g = new Float64Array(2);
      const value = (x: number, y: number): number => surface.objective(Float64Array.of(x, y), new Float64Array(2));
      for (const [x, y] of [surface.start, [0.3, 0.7], [-1.1, 0.4]] as const) {
        surface.objective(Float64Array.of(x, y), g);
        const h = 1e-6;
        for (const [i, slope] of [(value(x + h, y) - value(x - h, y)) / (2 * h), (value(x, y + h) - value(x, y - h)) / (2 * h)].entries()) {
          assert.ok(Math.abs(slope - g[i]!) <= 1e-4 * Math.max(1, Math.abs(g[i]!)), `${surface.id} ${String(slope)} ${String(g[i])}`);
        }
      }
      for (const point of surface.minima) {
        surface.objective(Float64Array.from(point), g);
        assert.ok(Math.hypot(...g) < 5e-3, `${surface.id} at ${String(point)}`);
      }
    });
  }
});

describe('traces', () => {
  for (const entry of catalogue) {
    it(`${entry.id}: watching every name changes no number`, async () => {
      const method = entry.make(defaults(entry));
      const [plain, watched] = [
        await trace(method, valley(20).objective, [-1, 0.5], { steps: 60 }),
        await trace(method, valley(20).objective, [-1, 0.5], { steps: 60, anatomy: true }),
      ];
      assert.deepEqual(watched.w, plain.w);
      assert.equal(plain.names.size, 0);
    });
  }
  it('keeps every name of a chain, by a name that no other part has, and every equation of it', async () => {
    const method = chain(l2(0.1), adam({ lr: 0.1 }), sgd({ lr: 0.01, momentum: 0.9 }));
    const run = await trace(method, valley(5).objective, [-1, 0.5], { steps: 3, anatomy: true });
    assert.deepEqual([...run.names.keys()], ['m', 'v', 'm_hat', 'v_hat', 'v2']);
    const [[penalized], , [v2, w]] = run.parts.map(({ values }) => values) as [Float64Array[], Float64Array[], Float64Array[]];
    for (const i of [2, 3, 4, 5, 6, 7]) {
      assert.equal(penalized![i], run.g[i]! + 0.1 * run.w[i - 2]!);
      assert.equal(w![i], run.w[i]);
    }
    assert.equal(v2, run.names.get('v2'));
  });
  it('stops where the run diverges', async () => {
    const run = await trace(findEntry('sgd').make({ lr: 1 }), valley(50).objective, [1, 1], { steps: 1000 });
    assert.ok(run.diverged && run.rows < 20);
  });
  it('repeats noise from its seed and changes it with another', async () => {
    const at = async (seed: number) =>
      (await trace(findEntry('sgd').make({ lr: 0.01 }), valley(5).objective, [1, 1], { steps: 20, noise: 1, seed })).w;
    assert.deepEqual(await at(1), await at(1));
    assert.notDeepEqual(await at(1), await at(2));
  });
});
