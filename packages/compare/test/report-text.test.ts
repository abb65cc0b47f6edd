/** Numbers and words of the reports: what they say of every kind of result, and how. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { contestants } from '../src/contestants.ts';
import { bestText } from '../src/cli/best.ts';
import { renderHtml } from '../src/report/html.ts';
import { column, durations, list, number, probability, rateText, sentence } from '../src/report/number.ts';
import { renderMarkdown } from '../src/report/markdown.ts';
import { renderTable } from '../src/report/terminal.ts';
import { advice, amount, cautions, conclusion, difference, metric, rate, runsText, verdict, warning } from '../src/report/text.ts';
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
function withComparison(problem: ProblemResult, other: string, change: Partial<PairedComparison>): ProblemResult {
  return { ...problem, comparisons: problem.comparisons.map((one) => (one.other === other ? { ...one, ...change } : one)) };
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
    assert.deepEqual([-0.001, 5].map(column([-0.001, 5])), ['−0.00100', '5.00']);
    assert.deepEqual([1e-9, 5].map(column([1e-9, 5])), ['1×10⁻⁹', '5']);
    assert.deepEqual([0, 0].map(column([0, 0])), ['0', '0']);
    assert.deepEqual([null].map(column([])), ['–']);
  });
  test('in a column, one that is huge takes no digits from the others', () => {
    assert.deepEqual([1.234, 0.5, 2, 3658, 12.5].map(column([1.234, 0.5, 2, 3658, 12.5])), ['1.23', '0.500', '2.00', '3,658', '12.5']);
    const positive = fc.double({ min: 1e-8, max: 1e8, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(positive, fc.boolean()), { minLength: 1, maxLength: 8 }), (some) => {
        const values = some.map(([value, isNegative]) => (isNegative ? -value : value));
        for (const value of values) {
          const [, mantissa = '', exponent = '0'] =
            /^(.*?)(?:×10(.*))?$/.exec(column(values)(value).replaceAll(',', '').replaceAll('−', '-')) ?? [];
          const power = exponent.replaceAll(/./g, (digit) => (digit === '⁻' ? '-' : String('⁰¹²³⁴⁵⁶⁷⁸⁹'.indexOf(digit))));
          const written = Number(mantissa) * 10 ** (exponent === '0' ? 0 : Number(power));
          assert.ok(
            Math.abs(written / value - 1) <= 0.051,
            `${String(value)} is written ${column(values)(value)} among ${values.join(', ')}`,
          );
        }
      }),
    );
  });
  test('in every table', () => {
    const { summary } = find(problemOf(), 'sgd');
    const spreads = [
      [1.234, 0.5, 2],
      [1.3, 0.6, 2.25],
      [3658.2, 1.1, 3908.4],
    ] as const;
    const fixture = reportFixture();
    const [problem] = fixture.problems;
    const optimizers = spreads.map(([median, low, high], i) => ({
      ...problem!.optimizers[i]!,
      summary: { ...summary, median, low, high },
    }));
    const comparison = { ...fixture, problems: [{ ...problem!, optimizers }] };
    for (const [name, text] of Object.entries({
      terminal: renderTable(comparison, 200, false),
      Markdown: renderMarkdown(comparison),
      page: renderHtml(comparison),
    })) {
      const plain = text.replaceAll(/<[^>]*>/g, '').replaceAll('\u00a0', ' ');
      for (const cell of ['1.23 % (0.500–2.00)', '1.30 % (0.600–2.25)', '3,658 % (1.10–3,908)'])
        assert.ok(plain.includes(cell), `${name}: ${cell}`);
    }
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
  test('one line says what to take and how the others compare', () => {
    assert.equal(
      advice(problem),
      'Take Adam with lr 0.01. AdamW is equal; SGD + momentum, AdaGrad and RMSProp may be as good (±3 points); SGD is 4 to 7.7 points worse.',
    );
  });
  test('how far it can be trusted', () => {
    assert.equal(
      conclusion(problem),
      'When the seeds are resampled, the best median is that of Adam in 34 %, AdamW in 34 % and SGD + momentum in 33 %. Differences below 1.4 to 2.2 points would mostly have gone undetected.',
    );
  });
  test('each verdict', () => {
    assert.equal(verdict(problem, find(problem, 'adam')), 'the reference');
    assert.equal(verdict(problem, find(problem, 'adamw')), 'equal');
    assert.match(verdict(problem, find(problem, 'sgd')), /^worse \(p < 0\.001\)$/);
    const none = { difference: null, interval: null, pValue: null, exact: null, detectable: null, equalWithin: null };
    const few = withComparison(problem, 'sgd', { ...none, seeds: 2, verdict: 'too few seeds' });
    assert.equal(verdict(few, find(few, 'sgd')), 'too few seeds');
    assert.equal(difference(few, find(few, 'sgd')), '');
    assert.match(advice(few), /SGD cannot be told apart from it with 2 seeds/);
    const still = withComparison(problem, 'sgd', { ...none, verdict: 'no noise' });
    assert.match(advice(still), /every seed gives the same result with SGD, so there is no noise to test against/);
    assert.doesNotMatch(advice(problem), /validation data/);
    const second = problem.optimizers.map((one) => ({ ...one, rank: one.id === problem.reference ? 2 : one.rank }));
    assert.match(
      advice({ ...problem, optimizers: second }),
      /^Take [^.;]* with .*, the best on validation data\. /,
      'the table has another first',
    );
    const other = withComparison(problem, 'sgd', { difference: -1, interval: [-1.5, -0.5], verdict: 'better' });
    assert.match(verdict(other, find(other, 'sgd')), /^better \(p < 0\.001\)/);
    assert.match(
      advice(other),
      /, the best on validation data\. On test data SGD is 0\.5 to 1\.5 points better: run more seeds before you choose\. /,
    );
    const dead = {
      ...problem,
      optimizers: problem.optimizers.map((one) => (one.id === 'rmsprop' ? { ...one, summary: { ...one.summary, median: null } } : one)),
    };
    assert.match(advice(dead), /SGD \+ momentum and AdaGrad may be as good \(±3 points\);[^;]*; RMSProp diverged\.$/);
    const lost = withComparison(problem, 'sgd', { ...none, test: 'ranks', pValue: 0.01, verdict: 'worse' });
    assert.match(advice(lost), /SGD is worse[;.]/);
  });
  test('differences have a sign, a unit and an interval', () => {
    assert.match(difference(problem, find(problem, 'sgd')), /^\+[\d.]+ points \(\+[\d.]+ to \+[\d.]+\)$/);
    assert.equal(difference(problem, find(problem, 'adam')), '');
    assert.equal(amount({ ...problem, testMetric: { ...problem.testMetric, unit: 'm' } }, -0.5), '−0.5 m');
  });
  test('what to beware of', () => {
    assert.deepEqual(cautions(problem), [
      'With SGD, most seeds chose a learning rate at the edge of the tried range: a better one may lie outside it.',
      'Learning rates were chosen by validation loss, but optimizers are ranked by test error: the best choice for one need not be the best for the other.',
      'RMSProp diverged in 1 of 5 runs.',
    ]);
    assert.equal(rate(find(problem, 'sgd')), '94.8 (edge)');
  });
  test('a spread that holds a diverged run says so', () => {
    assert.match(metric(problem, find(problem, 'rmsprop')), /^[\d.]+\u00a0% \([\d.]+ to diverged\)$/);
    assert.match(metric(problem, find(problem, 'adam')), /^[\d.]+\u00a0% \([\d.]+–[\d.]+\)$/);
  });
  test('when all have diverged', () => {
    const dead = problemOf({ dead: true });
    assert.deepEqual([advice(dead), conclusion(dead)], ['Every optimizer diverged.', '']);
    for (const one of dead.optimizers) {
      assert.equal(verdict(dead, one), 'diverged');
      assert.equal(metric(dead, one), 'diverged');
      assert.equal(rate(one), '– (all diverged)');
    }
  });
  test('one seed: no test, equal ends', () => {
    const single = problemOf({ seeds: 1 });
    assert.match(advice(single), /cannot be told apart from it with 1 seed\.$/);
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

describe('a wrong gradient is told before all advice', () => {
  const fixture = reportFixture();
  const mismatch = { parameter: null, slope: 1, gradient: -1, factor: -1 };
  const comparison = { ...fixture, problems: fixture.problems.map((problem) => ({ ...problem, mismatch })) };
  const forms: Readonly<Record<string, (one: typeof fixture) => string>> = {
    terminal: (one) => renderTable(one, 100, false),
    page: (one) => renderHtml(one),
    Markdown: (one) => renderMarkdown(one),
    'best as text': (one) => bestText(one, 'text', 100),
    'best as code': (one) => bestText(one, 'code', 100),
  };
  for (const [name, render] of Object.entries(forms))
    test(name, () => {
      const count = (text: string): number[] => [...text.matchAll(/(?<wrong>The gradient does not match)|Take /g)].map(({ groups }) => (groups?.['wrong'] === undefined ? 0 : 1));
      assert.deepEqual(count(render(comparison)), [1, 0, 1, 0, 1, 0]);
      assert.deepEqual(count(render(fixture)), [0, 0, 0]);
    });
  test('and that nothing else counts', () => {
    assert.match(warning(comparison.problems[0]!), /the wrong sign everywhere\. Until this is fixed, ignore the results below\.$/);
    assert.equal(warning(fixture.problems[0]!), '');
  });
}); // prettier-ignore

describe('the code that best prints has its imports', () => {
  const fixture = reportFixture();
  const codeOf = (configuration: string, source?: OptimizerResult['source']): string => {
    const [problem] = fixture.problems;
    const optimizers = problem!.optimizers.map((one) => (one.id === problem!.reference ? { ...one, configuration, ...(source === undefined ? {} : { source }) } : one));
    return bestText({ ...fixture, problems: [{ ...problem!, optimizers }] }, 'code', 100).replaceAll(/^\/\/ (?!mine).*\n/gm, '');
  };
  const cases = [
    ['adam({ lr })', "import { adam } from 'thalweg';\nadam({ lr: 0.01 })\n"],
    ['chain(adam({ lr }), mechanic())', "import { adam, chain, mechanic } from 'thalweg';\nchain(adam({ lr: 0.01 }), mechanic())\n"],
    ['sgd({ lr, momentum: 0.9 }), cosine schedule from lr to 0', "import { cosine, sgd } from 'thalweg';\nsgd({ lr: cosine({ peak: 0.01, total: 400 }), momentum: 0.9 })\n"],
    ["adagrad({ lr, mode: 'adam' })", "import { adagrad } from 'thalweg';\nadagrad({ lr: 0.01, mode: 'adam' })\n"],
  ] as const;
  for (const [configuration, code] of cases) test(configuration, () => assert.equal(codeOf(configuration), code));
  test('every optimizer that is compared by name', () => {
    for (const { code } of contestants) {
      const [line = ''] = codeOf(code).split('\n');
      const names = /^import \{ (.*) \} from 'thalweg';$/.exec(line)?.[1]?.split(', ') ?? assert.fail(line);
      for (const [, name = ''] of code.matchAll(/(?<![.\w])(\w+)\(/g)) assert.ok(names.includes(name), `${name} of ${code}`);
    }
  });
  test("an optimizer of the user's", () => {
    assert.equal(codeOf('mine({ lr })', { file: './mine.ts', isDefault: true }), "import mine from './mine.ts';\nmine({ lr: 0.01 })\n");
    assert.equal(codeOf('mine({ lr })', { file: './mine.ts', isDefault: false }), '// mine is made in ./mine.ts\nmine({ lr: 0.01 })\n');
  });
  test('several problems import each name once', () => assert.equal(bestText(fixture, 'code', 100).match(/^import .*/gm)?.length, 1));
}); // prettier-ignore

