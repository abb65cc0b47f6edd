/** A gradient that is not that of its loss is noticed: the mistakes that people make, on every built-in problem; and what is none raises no alarm. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { Parameter } from 'thalweg';
import { compare } from '../src/compare.ts';
import { normal, random } from '../src/data/random.ts';
import type { Arrays, Model } from '../src/problem.ts';
import { presets } from '../src/protocol.ts';
import { findProblem, problems } from '../src/registry.ts';
import { mismatchText } from '../src/report/mismatch.ts';
import { warning } from '../src/report/text.ts';
import { findMismatch } from '../src/run/gradient-check.ts';
import { Pool } from '../src/run/pool.ts';
import type { ProblemResult } from '../src/schema.ts';
import { Store } from '../src/store/store.ts';

const root = join(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(root, 'report-test-'));
after(() => { rmSync(folder, { recursive: true, force: true }); }); // prettier-ignore

/** The model with something done to each gradient once it is right; of tables, to the rows. */
function spoiled(model: Model, spoil: (grads: Arrays, params: Arrays) => void): Model {
  return {
    ...model,
    async gradient(params, grads, seed, step) {
      const found = await model.gradient(params, grads, seed, step);
      const rows = typeof found === 'number' ? [] : Object.entries(found.rows).map(([name, { values }]) => [name, values] as const);
      spoil({ ...grads, ...Object.fromEntries(rows) }, params);
      return found;
    },
  };
}

const scaled = (factor: number) => (grads: Arrays): void => { for (const g of Object.values(grads)) g.forEach((x, i) => (g[i] = factor * x)); }; // prettier-ignore

/** The gradient of the call before. */
function stale(): (grads: Arrays) => void {
  let before: Record<string, Float32Array | Float64Array> | undefined;
  return (grads) => {
    const now = Object.fromEntries(Object.entries(grads).map(([name, g]) => [name, g.slice()]));
    for (const [name, g] of Object.entries(before ?? {})) grads[name]!.set(g);
    before = now;
  };
}

/** The gradient of the largest matrix, written column by column. */
function transposed(start: Readonly<Record<string, Parameter>>): ((grads: Arrays) => void) | undefined {
  const matrices = Object.entries(start).flatMap(([name, one]) => ('shape' in one && one.shape.length === 2 && Math.min(...one.shape) > 1 ? [{ name, shape: one.shape }] : []));
  const [largest] = matrices.toSorted((a, b) => b.shape[0]! * b.shape[1]! - a.shape[0]! * a.shape[1]!);
  if (largest === undefined) return undefined;
  const { name, shape: [rows = 0, columns = 0] } = largest;
  return (grads) => {
    const right = grads[name]!.slice();
    for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) grads[name]![j * rows + i] = right[i * columns + j]!;
  };
} // prettier-ignore

/** Those of which a gradient takes long have one seed, and so many of the mistakes: the first, or none, as others have the same model or the same rows. */
const slow: ReadonlyMap<string, 0 | 1> = new Map([
  ...(['glosses', 'sparse-glosses', 'transformer'] as const).map((id) => [id, 0] as const),
  ...(['digits', 'words', 'fashion', 'moby-dick', 'co-occurrences', 'sparse-co-occurrences'] as const).map((id) => [id, 1] as const),
]);

describe('built-in problems', () => {
  for (const problem of problems)
    test(`${problem.id}: no alarm as it is, and one for each mistake that is made`, async () => {
      const model = await problem.load();
      for (const seed of slow.has(problem.id) ? [1] : [1, 2])
        assert.equal(await findMismatch(model, seed), undefined, `seed ${String(seed)}`);
      const start = await model.start(1);
      const names = Object.keys(start);
      const other = problem.batchSize ?? 32;
      const mistakes: Readonly<Record<string, ((grads: Arrays, params: Arrays) => void) | undefined>> = {
        'the other sign': scaled(-1),
        'a sum instead of a mean': scaled(other),
        'a mean instead of a sum': scaled(1 / other),
        'a factor of two': scaled(2),
        ...(names.length === 1
          ? {}
          : Object.fromEntries(names.slice(-4).map((name) => [`nothing for ${name}`, (grads: Arrays) => void grads[name]!.fill(0)]))),
        'of the call before': stale(),
        'a matrix the other way round': transposed(start),
      };
      for (const [what, spoil] of Object.entries(mistakes).slice(0, slow.get(problem.id)))
        if (spoil !== undefined) {
          const found = await findMismatch(spoiled(model, spoil), 1);
          assert.ok(found !== undefined, what);
          // No other is named.
          const { parameters = [] } = found;
          if (what.startsWith('nothing for ')) for (const name of parameters) assert.equal(`nothing for ${name}`, what);
          else if (/sign|sum|mean|factor/.test(what)) assert.deepEqual(parameters, [], what);
        }
      if (slow.has(problem.id)) return;
      const [sign, sum] = [await findMismatch(spoiled(model, scaled(-1)), 1), await findMismatch(spoiled(model, scaled(other)), 1)];
      assert.match(mismatchText({ batchSize: problem.batchSize, mismatch: sign! }), /, the wrong sign everywhere\.$/);
      assert.match(
        mismatchText({ batchSize: other, mismatch: sum! }),
        new RegExp(`, ${String(other)} times too large everywhere: the gradient sums over the batch`),
      );
    });
});

