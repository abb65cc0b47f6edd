/** The ground of any function: it is surveyed without an error, and what has no value is neither low nor high but a gap. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { surfaces, trace } from '@thalweg/guide';
import fc from 'fast-check';
import { sgd } from 'thalweg';
import { survey, terrainOf } from '../src/draw/terrain.ts';
import { FormulaError } from '../src/lab/formula-error.ts';
import { surfaceOfFormula } from '../src/lab/formula.ts';
import { endOf, lostWords } from '../src/race/outcome.ts';

const [columns, rows] = [24, 18];

test('whatever the heights are, the survey ends, contours and gaps are drawn at finite places, and no gap has a height', () => {
  const height = fc.oneof(
    fc.double({ noDefaultInfinity: true }),
    fc.constantFrom(NaN, Infinity, -Infinity, 0, 1, -1, Number.MAX_VALUE, -Number.MAX_VALUE, Number.MIN_VALUE),
  );
  fc.assert(
    fc.property(fc.array(height, { minLength: columns * rows, maxLength: columns * rows }), (heights) => {
      const { form, rings, gaps } = terrainOf(Float64Array.from(heights), { x: [0, 1], y: [0, 1] }, columns, rows);
      const places = [...gaps, ...rings.flatMap((one) => one.rings)].flat(2);
      assert.ok(places.every(Number.isFinite));
      heights.forEach((value, i) => assert.equal(Number.isNaN(form.logs[i]), !Number.isFinite(value)));
      assert.equal(
        gaps.length > 0,
        heights.some((value) => !Number.isFinite(value)),
      );
    }),
    { numRuns: 60 },
  );
});

for (const [text, some] of [
  ['exp(exp(x*y))', true],
  ['log(x)', true],
  ['1/(x-y)^400', true],
  ['sqrt(1 - x² − y²)', true],
  ['10^300·x', false],
  ['7', false],
  ['x² + y²', false],
] as const) {
  test(`the ground of ${text} is drawn, with gaps exactly where it has no value`, () => {
    const surface = surfaceOfFormula(text, 3);
    const { heights, gaps, rings } = survey(surface, surface, columns, rows);
    assert.equal(gaps.length > 0, some);
    assert.equal(
      heights.some((value) => !Number.isFinite(value)),
      some,
    );
    assert.ok(
      rings
        .flatMap((one) => one.rings)
        .flat(2)
        .every(Number.isFinite),
    );
    assert.ok(Number.isFinite(surface.objective(Float64Array.from(surface.start), new Float64Array(2))), 'the first start has a value');
  });
}

test('labels of contours are values of the function', () => {
  for (const surface of surfaces) {
    const { form } = survey(surface, surface, 60, 60);
    const lowest = Math.min(...surface.minima.map(([x, y]) => surface.objective(Float64Array.of(x, y), new Float64Array(2))));
    assert.ok(Math.abs((form.base ?? NaN) - lowest) < 1e-9, surface.id);
  }
});

test('a function that has no value anywhere is refused', () => {
  for (const text of ['sqrt(-1 - x^2)', 'log(-exp(x))', '0/0', 'exp(10^9)']) assert.throws(() => surfaceOfFormula(text, 3), FormulaError);
});

test('a run that comes where there is no value has no value, one that grows without bound diverged', async () => {
  const ends = async (text: string, start: readonly [number, number], lr: number): Promise<string | undefined> => {
    const run = await trace(sgd({ lr }), surfaceOfFormula(text, 3).objective, start, { steps: 40 });
    return lostWords(run);
  };
  assert.equal(await ends('log(x)', [-1, 0], 0.1), 'no value at the start');
  assert.equal(await ends('exp(exp(x*y))', [3, 3], 0.1), 'no value at the start');
  assert.match((await ends('sqrt(x)', [0.1, 0], 1)) ?? '', /^no value at step 1$/);
  assert.match((await ends('x²', [1, 0], 5)) ?? '', /^diverged at step \d+$/);
  assert.equal(await ends('x²', [1, 0], 0.1), undefined);
  assert.equal(endOf({ diverged: true, w: Float64Array.of(Infinity, 0), loss: Float64Array.of(NaN), rows: 1 }), 'diverged');
});
