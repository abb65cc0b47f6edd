/** Each mark in a table of results has a line below it that says what it means and what to do, and no line stands without its mark. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseHTML } from 'linkedom';
import { renderHtml } from '../src/report/html.ts';
import { renderTable } from '../src/report/terminal.ts';
import type { Comparison, OptimizerResult } from '../src/schema.ts';
import { reportFixture } from './report-fixture.ts';

/** A mark, as it is written in a cell, and how the line about it begins. */
const marks: readonly (readonly [cell: RegExp, line: RegExp, remedy: RegExp])[] = [
  [/ \(edge\)|^\(edge\)$/, /^edge: /, /--grid-points 9|without --trials/],
  [/all diverged/, /^all diverged: /, /--grid-points 9/],
  [/^diverged$/, /^diverged: /, /--schedule linear/],
  [/^–$/, /^–: |^– for /, /--steps \d+|none to tune/],
  [/^no detectable difference$|^no diff\.$/, /^no detectable difference: /, /--seeds \d+/],
  [/^too few seeds$/, /^too few seeds: /, /--seeds 3/],
  [/^no noise$/, /^no noise: /, /follow from the seed/],
  [/^\?$/, /^\?: /, /wider terminal/],
  [/^equal within ±/, /^equal within ±: /, /equivalence/],
];

function check(cells: readonly string[], lines: readonly string[], where: string): Set<number> {
  const found = new Set<number>();
  for (const [i, [cell, line, remedy]] of marks.entries()) {
    const [isThere, said] = [cells.some((one) => cell.test(one)), lines.find((one) => line.test(one))];
    assert.equal(said !== undefined, isThere, `${where}: ${String(line)} among ${lines.join(' | ')}; cells: ${cells.join(' | ')}`);
    if (said === undefined) continue;
    found.add(i);
    assert.match(said, remedy, where);
  }
  return found;
}

function changed(comparison: Comparison, change: (one: OptimizerResult) => Partial<OptimizerResult>, verdict?: Comparison['problems'][number]['comparisons'][number]['verdict']): Comparison {
  return {
    ...comparison,
    problems: comparison.problems.map((problem) => ({
      ...problem,
      optimizers: problem.optimizers.map((one) => ({ ...one, ...change(one) })),
      comparisons: problem.comparisons.map((one) => (verdict === undefined ? one : { ...one, verdict, equalWithin: 0.4 })),
    })),
  };
} // prettier-ignore

const plain = reportFixture();
const variants: Readonly<Record<string, Comparison>> = {
  plain,
  edge: changed(plain, ({ id }) => (id === 'adam' ? { tuning: 'edge' } : {})),
  'edge of a search': { ...changed(plain, ({ id }) => (id === 'adam' ? { tuning: 'edge' } : {})), protocol: { ...plain.protocol, trials: 8 } },
  'no edge': changed(plain, () => ({ tuning: 'inside' })),
  dead: reportFixture({ dead: true }),
  'one seed': reportFixture({ seeds: 1 }),
  'two seeds': reportFixture({ seeds: 2 }),
  equal: changed(plain, () => ({}), 'equal'),
  worse: changed(plain, () => ({}), 'worse'),
  open: changed(plain, () => ({}), 'no detectable difference'),
  few: changed(plain, () => ({}), 'too few seeds'),
  still: changed(plain, () => ({}), 'no noise'),
  missed: changed(plain, ({ summary }) => ({ summary: { ...summary, stepsToTarget: null, secondsToTarget: null, gradientsToTarget: null } })),
  reached: changed(plain, ({ summary }) => ({ summary: { ...summary, stepsToTarget: 5, secondsToTarget: 1, gradientsToTarget: 5 } })),
  fixed: changed(plain, ({ id, summary }) => ({ summary: { ...summary, stepsToTarget: 5, secondsToTarget: 1, gradientsToTarget: 5 }, ...(id === 'adam' ? { fixed: true } : {}) })),
}; // prettier-ignore

describe('the legend', () => {
  const seen = new Set<number>();
  for (const [what, comparison] of Object.entries(variants)) {
    test(`${what}: in the terminal, at any width`, () => {
      for (const width of [50, 80, 100, 400])
        for (const [i, block] of renderTable(comparison, width, false).split('\n\n').filter((one) => one.includes('\n─')).entries()) {
          const lines = block.split('\n');
          const rule = lines.findIndex((line) => line.startsWith('─'));
          const rows = lines.slice(rule + 1, rule + 1 + (comparison.problems[i]?.optimizers.length ?? 0));
          // Lines of a legend are wrapped; a sentence that begins anew ends in a full stop.
          const after = lines.slice(rule + 1 + rows.length).join(' ').split(/(?<=\.) (?=[a-z–?])/);
          for (const one of check(rows.flatMap((row) => row.trim().split(/ {2,}/)), after, `${what} at ${String(width)}`)) seen.add(one);
        }
    });
    test(`${what}: on the page`, () => {
      const { document } = parseHTML(renderHtml(comparison));
      for (const section of document.querySelectorAll('section.problem')) {
        const cells = [...section.querySelectorAll('.ranking tbody td, .ranking tbody td small')].flatMap(({ innerHTML }) => innerHTML.split(/<[^>]*>/).map((one) => one.trim()));
        check(cells, [...section.querySelectorAll('.marks li')].map(({ textContent }) => textContent), what);
      }
    });
  }
  test('where another is ahead of the reference on test data, a line says what the reference is', () => {
    const { reference } = plain.problems[0]!;
    const one = { ...plain, problems: plain.problems.slice(0, 1) };
    const placed = (median: number): readonly string[] => {
      const comparison = changed(one, ({ id, summary }) => ({ summary: { ...summary, median: id === reference ? median : 5 } }));
      const page = parseHTML(renderHtml(comparison)).document.querySelector('.marks');
      return [renderTable(comparison, 400, false), page?.textContent ?? ''];
    };
    const line = /the reference: the best on validation data/g;
    for (const shown of placed(6)) assert.equal(shown.match(line)?.length, 1);
    for (const shown of [...placed(4), ...placed(5)]) assert.equal(shown.match(line), null);
  });
  test('each mark occurs in one of these', () => { assert.equal(seen.size, marks.length); });
}); // prettier-ignore