/** A function of a few weights. */
function modelOf(size: number, gradient: (w: Float64Array, g: Float64Array, seed: number, step: number) => number, float32 = false): Model {
  return {
    start: (seed) => {
      const next = random(seed);
      const w = Float64Array.from({ length: size }, () => normal(next));
      return { w: float32 ? Float32Array.from(w) : w };
    },
    gradient: ({ w }, { w: g }, seed, step) => {
      const own = new Float64Array(size);
      const loss = gradient(Float64Array.from(w!), own, seed, step);
      g!.set(own);
      return loss;
    },
    evaluate: () => 0,
  };
}

const square = (w: Float64Array): number => w.reduce((sum, x) => sum + x * x, 0);

describe('the parameters whose gradients are wrong are named', () => {
  const names = ['w', 'b', 'c'];
  /** A line and a parabola through noisy data, whose batches differ. */
  const model: Model = {
    start: (seed) => {
      const next = random(seed);
// So far from what is best that no slope is nearly 0.
      return { w: Float64Array.from({ length: 4 }, () => 3 + 0.3 * normal(next)), b: Float64Array.of(3 + 0.3 * normal(next)), c: Float64Array.of(3 + 0.3 * normal(next)) };
    },
    gradient: ({ w, b, c }, grads, seed, step) => {
      const next = random(seed, step);
      for (const g of Object.values(grads)) g.fill(0);
      let loss = 0;
      for (let k = 0; k < 32; k++) {
        const x = Array.from({ length: 4 }, () => normal(next));
        const off = x.reduce((sum, one, i) => sum + one * w![i]!, b![0]! + c![0]! * x[0]! ** 2) - 3 * x[0]! + 2 + 0.1 * normal(next);
        x.forEach((one, i) => (grads['w']![i]! += (off * one) / 16));
        grads['b']![0]! += off / 16;
        grads['c']![0]! += (off * x[0]! ** 2) / 16;
        loss += off ** 2 / 32;
      }
      return loss;
    },
    evaluate: () => 0,
  };
  for (const wrong of [['w'], ['b'], ['c'], ['w', 'b'], ['w', 'c'], ['b', 'c'], names])
    test(wrong.join(' and '), async () => {
      for (let seed = 1; seed <= 10; seed++) {
        const mismatch = await findMismatch(spoiled(model, (grads) => { for (const name of wrong) grads[name]!.forEach((g, i, all) => (all[i] = -g)); }), seed);
        assert.ok(mismatch !== undefined);
        const text = mismatchText({ mismatch, batchSize: null });
        if (wrong === names) assert.match(text, /^The gradient does not match the loss: along a random direction the loss .*, the wrong sign everywhere\.$/);
        else {
          assert.deepEqual([mismatch.parameter, mismatch.parameters], [wrong[0], wrong]);
          assert.ok(text.startsWith(`The gradient of ${wrong.join(' and ')} does not match the loss: along a random direction of ${wrong[0]!} the loss `), text);
          assert.ok(Math.abs(mismatch.gradient / mismatch.slope + 1) < 0.05, 'the slope of the first of them');
        }
      }
    });
}); // prettier-ignore

