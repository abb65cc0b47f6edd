/** The page and the picture: whole, self-contained, well-formed, escaped, accessible, and the same each time. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseHTML } from 'linkedom';
import { renderHtml } from '../src/report/html.ts';
import { escape, html as markup, Markup } from '../src/report/markup.ts';
import { renderPicture } from '../src/report/picture.ts';
import type { Comparison, ProblemResult } from '../src/schema.ts';
import { reportFixture } from './report-fixture.ts';

const comparison = reportFixture();
const page = renderHtml(comparison);
const { document } = parseHTML(page);

function one(root: ParentNode, selector: string): Element {
  return root.querySelector(selector) ?? assert.fail(`no ${selector}`);
}

function texts(root: ParentNode, selector: string): string[] {
  return [...root.querySelectorAll(selector)].map((element) => element.textContent.replaceAll(/\s+/g, ' ').trim());
}

function problemOf(from: Comparison, id: string): ProblemResult {
  return from.problems.find((problem) => problem.id === id) ?? assert.fail(id);
}

/** Every address in a document that something could be loaded from. */
function addresses(text: string): string[] {
  const attributes = [...text.matchAll(/\s(?:src|srcset|href|xlink:href|action|data|poster)="([^"]*)"/g)].map(([, value]) => value ?? '');
  const styles = [...text.matchAll(/url\(([^)]*)\)|@import\s+([^;]*)/g)].map(([, value, other]) => value ?? other ?? '');
  return [...attributes, ...styles];
}

