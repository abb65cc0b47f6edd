/** What is read back is what was written; anything else is refused with what is wrong and where, whatever it holds. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import * as v from 'valibot';
import { checkProblem } from '../src/check-problem.ts';
import { checkContestant, contestants } from '../src/contestants.ts';
import { trial } from '../src/document.ts';
import type { Arrays } from '../src/problem.ts';
import { readComparison, ReadError } from '../src/read.ts';
import { findProblem } from '../src/registry.ts';
import { checked } from '../src/run/checked.ts';
import { runTrial } from '../src/run/trial.ts';
import { compareWith } from '../src/statistics/compare.ts';
import { standings } from '../src/report/standings.ts';
import type { Comparison, OptimizerResult, ProblemResult, Trial } from '../src/schema.ts';
import { reportFixture } from './report-fixture.ts';

const fixture = reportFixture();
const text = JSON.stringify(fixture);
const sgdContestant = contestants.find(({ id }) => id === 'sgd') ?? assert.fail();

type Json = Record<string, unknown> & { problems: (Record<string, unknown> & { optimizers: Record<string, unknown>[] })[] };

/** The fixture's text with one thing changed. */
function doctored(change: (value: Json) => void): string {
  const value = JSON.parse(text) as Json;
  change(value);
  return JSON.stringify(value);
}

function refusal(json: string): string {
  try {
    readComparison(json);
  } catch (error) {
    assert.ok(error instanceof ReadError, String(error));
    assert.ok(error.message.length < 400, 'a message is short');
    return error.message;
  }
  return assert.fail('was read');
}

describe('what was written', () => {
  test('is read as it was', () => assert.deepEqual(readComparison(text), fixture));
  test('is read with diverged runs everywhere, one seed, no landscape', () => {
    for (const other of [reportFixture({ dead: true }), reportFixture({ seeds: 1, tuningSeeds: 1, suffix: ' <b>"&' })]) {
      assert.deepEqual(readComparison(JSON.stringify(other)), other);
    }
  });
  test('keeps nothing that the document does not have', () => {
    const read = readComparison(text.replace('{"format"', '{"__proto__":{"polluted":1},"more":[1],"format"')) as Comparison &
      Record<string, unknown>;
    assert.deepEqual(Object.keys(read), Object.keys(fixture));
    assert.equal((Object.prototype as Record<string, unknown>)['polluted'], undefined);
  });
});

describe('what is no JSON', () => {
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ['nothing', ' \n', /^The file is empty\.$/],
    ['a web page', '<!doctype html>', /web page\. Open results\.json/],
    ['finished runs', '{"key":"a","result":{}}\n{"key":"b","result":{}}\n', /trials\.jsonl/],
    ['cut off', text.slice(0, 5000), /^The file is cut off: it ends in the middle, at line 1, column 5001\.$/],
    ['cut off on a later line', JSON.stringify(fixture, null, 1).slice(0, 300), /cut off.* at line \d\d, column \d+/],
    ['with NaN', text.replace(/"testMetric":[\d.]+/, '"testMetric":NaN'), /^NaN at line 1, column \d+ is not JSON: .* written as null\.$/],
    ['with Infinity', '{"a":[1,-Infinity]}', /^-Infinity at line 1, column 9 is/],
    ['with a comma too many', '{"a":1,}', /^The file is not JSON, from line 1, column 8 on/],
    ['prose', 'hello', /^The file is cut off|^The file is not JSON/],
  ];
  for (const [name, json, expected] of cases) test(name, () => assert.match(refusal(json), expected));
  test('a number too large for a number', () => {
    const message = refusal(text.replace(/"gridRatio":[\d.]+/, '"gridRatio":1e999'));
    assert.match(message, /protocol\.gridRatio must be finite/);
  });
});