describe('what is no mistake raises no alarm', () => {
  const harmless: Readonly<Record<string, (size: number) => Model>> = {
    'noise that the gradient has and the loss has not': (size) =>
      modelOf(size, (w, g, seed, step) => {
        const noise = random(seed, step);
        w.forEach((x, i) => (g[i] = 2 * x + normal(noise)));
        return square(w);
      }),
    'noise of the size of the gradient': (size) =>
      modelOf(size, (w, g, seed, step) => {
        const noise = random(seed, step);
        w.forEach((x, i) => (g[i] = 2 * x * (1 + normal(noise))));
        return square(w);
      }),
    kinks: (size) =>
      modelOf(size, (w, g) => {
        w.forEach((x, i) => (g[i] = Math.sign(x)));
        return w.reduce((sum, x) => sum + Math.abs(x), 0);
      }),
    'a kink at the weights themselves': (size) => ({
      ...modelOf(size, (w, g) => {
        w.forEach((x, i) => (g[i] = x > 0 ? 1 : -1));
        return w.reduce((sum, x) => sum + Math.abs(x), 0);
      }),
      start: () => ({ w: new Float64Array(size) }),
    }),
    'the largest element': (size) =>
      modelOf(size, (w, g) => {
        const at = w.indexOf(Math.max(...w));
        g[at] = 1;
        return w[at]!;
      }),
    'a flat loss': (size) => modelOf(size, () => 3),
    'a loss in float32': (size) =>
      modelOf(
        size,
        (w, g) => {
          w.forEach((x, i) => (g[i] = Math.fround(2 * x)));
          return Math.fround(1000 + square(w));
        },
        true,
      ),
    'a large constant beside a small loss': (size) =>
      modelOf(size, (w, g) => {
        w.forEach((x, i) => (g[i] = 2 * x));
        return 1e9 + square(w);
      }),
    'steps of a staircase, and the slope of the ramp': (size) =>
      modelOf(size, (w, g) => {
        g.fill(1);
        return w.reduce((sum, x) => sum + Math.round(20 * x) / 20, 0);
      }),
    'another loss at each call': (size) => {
      const next = random(7);
      return modelOf(size, (w, g) => {
        w.forEach((x, i) => (g[i] = 2 * x));
        return square(w) + 0.01 * next();
      });
    },
    'a loss that is not finite beside the weights': (size) =>
      modelOf(size, (w, g) => {
        g.fill(1);
        return w.every((x, i) => x === normalsOf(size)[i]) ? 1 : NaN;
      }),
  };
  for (const [what, make] of Object.entries(harmless))
    test(what, async () => {
      for (const size of what.includes('staircase') ? [30, 300] : [1, 2, 3, 30])
        for (let seed = 1; seed <= 20; seed++)
          assert.equal(await findMismatch(make(size), seed), undefined, `${String(size)} weights, seed ${String(seed)}`);
    });

  test('and the same with a mistake in it does, where there is something to see', async () => {
    for (const what of ['noise that the gradient has and the loss has not', 'kinks', 'a loss in float32'])
      for (let seed = 1; seed <= 5; seed++)
        assert.ok((await findMismatch(spoiled(harmless[what]!(30), scaled(-3)), seed)) !== undefined, `${what}, seed ${String(seed)}`);
    const penalty = modelOf(20, (w, g) => {
      w.forEach((x, i) => (g[i] = 2 * (x - 1)));
      return square(w.map((x) => x - 1)) + 0.3 * square(w);
    });
    assert.ok((await findMismatch(penalty, 1)) !== undefined, 'a penalty that the gradient has not');
  });
});

function normalsOf(size: number): number[] {
  const next = random(1);
  return Array.from({ length: size }, () => normal(next));
}

test('what is too large to be checked is not even copied', async () => {
  const large = { length: 6e6, slice: () => assert.fail('copied') } as unknown as Float32Array;
  const gradient = (): number => assert.fail('asked');
  assert.equal(await findMismatch({ start: () => ({ w: large }), gradient, evaluate: () => 0 }, 1), undefined);
});

test('a user hears of it at the start and in the report, and the comparison goes on', async () => {
  const file = join(folder, 'bowl.ts');
  const write = (sign: string): void => writeFileSync(file, `export default { id: 'bowl', steps: 5, target: 0, load: () => ({
    start: (seed) => ({ w: Float64Array.of(1 + seed / 1000, 2) }),
    gradient: ({ w }, { w: g }) => { w.forEach((x, i) => (g[i] = ${sign}2 * x)); return w[0] ** 2 + w[1] ** 2; },
    evaluate: ({ w }) => w[0] ** 2 + w[1] ** 2,
  }) };`);
  const protocol = { ...presets.quick, preset: 'custom' as const, gridPoints: 2, rates: 2, seeds: [101, 102, 103], ratesPerSeed: 1 };
  const pool = new Pool(1);
  const said: string[] = [];
  const make = async (): Promise<ProblemResult> => {
    said.length = 0;
    const plan = { entries: [await findProblem(file)], contestants: ['sgd', 'adam'], schedules: ['constant' as const], protocol, steps: 5, workers: 1 };
    const { problems: [found] } = await compare(plan, pool, new Store(join(folder, 'kept.sqlite')), (progress) => { if (progress.kind === 'warning') said.push(progress.text); });
    return found!;
  };
  write('-');
  const wrong = await make();
  assert.match(said.join('\n'), /^The gradient does not match the loss: along a random direction the loss has slope \S+, but the gradient gives \S+, the wrong sign everywhere\.$/);
  assert.ok(warning(wrong).startsWith(said[0]!));
  assert.equal(wrong.own, true);
  await pool.close();
}); // prettier-ignore

test('the documented problem with noise raises none, and holds test data out', async () => {
  const text = readFileSync(join(root, 'docs/compare.md'), 'utf8');
  const code = /```ts\n(import \{ defineProblem, normal, random \}[^]*?)```/.exec(text)?.[1];
  const file = join(folder, 'documented.ts');
  writeFileSync(file, code ?? assert.fail());
  const { problem } = await findProblem(file);
  for (let seed = 1; seed <= 20; seed++) assert.equal(await findMismatch(await problem.load(), seed), undefined, String(seed));
  const model = await problem.load();
  const at = (split: 'validation' | 'test') => model.evaluate({ w: Float64Array.of(1, 2, 3) }, split);
  assert.notEqual(await at('validation'), await at('test'));
});
