/** The terminal's table: it fits every width, holds no codes unless asked, and does not trust what a user's file says. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'string-width';
import { plain, shortened, wrap } from '../src/report/layout.ts';
import { renderTable } from '../src/report/terminal.ts';
import { reportFixture } from './report-fixture.ts';

const comparison = reportFixture();
const table = (width: number, colour: boolean | 24 = false): string => renderTable(comparison, width, colour);

/** The rows of the first table. */
function rows(text: string): string[] {
  const lines = text.split('\n');
  const rule = lines.findIndex((line) => line.startsWith('─'));
  return lines.slice(rule + 1, rule + 1 + 6);
}

describe('width', () => {
  for (const width of [1, 5, 12, 20, 34, 50, 51, 60, 72, 80, 100, 120, 160, 400]) {
    test(`${String(width)} columns hold every line, one for each optimizer`, () => {
      for (const colour of [false, true] as const) {
        for (const line of table(width, colour).split('\n')) assert.ok(stringWidth(line) <= width, `${String(stringWidth(line))}: ${line}`);
      }
      assert.deepEqual(rows(table(width)).map((line) => (width < 5 ? '' : /\d/.exec(line)?.[0])).length, 6); // prettier-ignore
    });
  }
  test('50 columns show rank, name, median and verdict of all', () => {
    const text = table(50);
    for (const label of ['SGD', 'SGD + momentum', 'AdaGrad', 'RMSProp', 'Adam', 'AdamW']) {
      assert.match(text, new RegExp(`^\\d +${label.replace('+', '\\+')} .*\\d.*(ref\\.|equal|worse|no diff\\.)$`, 'm'));
    }
  });
  test('what a wider terminal shows, a narrower leaves out', () => {
    assert.match(table(130), /reached {2}diverged \(rates\) {2}against the reference/);
    assert.match(table(80), /median \(spread\) .*lr .*vs ref\./);
    assert.doesNotMatch(table(80), /reached/);
  });
  test('wide characters count as two columns', () => {
    const wide = renderTable(reportFixture({ suffix: '最適化' }), 60, false);
    for (const line of wide.split('\n')) assert.ok(stringWidth(line) <= 60, line);
    const [first = '', second = ''] = rows(wide);
    assert.equal(stringWidth(first.slice(0, first.indexOf('%'))), stringWidth(second.slice(0, second.indexOf('%'))));
  });
});

describe('colour', () => {
  test('none unless asked for', () => {
    assert.equal(stripVTControlCharacters(table(100)), table(100));
    assert.doesNotMatch(table(100), /[━┅╍]/);
  });
  test('256 colours, or all where the terminal has them; the dash as well', () => {
    assert.match(table(100, true), /\[38;5;\d+m━━━\S\[39m Adam /);
    assert.match(table(100, 24), /\[38;2;\d+;\d+;\d+m━━━\S\[39m Adam /);
  });
  test('a cut name does not leave a colour on', () => {
    for (const line of table(14, true).split('\n')) {
      assert.equal(line.split(/\[3[0-8]/).length, line.split('[39m').length, line);
    }
  });
});

describe('words', () => {
  test('quick is said once, at the top', () => {
    assert.match(table(100), /^Quick: /);
    assert.equal(table(100).split('Quick: ').length, 2);
    assert.doesNotMatch(renderTable(reportFixture({ preset: 'standard' }), 100, false), /quick/i);
  });
  test('the verdict stands below the table', () =>
    assert.match(
      table(200),
      /\nTake Adam with lr 0\.01\. [^\n]*\n[^]*SGD [^\n]*\nWhen the seeds are resampled, the best median [^\n]*\nWith SGD, most seeds chose a learning rate at the edge of the tried range/,
    ));
  test('all diverged', () => {
    const text = renderTable(reportFixture({ dead: true, seeds: 1 }), 100, false);
    assert.match(text, /diverged +– \(all diverged\)/);
    assert.match(text, /Every optimizer diverged\./);
    assert.match(text, /^SGD, SGD \+ momentum, AdaGrad, RMSProp, Adam and AdamW diverged at every learning rate\.$/m);
  });
  test('no problems, no optimizers', () => {
    assert.equal(
      renderTable({ ...comparison, problems: [] }, 80, false),
      'Quick: fewer learning rates, seeds and steps than a decision should be based on.',
    );
    const [problem] = comparison.problems;
    assert.ok(problem !== undefined);
    assert.match(renderTable({ ...comparison, problems: [{ ...problem, optimizers: [], comparisons: [] }] }, 80, false), /optimizer/);
  });
});

test("control codes in a user's texts do not reach the terminal", () => {
  const text = renderTable(reportFixture({ suffix: '\u001b[31mred\u001b[2J\u0007\r\nnext' }), 120, false);
  // eslint-disable-next-line no-control-regex -- control codes are what must not be there
  assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f]/);
  assert.equal(rows(text).length, 6);
});

test('the same each time', () => assert.equal(renderTable(reportFixture(), 90, true), renderTable(reportFixture(), 90, true)));

test('layout', () => {
  assert.equal(plain('a\tb\u0000'), 'a b ');
  assert.equal(shortened('optimizer', 5), 'opti…');
  assert.equal(shortened('optimizer', 0), '');
  assert.deepEqual(wrap('one two three', 7), ['one two', 'three']);
  assert.deepEqual(wrap('incomprehensible', 6), ['incomp', 'rehens', 'ible']);
  assert.deepEqual(wrap('', 10), ['']);
});
