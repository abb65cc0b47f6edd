/** Every claim that is mathematics holds, and what it measured is what the mathematics says, worked out here by other means. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chapterIds, claims, deviation, scheduleFreeInThree, trace, valley, verdict, type Outcome, type Text } from '@thalweg/guide';
import { scheduleFreeSgd } from 'thalweg';

const noText = { text: (): Promise<Text> => Promise.reject(new Error('a mathematical claim needs no data')) };
const outcomes = new Map<string, Outcome>();
for (const claim of claims) if (claim.kind === 'mathematics') outcomes.set(claim.id, await claim.measure(noText));
const value = (id: string, name: string): number => {
  const found = outcomes.get(id)?.values[name];
  assert.notEqual(found, undefined, `${id} has no figure ${name}`);
  return found!;
};
const near = (actual: number, expected: number, tolerance: number): void =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${String(actual)} is not within ${String(tolerance)} of ${String(expected)}`);

describe('claims', () => {
  it('every chapter has some, with names of their own', () => {
    assert.deepEqual([...new Set(claims.map((claim) => claim.chapter))], [...chapterIds]);
    assert.equal(new Set(claims.map((claim) => claim.id)).size, claims.length);
    for (const claim of claims) assert.ok(claim.id.startsWith(`${claim.chapter}.`), claim.id);
  });
  for (const claim of claims) {
    if (claim.kind !== 'mathematics') continue;
    it(`${claim.id}: ${claim.statement}`, () => {
      const outcome = outcomes.get(claim.id)!;
      assert.ok(outcome.holds, outcome.figure);
      assert.equal(verdict(claim, outcome), 'holds');
      for (const [name, figure] of Object.entries(outcome.values)) assert.ok(Number.isFinite(figure), name);
    });
  }
});

describe('what they measured', () => {
  it('the minima of the two basins are roots of x³ − x + 0.2', () => {
    for (const side of ['left', 'right']) near(value('problem.start', side) ** 3 - value('problem.start', side) + 0.2, 0, 1e-6);
    assert.ok(value('problem.start', 'left') < -1 && value('problem.start', 'right') > 0.8);
  });
  it('distances in the valley are powers of |1 − η·λ|', () => {
    near(value('sgd.diverges', 'below'), 0.98 ** 100, 1e-9);
    near(value('sgd.diverges', 'above'), 1.02 ** 100, 1e-9);
    near(value('sgd.crawl', 'left'), 0.991 ** 100, 1e-12);
    near(value('sgd.scales', 'best'), 99 / 101, 2e-4);
  });
  it('the noise of a batch has exponent −½', () => near(value('sgd.noise', 'exponent'), -0.5, 0.04));
  it('AdaGrad after 400 equal gradients steps by η/20', () => near(value('adagrad.constant', 'last'), 1 / 20, 1e-12));
  it('AdaGrad after 100 and a thousand ones has 1/√11,000', () => near(value('adagrad.unforgiven', 'last'), 1 / Math.sqrt(11_000), 1e-12));
  it('RMSProp starts with 1/√(1 − β)', () => {
    near(value('rmsprop.start', 'short'), 3.1622776601683795, 1e-9);
    near(value('rmsprop.start', 'long'), 31.622776601683793, 1e-9);
    near(value('rmsprop.recovers', 'at'), 1 / Math.sqrt(0.9 + 1000) / 1, 1e-3);
  });
  it('Adam without corrections peaks where (1 − 0.9ᵗ)/√(1 − 0.999ᵗ) does', () => {
    const steps = Array.from({ length: 100 }, (_, i) => (1 - 0.9 ** (i + 1)) / Math.sqrt(1 - 0.999 ** (i + 1)));
    near(value('adam.inflated', 'peak'), Math.max(...steps), 1e-9);
    assert.equal(value('adam.inflated', 'at'), steps.indexOf(Math.max(...steps)) + 1);
    near(value('adam.inflated', 'first'), steps[0]!, 1e-9);
  });
  it('corrections are below 1 % after log(1/101)/log(β) steps', () => {
    assert.equal(value('adam.fades', 'm'), Math.ceil(Math.log(1 / 101) / Math.log(0.9)));
    assert.equal(value('adam.fades', 'v'), Math.ceil(Math.log(1 / 101) / Math.log(0.999)));
  });
  it("decay inside Adam at gradients of 1 is about SGD's over their root mean square", () => {
    near(value('decay.uneven', 'first') / value('decay.uneven', 'last'), 100, 4);
  });
  it('the Newton–Schulz polynomial, iterated in plain numbers, stays in the same band', () => {
    let [least, most] = [Infinity, -Infinity];
    for (let i = 0; i <= 50_000; i++) {
      let s = 3e-3 * (1 / 3e-3) ** (i / 50_000);
      for (let k = 0; k < 5; k++) s = 3.4445 * s - 4.775 * s ** 3 + 2.0315 * s ** 5;
      [least, most] = [Math.min(least, s), Math.max(most, s)];
    }
    near(value('beyond.muon', 'least'), least, 1e-4);
    near(value('beyond.muon', 'most'), most, 1e-4);
    assert.ok(least > 0.68 && most < 1.203);
  });
});

describe('what the chapters show', () => {
  it('schedule-free SGD in three lines takes the steps of the library’s', async () => {
    const of = (method: Parameters<typeof trace>[0]) => trace(method, valley(10).objective, [-4, 1], { steps: 300, noise: 1 });
    const [three, library] = [await of(scheduleFreeInThree({ lr: 0.05 })), await of(scheduleFreeSgd({ lr: 0.05 }))];
    three.w.forEach((value, i) => near(value, library.w[i]!, 1e-12));
    assert.ok(Math.abs(library.w.at(-2)! + 4) > 1, 'it moves');
  });
  it('a deviation is said to be rounding only where it is that small', () => {
    assert.deepEqual([0, 3e-16, -4e-13, 1e-12, 0.5].map(deviation), ['0', '0 to rounding', '0 to rounding', '1e−12', '0.5']);
  });
});

describe('verdicts', () => {
  const better = claims.find((claim) => claim.id === 'adagrad.words');
  const compared = (reference: string, other: string, result: string, pValue: number | null) => ({
    optimizers: [
      { id: 'sgd', label: 'SGD', summary: { median: 45 } },
      { id: 'adagrad', label: 'AdaGrad', summary: { median: 43 } },
    ],
    comparisons: [{ reference, other, pValue, verdict: result }],
  });
  it('a comparison is reproduced only by a detectable difference in the right direction', () => {
    assert.ok(better?.kind === 'comparison');
    const judge = (...given: Parameters<typeof compared>): string => verdict(better, better.judge(compared(...given)));
    assert.equal(judge('adagrad', 'sgd', 'worse', 0.01), 'reproduced');
    assert.equal(judge('sgd', 'adagrad', 'better', 0.01), 'reproduced', 'SGD was ahead on validation data');
    for (const said of ['no detectable difference', 'equal', 'no noise', 'too few seeds'])
      assert.equal(judge('adagrad', 'sgd', said, null), 'not reproduced');
    assert.equal(judge('sgd', 'adagrad', 'worse', 0.01), 'not reproduced');
    assert.equal(judge('adagrad', 'sgd', 'better', 0.01), 'not reproduced');
  });
});