test('on a problem of the user, what was measured on built-in ones is one line that says so', () => {
  for (const trials of [undefined, 8]) {
    const fixture = reportFixture();
    const protocol = { ...fixture.protocol, ...(trials === undefined ? {} : { trials }) };
    const own = { ...fixture, protocol, problems: [{ ...fixture.problems[0]!, own: true as const }] };
    for (const render of [(one: typeof fixture) => renderTable(one, 120, false), renderMarkdown, renderHtml]) {
      const said = /On the built-in problems \(not on yours\) two copies of one optimizer were wrongly found to differ in [\d.]+ % of (?:repetitions|searches)\./;
      assert.match(render(own).replaceAll('\n', ' '), said);
      assert.doesNotMatch(render(own), /SGD was found to differ/);
      assert.doesNotMatch(render({ ...own, problems: fixture.problems }), said);
      assert.match(render({ ...own, problems: fixture.problems }).replaceAll('\n', ' '), /SGD was found to differ/);
    }
  }
}); // prettier-ignore

describe('Markdown', () => {
  test('is a table for each problem', () => {
    const text = renderMarkdown(reportFixture());
    assert.match(text, /^\*\*Words: a problem\*\* \(quick\)\n\nTake Adam with lr 0\.01\. [^\n]*\n\n\| # \| optimizer \| lr \|/);
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
  assert.equal(runs(1, 1), '1 run made; 1 stored run was repeated: x.ts changed');
  assert.equal(runs(2, 2), '2 runs made; 2 stored runs were repeated: x.ts changed');
});