describe('what is JSON, but no comparison', () => {
  const first = (value: Json): Record<string, unknown> => value.problems[0]!.optimizers[0]!;
  const trial = (value: Json): Record<string, unknown> => (first(value)['trials'] as Record<string, unknown>[])[2]!;
  const cases: readonly (readonly [string, (value: Json) => void, RegExp])[] = [
    ['another format', (value) => (value['format'] = 'recipe'), /^format must be "thalweg-comparison", not "recipe"/],
    ['no format', (value) => delete value['format'], /^format must be "thalweg-comparison", not missing/],
    ['a later version', (value) => (value['version'] = 3), /^version must be 2, not 3: the file is of another version/],
    ['an earlier version', (value) => (value['version'] = 1), /^The file is of an earlier version of Thalweg[^]*Run the comparison again\.$/],
    ['no machine', (value) => delete value['machine'], /\. machine is missing\.$/],
    ['no problems', (value) => (value.problems = []), /\. problems has 0 items, fewer than 1\.$/],
    ['a text for a number', (value) => (value.problems[1]!['steps'] = 'many'), /problems\[1\]\.steps must be number, not "many"/],
    ['a number below', (value) => (value.problems[1]!['steps'] = -4), /problems\[1\]\.steps must not be negative/],
    ['a number beyond all axes', (value) => (value.problems[1]!['target'] = { value: -1e101, origin: '' }), /problems\[1\]\.target\.value must lie within ±1e\+100/],
    ['half a step', (value) => (value.problems[0]!['steps'] = 0.5), /problems\[0\]\.steps must be a whole number/],
    ['a word of its own', (value) => (first(value)['tuning'] = 'fine'), /problems\[0\]\.optimizers\[0\]\.tuning must be .*"inside" or "edge"/],
    ['a curve with fewer values', (value) => (trial(value)['training'] as { values: number[] }).values.pop(), /problems\[0\]\.optimizers\[0\]\.trials\[2\]\.training must have as many steps as values/],
    ['a curve that goes back', (value) => (trial(value)['validation'] as { steps: number[] }).steps.reverse(), /trials\[2\]\.validation must have increasing steps/],
    ['a list in a curve', (value) => ((trial(value)['validation'] as { values: unknown[] }).values[3] = [1]), /validation\.values\[3\] must be number.*, not a list/],
    ['two of one id', (value) => (value.problems[0]!.optimizers[1]!['id'] = first(value)['id']), /problems\[0\] has two optimizers with one id/],
    ['a stranger compared', (value) => ((value.problems[0]!['comparisons'] as { other: string }[])[0]!.other = 'nobody'), /problems\[0\] compares optimizers that it does not have/],
    ['a landscape with a hole', (value) => (value.problems[2]!['landscape'] as { values: number[] }).values.pop(), /problems\[2\]\.landscape must have columns × rows values/],
    ['a landscape without width', (value) => ((value.problems[2]!['landscape'] as { x: number[] }).x = [1, 1]), /problems\[2\]\.landscape\.x must have its first number below/],
    ['a name of a million letters', (value) => (first(value)['label'] = 'x'.repeat(1e6)), /label has 1000000 characters, more than the 120 that can be shown/],
    ['a value of a million letters', (value) => (first(value)['rank'] = 'x'.repeat(1e6)), /rank must be number, not "x{59}…/],
    ['too many optimizers', (value) => (value.problems[0]!.optimizers = Array.from({ length: 201 }, () => first(value))), /optimizers has 201 items, more than the 200/],
  ]; // prettier-ignore
  for (const [name, change, expected] of cases) test(name, () => assert.match(refusal(doctored(change)), expected));
  test('a list, a number, null', () => {
    for (const json of ['[]', '3', 'null', '"results"']) assert.equal(refusal(json), 'The file is not a JSON object.');
  });
  test('more values, or steps, than can be drawn', () => {
    const curve = (from: number, count: number): unknown => ({
      steps: Array.from({ length: count }, (_, i) => from + i),
      values: Array.from({ length: count }, () => 1),
    });
    const runs = (count: number, training: (i: number) => unknown): string =>
      refusal(
        doctored(
          (value) => (first(value)['trials'] = Array.from({ length: count }, (_, i) => ({ ...trial(value), training: training(i) }))),
        ),
      );
    assert.match(
      runs(900, () => curve(0, 480)),
      /problems\[0\] has more than the 400000 values/,
    );
    assert.match(
      runs(60, (i) => curve(1000 * i, 20)),
      /problems\[0\] was measured at more than 500 different steps/,
    );
    assert.match(
      runs(1, () => curve(0, 501)),
      /training\.steps has 501 items, more than the 500/,
    );
  });
  test('nested a hundred thousand deep', () => {
    assert.match(refusal(`${'{"problems":['.repeat(1e5)}${']}'.repeat(1e5)}`), /^format must be|^The file/);
  });
});

describe('standings', () => {
  const run = (values: (number | null)[], divergedAt: number | null = null): Trial =>
    ({ diverged: divergedAt !== null, divergedAt, validation: { steps: values.map((_, i) => 10 * i), values } }) as unknown as Trial;
  const problem = (trials: Readonly<Record<string, readonly Trial[]>>): ProblemResult =>
    ({
      tuningMetric: { name: 'loss', lowerIsBetter: true, unit: '' },
      optimizers: Object.entries(trials).map(([id, own]) => ({ id, trials: own }) as unknown as OptimizerResult),
    }) as unknown as ProblemResult;
  const ranks = (from: ProblemResult): [number, Record<string, number>][] =>
    standings(from).map(({ step, places }) => [step, Object.fromEntries(places.map(({ id, rank }) => [id, rank]))]);

  test('rank medians at each step, share ranks, and put a diverged run last from where it diverged', () => {
    const found = problem({ a: [run([3, 2, 1])], b: [run([3, 1, 2])], c: [run([3, 0], 15)] });
    assert.deepEqual(ranks(found), [
      [0, { a: 1, b: 1, c: 1 }],
      [10, { a: 3, b: 2, c: 1 }],
      [15, { a: 2, b: 1, c: 3 }],
      [20, { a: 1, b: 2, c: 3 }],
    ]);
    assert.deepEqual(
      standings(found).map(({ places }) => places[2]!.diverged),
      [0, 0, 1, 1],
    );
  });
  test('end with the order of medians of the last step', () => {
    for (const one of fixture.problems) {
      const last = standings(one).at(-1)!;
      assert.equal(last.step, one.steps);
      for (const { id, middle } of last.places) {
        const finals = one.optimizers
          .find((each) => each.id === id)!
          .trials.map(({ diverged, validation }) => (diverged ? Infinity : validation.values.at(-1)!));
        const median = finals.sort((a, b) => a - b)[2]!;
        assert.equal(middle, Number.isFinite(median) ? median : null);
      }
    }
  });
});

describe('what is written can be read', () => {
  const number = fc.double({ noNaN: false, noDefaultInfinity: false });

  test('whatever a model returns', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(number, { minLength: 1, maxLength: 8 }), fc.double({ noNaN: true, noDefaultInfinity: true }), async (numbers, first) => {
        let at = 0;
        const next = (): number => numbers[at++ % numbers.length]!;
        const { problem } = await findProblem('valley');
        const model = { start: () => ((at = 0), { w: Float64Array.of(first, 1) }), gradient: (_: unknown, { w }: Arrays, _seed: number, step: number) => (w!.fill(1), step === 1 ? 1 : next()), evaluate: () => ({ value: at < 2 ? 1 : next(), loss: next() }) };
        const trials = [];
        for (const seed of [1, 2, 3]) trials.push(await runTrial(problem, checked('own', problem, model), sgdContestant, { problem: 'own', contestant: 'sgd', schedule: 'constant', lr: 0.1, seed, steps: 4 }));
        for (const one of trials) assert.ok(v.safeParse(trial, JSON.parse(JSON.stringify(one))).success, JSON.stringify(one));
        // And what is computed of such values.
        const scores = new Map([['a', trials], ['b', trials.toReversed()]].map(([id, own]) => [id as string, new Map((own as Trial[]).map(({ testMetric }, i) => [i, testMetric]))]));
        const comparisons = compareWith('a', scores, { alpha: 0.05, direction: problem.testMetric, margin: undefined });
        const whole = { ...fixture, problems: [{ ...fixture.problems[0]!, comparisons: comparisons.map((one) => ({ ...one, reference: fixture.problems[0]!.reference, other: fixture.problems[0]!.reference })) }] };
        readComparison(JSON.stringify(whole));
      }),
      { numRuns: 300 },
    );
  });

  test('whatever a problem declares, or it is refused before anything is trained', () => {
    const { title, description, tuningMetric, target } = { title: 'x'.repeat(301), description: 'x'.repeat(4001), tuningMetric: { name: 'x'.repeat(121), lowerIsBetter: true, unit: '' }, target: 1e91 };
    const landscape = { x: [0, 1], y: [0, 1], columns: 2, rows: 2, values: [1, 2, 3, 4], minima: [] };
    const sound = { id: 'own', steps: 3, target: 0, load: () => undefined, landscape };
    checkProblem('own.ts', sound);
    for (const [wrong, expected] of [
      [{ id: 'x'.repeat(301) }, /id must be/],
      [{ title }, /title must be a string of at most 300 characters/],
      [{ description }, /description must be a string of at most 4000/],
      [{ tuningMetric }, /tuningMetric\.name must be/],
      [{ testMetric: { ...tuningMetric, name: 'x', unit: 'x'.repeat(21) } }, /testMetric\.unit must be/],
      [{ target }, /target must be a finite number, within ±1e90/],
      [{ margin: 1e91 }, /margin must be/],
      [{ landscape: { ...landscape, values: [1, 2, 3, 1e91] } }, /landscape\.values must be/],
      [{ landscape: { ...landscape, x: [0, 1e91] } }, /landscape\.x must be/],
      [{ landscape: { ...landscape, columns: 401 } }, /landscape\.columns must be/],
      [{ landscape: { ...landscape, minima: Array(101).fill([0, 0]) } }, /landscape\.minima must be/],
    ] as const)
      assert.throws(() => checkProblem('own.ts', { ...sound, ...wrong }), expected);
    const own = { id: 'own', create: () => undefined };
    checkContestant('own.ts', own);
    for (const wrong of [{ id: 'x'.repeat(121) }, { label: 'x'.repeat(121) }, { code: 'x'.repeat(4001) }, { centre: 1e91 }, { lr: 1e91 }, { hyperparameters: { a: 1e91 } }, { hyperparameters: { a: 'x'.repeat(301) } }])
      assert.throws(() => checkContestant('own.ts', { ...own, ...wrong }), /must be/);
  });
}); // prettier-ignore
