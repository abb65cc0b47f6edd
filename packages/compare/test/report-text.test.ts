/** Numbers and words of the reports: what they say of every kind of result, and how. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { column, durations, list, number, probability, rateText, sentence } from '../src/report/number.ts';
import { renderMarkdown } from '../src/report/markdown.ts';
import { amount, cautions, conclusion, difference, metric, rate, runsText, verdict } from '../src/report/text.ts';
import type { OptimizerResult, PairedComparison, ProblemResult } from '../src/schema.ts';
import { counted } from '../src/shown.ts';
import { reportFixture } from './report-fixture.ts';

function problemOf(options?: Parameters<typeof reportFixture>[0]): ProblemResult {
  return reportFixture(options).problems[0] ?? assert.fail();
}

function find(problem: ProblemResult, id: string): OptimizerResult {
  return problem.optimizers.find((one) => one.id === id) ?? assert.fail(id);
}

/** The problem with one of its comparisons changed. */
function withComparison(problem: ProblemResult, worse: string, change: Partial<PairedComparison>): ProblemResult {
  return { ...problem, comparisons: problem.comparisons.map((one) => (one.worse === worse ? { ...one, ...change } : one)) };
}

describe('numbers', () => {
  test('one by one', () => {
    const cases: [number | null, string][] = [
      [null, '–'],
      [NaN, '–'],
      [0, '0'],
      [-0, '0'],
      [1.23456, '1.23'],
      [-3.25, '−3.25'],
      [12345, '12,300'],
      [2.5e-7, '2.5×10⁻⁷'],
      [-1e12, '−1×10¹²'],
      [Infinity, '∞'],
      [-Infinity, '−∞'],
    ];
    for (const [value, text] of cases) assert.equal(number(value), text);
    assert.equal(number(50_890, 12), '50,890');
  });
  test('in a column, with equal decimals', () => {
    assert.deepEqual([6.4666, 7.2, null, 8].map(column([6.4666, 7.2, null, 8])), ['6.47', '7.20', '–', '8.00']);
    assert.deepEqual([80, 1200].map(column([80, 1200])), ['80', '1,200']);
    assert.deepEqual([-0.001, 5].map(column([-0.001, 5])), ['0.00', '5.00']);
    assert.deepEqual([1e-9, 5].map(column([1e-9, 5])), ['1×10⁻⁹', '5']);
    assert.deepEqual([0, 0].map(column([0, 0])), ['0', '0']);
    assert.deepEqual([null].map(column([])), ['–']);
  });
  test('durations share a unit', () => {
    const { unit, format } = durations([0.00057, null, 0.00012]);
    assert.equal(unit, 'ms');
    assert.deepEqual([0.00057, null, 0.00012].map(format), ['0.570', '–', '0.120']);
    assert.equal(durations([2e-5]).unit, 'µs');
    assert.equal(durations([12, 0.1]).unit, 's');
    assert.equal(durations([null]).unit, 's');
  });
  test('rates, probabilities, lists, sentences', () => {
    assert.deepEqual([0.00316, 1, 1e-7].map(rateText), ['0.00316', '1', '1e-7']);
    assert.deepEqual([0.018, 1e-12, null, 1].map(probability), ['p = 0.018', 'p < 0.001', 'p –', 'p = 1']);
    assert.deepEqual([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(list), ['', 'a', 'a and b', 'a, b and c']);
    assert.equal(sentence('training loss'), 'Training loss');
  });
});

describe('words', () => {
  const problem = problemOf();
  test('a tie is shared, what is worse and what cannot be told apart is named', () => {
    assert.equal(
      conclusion(problem),
      'Adam and AdamW share the best median. Detectably worse than Adam: RMSProp and SGD. No detectable difference from Adam: SGD + momentum and AdaGrad.',
    );
  });
  test('each verdict', () => {
    assert.equal(verdict(problem, find(problem, 'adam')), 'best median');
    assert.equal(verdict(problem, find(problem, 'adamw')), 'no detectable difference');
    assert.match(verdict(problem, find(problem, 'sgd')), /^worse \(p < 0\.001\)$/);
    const few = withComparison(problem, 'sgd', { verdict: 'too few finite seeds', difference: null, interval: null, pValue: null });
    assert.equal(verdict(few, find(few, 'sgd')), 'too few finite seeds');
    assert.equal(difference(few, find(few, 'sgd')), '');
    assert.match(conclusion(few), /Too few finite seeds to tell: SGD\./);
    const other = withComparison(problem, 'sgd', { difference: -1 });
    assert.match(verdict(other, find(other, 'sgd')), /^better on average/);
    assert.match(conclusion(other), /Detectably better than Adam on average, though not in the median: SGD\./);
  });
  test('differences have a sign and a unit, and a p-value unless the verdict has it', () => {
    assert.match(difference(problem, find(problem, 'sgd')), /^\+[\d.]+ points on average$/);
    assert.match(difference(problem, find(problem, 'adagrad')), /^\+[\d.]+ points on average, p = 0\.\d+$/);
    assert.equal(difference(problem, find(problem, 'adam')), '');
    assert.equal(amount({ ...problem, testMetric: { ...problem.testMetric, unit: 'm' } }, -0.5), '−0.5 m');
  });
  test('what to beware of', () => {
    assert.deepEqual(cautions(problem), [
      'The best learning rate of SGD is the last that was tried: a better one may lie outside the grid.',
      'RMSProp diverged in 1 of 5 test runs.',
    ]);
    assert.equal(rate(find(problem, 'sgd')), '94.8 (edge)');
  });
  test('a spread that holds a diverged run says so', () => {
    assert.match(metric(problem, find(problem, 'rmsprop')), /^[\d.]+\u00a0% \([\d.]+ to diverged\)$/);
    assert.match(metric(problem, find(problem, 'adam')), /^[\d.]+\u00a0% \([\d.]+–[\d.]+\)$/);
  });
  test('when all have diverged', () => {
    const dead = problemOf({ dead: true });
    assert.equal(conclusion(dead), 'Every optimizer diverged.');
    for (const one of dead.optimizers) {
      assert.equal(verdict(dead, one), 'diverged');
      assert.equal(metric(dead, one), 'diverged');
      assert.equal(rate(one), '– (all diverged)');
    }
  });
  test('one seed: no test, equal ends', () => {
    const single = problemOf({ seeds: 1 });
    assert.match(conclusion(single), /Too few finite seeds to tell: /);
    assert.match(metric(single, find(single, 'adam')), /\(all equal\)$/);
  });
  test('ranks that differ show different numbers', () => {
    const [first, second, ...rest] = problem.optimizers;
    assert.ok(first !== undefined && second !== undefined);
    const at = (one: OptimizerResult, median: number): OptimizerResult => ({ ...one, summary: { ...one.summary, median } });
    const close = { ...problem, optimizers: [at(first, 6.461), at(second, 6.464), ...rest] };
    assert.notEqual(metric(close, at(first, 6.461)).split('\u00a0')[0], metric(close, at(second, 6.464)).split('\u00a0')[0]);
  });
});

describe('Markdown', () => {
  test('is a table for each problem', () => {
    const text = renderMarkdown(reportFixture());
    assert.match(text, /^\*\*Words: a problem\*\* \(quick\)\n\n\| # \| optimizer \| lr \|/);
    const tables = text.split('\n').filter((line) => line.startsWith('|'));
    assert.equal(tables.length, 3 * 8);
    assert.equal(new Set(tables.map((line) => line.split(' | ').length)).size, 1);
  });
  test('is not labelled quick when it was not', () => assert.doesNotMatch(renderMarkdown(reportFixture({ preset: 'thorough' })), /quick/));
  test('text cannot leave its cell or become markup', () => {
    const text = renderMarkdown(reportFixture({ suffix: '|\n<b>*x*`[y](z)' }));
    assert.doesNotMatch(text, /<b>|[^\\]\*x|[^\\]`|[^\\]\[y/);
    const widths = text.split('\n').filter((line) => line.startsWith('|')).map((line) => line.split(/(?<!\\)\|/).length); // prettier-ignore
    assert.equal(new Set(widths).size, 1);
  });
});

test('one is one run, and not one runs', () => {
  assert.deepEqual(
    [0, 1, 2].map((count) => counted(count, 'run')),
    ['0 runs', '1 run', '2 runs'],
  );
  const runs = (made: number, count: number): string => runsText({ runs: { made, kept: 0, remade: [{ reason: 'x.ts changed', count }] } });
  assert.equal(runs(1, 1), '1 run made; 1 was kept but made again: x.ts changed');
  assert.equal(runs(2, 2), '2 runs made; 2 were kept but made again: x.ts changed');
});