describe('the page', () => {
  test('loads nothing and links to the results beside it', () => {
    assert.deepEqual([...new Set(addresses(page).filter((address) => !address.startsWith('#')))], ['results.json']);
    assert.equal(document.querySelectorAll('link, iframe, img, object').length, 0);
    assert.doesNotMatch(page.replaceAll(/xmlns(:\w+)?="[^"]*"/g, ''), /https?:\/\/(?!www\.w3\.org)/);
  });
  test('does not evaluate text', () => assert.doesNotMatch(one(document, 'script').textContent, /eval|Function/));
  test('has a section for each problem, a heading in each, and no heading left out', () => {
    assert.deepEqual(texts(document, 'section h2'), ['Words: a problem', 'Digits: a problem', 'Bowl: a problem', 'How this was made']);
    const levels = [...document.querySelectorAll('h1, h2, h3, h4, h5')].map(({ localName }) => Number(localName.slice(1)));
    assert.equal(levels.filter((level) => level === 1).length, 1);
  });
  test('ranks the optimizers in a table with named rows and columns', () => {
    const table = one(document, '#problem-1 .ranking');
    assert.deepEqual(texts(table, 'tbody th[scope=row]'), ['Adam', 'AdamW', 'SGD + momentum', 'AdaGrad', 'RMSProp', 'SGD']);
    assert.deepEqual(texts(table, 'td.rank'), ['1', '1', '3', '4', '5', '6']);
    for (const row of table.querySelectorAll('tbody tr')) assert.equal(row.children.length, 12);
    const columns = [...table.querySelectorAll('thead tr:first-child th')].reduce(
      (sum, th) => sum + Number(th.getAttribute('colspan') ?? 1),
      0,
    );
    assert.equal(columns, 12);
    const [, , , , rmsprop = ''] = texts(table, 'tbody tr');
    assert.match(rmsprop, /8\.\d % \(8\.\d to diverged\).*no detectable difference ?0\.003 ?120 ?120 ?0\.172 ?4\/5 ?1\/5 ?1\/5/);
  });
  test('gives every picture a name, and no id twice', () => {
    for (const svg of document.querySelectorAll('svg')) {
      if (svg.parentElement?.closest('svg') != null) continue;
      assert.ok(
        svg.getAttribute('aria-hidden') === 'true' || (svg.getAttribute('role') === 'img' && (svg.getAttribute('aria-label') ?? '') !== ''),
        svg.outerHTML.slice(0, 200),
      );
    }
    const ids = [...page.matchAll(/\sid="([^"]*)"/g)].map(([, id = '']) => id);
    assert.equal(new Set(ids).size, ids.length);
    for (const [, id = ''] of page.matchAll(/(?:url\(#|href="#)([^")]*)/g)) assert.ok(ids.includes(id), id);
  });
  test('marks diverged rates and runs as crosses, with how many', () => {
    const words = one(parseHTML(renderHtml(reportFixture({ tuningSeeds: 3 }))).document, '#problem-1');
    const titles = texts(words, '.cross title');
    for (const pattern of [
      /^SGD \+ momentum, learning rate 0\.316: 0\.\d+, 1 of 3 diverged$/,
      /^RMSProp, learning rate 0\.03: 3 of 3 diverged$/,
      /^RMSProp, seed 102: diverged at step 151$/,
    ]) {
      assert.ok(
        titles.some((title) => pattern.test(title)),
        `${String(pattern)}: ${titles.join('; ')}`,
      );
    }
    assert.deepEqual(texts(words, '.count text').toSorted(), ['1', '3', '3']);
  });
  test('rings the chosen rate of each optimizer', () => {
    assert.equal(texts(one(document, '#problem-1'), '.chosen title').filter((title) => title.endsWith(', chosen')).length, 6);
  });
  test('draws a landscape as a map, with each path alone beside', () => {
    const bowl = one(document, '#problem-3');
    assert.ok(bowl.querySelectorAll('#map-3 .contour path').length > 6);
    assert.equal(bowl.querySelectorAll('.minis use').length, 6);
    assert.equal(bowl.querySelectorAll('#map-3 .steps').length, 6);
    assert.deepEqual(
      texts(bowl, '.height text').filter((text) => !/^(0\.)?0*10*$/.test(text)),
      [],
    );
    assert.equal(document.querySelectorAll('#problem-1 .minis').length, 0);
  });
  test('says exactly what was compared', () => {
    const rules = one(document, '#problem-1 .rules');
    assert.deepEqual(texts(rules, 'h3').length, 6);
    assert.match(texts(rules, '.rule p')[0] ?? '', /^adam\(\{ lr \}\) ?lr = 0\.01, eps = 1e-8, nesterov = false, decay = scaled$/);
    assert.equal(rules.querySelectorAll('math').length, 6);
    const made = texts(document, 'dd').join('\n');
    for (const part of [
      'first a grid of 5 learning rates, each 3.16 times',
      '101, 102, 103, 104, 105',
      'Šidák correction for significance level 0.05',
      'Node v26.0.0; Thalweg 0.1.0',
      '2026-01-02T03:04:05.678Z',
    ]) {
      assert.ok(made.includes(part), part);
    }
  });
  test('is labelled quick only when it was', () => {
    assert.equal(texts(document, 'h1 .tag')[0], 'quick');
    for (const preset of ['standard', 'thorough', 'custom'] as const)
      assert.doesNotMatch(renderHtml(reportFixture({ preset })), /class="tag"|Quick/);
  });
  test('is the same each time', () => assert.equal(renderHtml(reportFixture()), page));
});

describe('at the edges', () => {
  test('all diverged, one seed', () => {
    const dead = parseHTML(renderHtml(reportFixture({ dead: true, seeds: 1, tuningSeeds: 1 }))).document;
    assert.deepEqual(texts(dead, '#problem-1 .advice'), ['Every optimizer diverged.']);
    assert.equal(
      texts(dead, '#problem-1 .ranking tbody tr').every((row) => row.includes('diverged')),
      true,
    );
    assert.equal(dead.querySelectorAll('#problem-1 figure').length, 3);
    assert.doesNotMatch(dead.documentElement.outerHTML, /NaN|Infinity|undefined/);
  });
  test('nothing finite anywhere, empty curves, empty sweeps, no paths', () => {
    const problems = comparison.problems.map((problem): ProblemResult => ({
      ...problem,
      target: { value: 0, origin: '' },
      optimizers: problem.optimizers.map((each) => ({
        ...each,
        sweep: [],
        trials: each.trials.map((trial) => ({
          ...trial,
          path: [],
          testMetric: null,
          training: { steps: [], values: [] },
          validation: { steps: [0], values: [null] },
        })),
      })),
    }));
    assert.doesNotMatch(renderHtml({ ...comparison, problems }), /NaN|Infinity|undefined/);
  });
  test('no optimizers, no problems', () => {
    const problems = comparison.problems.map((problem): ProblemResult => ({ ...problem, optimizers: [], comparisons: [] }));
    for (const rest of [problems, []]) assert.doesNotMatch(renderHtml({ ...comparison, problems: rest }), /NaN|Infinity|undefined/);
  });
  test('a flat landscape, and one that is nowhere finite', () => {
    const bowl = problemOf(comparison, 'bowl');
    for (const value of [1, null]) {
      const landscape = { ...(bowl.landscape ?? assert.fail()), values: Array.from({ length: 31 * 21 }, () => value) };
      assert.doesNotMatch(renderHtml({ ...comparison, problems: [{ ...bowl, landscape }] }), /NaN|Infinity|undefined/);
    }
  });
  test('a log scale when losses span magnitudes, a linear one when they do not', () => {
    const ticks = (id: string): string[] => texts(parseHTML(renderPicture(problemOf(comparison, id))).document, '[text-anchor=end] text');
    assert.ok(ticks('digits').includes('1') && ticks('digits').includes('0.2'), ticks('digits').join(' '));
  });
  test('more optimizers than there are names for', () => {
    const more = Array.from({ length: 20 }, (_, i) => `mine.${String(i)}`);
    const many = parseHTML(renderHtml(reportFixture({ more }))).document;
    assert.equal(texts(many, '#problem-1 .key').length, 26);
  });
});

describe('what a user wrote stays text', () => {
  const hostile = '<script>alert(1)</script><img src=x onerror=alert(1)>"\'&]]>-->\u0000';
  const evil = reportFixture({ suffix: hostile, more: ['"><svg onload=alert(1)>'] });
  const evilPage = renderHtml(evil);
  test('on the page', () => {
    const parsed = parseHTML(evilPage).document;
    assert.equal(parsed.querySelectorAll('script').length, 1);
    assert.equal(parsed.querySelectorAll('img, [onerror], [onload]').length, 0);
    assert.ok(texts(parsed, 'h2')[0]?.includes('<script>alert(1)</script>'));
    assert.doesNotMatch(evilPage, /<script>alert|<img|<svg onload/);
  });
  test('LaTeX cannot link or load', () => {
    const [problem] = evil.problems;
    assert.ok(problem !== undefined);
    const optimizers = problem.optimizers.map((each) => ({
      ...each,
      latex: '\\href{javascript:alert(1)}{x} \\includegraphics{https://example.org/x.png} \\undefined{<b>',
    }));
    const parsed = parseHTML(renderHtml({ ...evil, problems: [{ ...problem, optimizers }] })).document;
    assert.equal(parsed.querySelectorAll('.rules a, .rules img, .rules b').length, 0);
  });
  test('in the picture, which stays well-formed', () => {
    for (const problem of evil.problems) {
      const picture = renderPicture(problem);
      assert.doesNotMatch(picture, /<script>|<img|<svg onload/);
      assert.ok([...picture.matchAll(/="([^"]*)"/g)].every(([, value = '']) => !value.includes('<')));
    }
  });
});

describe('the picture', () => {
  for (const problem of comparison.problems) {
    test(`of ${problem.id} stands alone`, () => {
      const picture = renderPicture(problem, { preset: 'quick' });
      assert.deepEqual(
        addresses(picture).filter((address) => !address.startsWith('#')),
        [],
      );
      const svg = one(parseHTML(picture).document, 'svg');
      assert.equal(svg.localName, 'svg');
      assert.equal(svg.getAttribute('xmlns'), 'http://www.w3.org/2000/svg');
      assert.match(one(svg, 'title').textContent, /\(quick\)/);
      assert.match(picture, /prefers-color-scheme:dark/);
      for (const label of ['SGD', 'Adam', 'AdaGrad']) assert.ok(picture.includes(`>${label}</text>`), label);
      assert.equal(renderPicture(problem, { preset: 'quick' }), picture);
    });
  }
  test('is not labelled quick when nobody says so', () => assert.doesNotMatch(renderPicture(problemOf(comparison, 'words')), /quick/));
});

test('markup escapes text, keeps markup and joins lists', () => {
  assert.equal(
    markup`<p title="${'"'}">${'<b>'}${new Markup('<i>')}${[1, ' & ', [markup`<u>`]]}</p>`.text,
    '<p title="&quot;">&lt;b&gt;<i>1 &amp; <u></p>',
  );
  assert.equal(escape(`<>&"'`), '&lt;&gt;&amp;&quot;&#39;');
});
