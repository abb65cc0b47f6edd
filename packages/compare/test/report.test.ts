/** The reports of a comparison: whole, escaped, readable without colours or network, at every width, and the same each time. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseHTML } from 'linkedom';
import { duration } from '../src/cli/progress.ts';
import { renderHtml } from '../src/report/html.ts';
import { renderMarkdown } from '../src/report/markdown.ts';
import { knownIds, looks } from '../src/report/palette.ts';
import { renderTable } from '../src/report/terminal.ts';
import { fixture } from './support/fixture.ts';

const comparison = fixture();

describe('HTML', () => {
  const html = renderHtml(comparison);
  test('is one file that loads nothing', () => {
    assert.doesNotMatch(html.replaceAll(/xmlns(:\w+)?="[^"]*"/g, ''), /(src|href)="(https?:)?\/\//);
    assert.doesNotMatch(html, /@import|url\((?!#)/);
    assert.match(html, /href="results\.json"/);
  });
  test('says that it was quick', () => assert.match(html, /<span class="tag">quick<\/span>/));
  test('shows diverged rates, the table, the rules and the configuration', () => {
    for (const part of [
      'no detectable difference',
      'worse (p =',
      '(edge)',
      'all diverged',
      '<math',
      'Holm-corrected',
      'Test seeds',
      'diverged</title>',
    ]) {
      assert.ok(html.includes(part), part);
    }
    assert.equal([...html.matchAll(/<figure/g)].length, 6);
  });
  test('what a problem file says does not become markup', () => {
    const hostile = fixture('<script>alert(1)</script>"\'&');
    const page = renderHtml(hostile);
    const { document } = parseHTML(page);
    assert.ok([...document.querySelectorAll('script')].every((script) => !script.textContent.includes('alert')));
    assert.equal(document.querySelectorAll('script').length, 1);
    assert.ok(document.querySelector('h2')?.textContent.includes('<script>alert(1)</script>') === true);
  });
  test('is the same each time', () => assert.equal(renderHtml(fixture()), html));
});

describe('the terminal', () => {
  for (const width of [50, 60, 80, 120, 200]) {
    test(`${String(width)} columns`, () => {
      const text = renderTable(comparison, width, false);
      // eslint-disable-next-line no-control-regex -- control codes are what must not be there
      assert.doesNotMatch(text, /\u001b/);
      for (const line of text.split('\n').filter((one) => !one.includes('quick:')))
        assert.ok(line.length <= width, `${String(line.length)}: ${line}`);
      for (const label of ['SGD', 'AdaGrad', 'Adam']) assert.ok(text.includes(label));
    });
  }
  // eslint-disable-next-line no-control-regex -- control codes are what must be there
  test('colours only where asked for', () => assert.match(renderTable(comparison, 100, true), /\u001b\[38;/));
  test('says what was found in words', () =>
    assert.match(renderTable(comparison, 300, false), /No detectable difference from Adam: AdaGrad/));
  test('durations', () => assert.deepEqual([0, 59.6, 75, 3600].map(duration), ['0:00', '1:00', '1:15', '60:00']));
});

test('Markdown escapes its bars', () => {
  assert.match(renderMarkdown(fixture('a|b')), /a\\\|b/);
});

/** CIE distance of two colours as a reader with full, red-blind or green-blind sight sees them (Viénot, Brettel & Mollon 1999). */
function distance(a: string, b: string, sight: 'full' | 'protan' | 'deutan'): number {
  const lab = (hex: string): number[] => {
    const linear = [1, 3, 5].map((at) => (parseInt(hex.slice(at, at + 2), 16) / 255) ** 2.2);
    const [r = 0, g = 0, b2 = 0] = linear;
    const seen = {
      full: [r, g, b2],
      protan: [0.112 * r + 0.888 * g, 0.112 * r + 0.888 * g, b2],
      deutan: [0.292 * r + 0.708 * g, 0.292 * r + 0.708 * g, b2],
    }[sight];
    const [x = 0, y = 0, z = 0] = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]].map((row) => row.reduce((sum, one, i) => sum + one * (seen[i] ?? 0), 0)); // prettier-ignore
    const f = (t: number): number => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);
    const [fx, fy, fz] = [f(x / 0.9505), f(y), f(z / 1.089)];
    return [116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)];
  };
  return Math.hypot(...lab(a).map((one, i) => one - (lab(b)[i] ?? 0)));
}

describe('the palette', () => {
  test('two optimizers differ in colour for every reader, or in their dash', () => {
    const all = [...looks(knownIds)];
    for (const which of ['light', 'dark'] as const) {
      for (const sight of ['full', 'protan', 'deutan'] as const) {
        all.forEach(([id, look], i) => {
          for (const [other, their] of all.slice(0, i)) {
            const apart = distance(look[which], their[which], sight);
            assert.ok(
              apart > 12 || look.dash !== their.dash,
              `${id} and ${other}: ${String(apart)} for ${sight}, ${which}, and the same dash`,
            );
          }
        });
      }
    }
  });
  test('a look never depends on the company, for known ids; unknown ids do not collide', () => {
    assert.deepEqual(looks(['adam']).get('adam'), looks(knownIds).get('adam'));
    const own = [...looks(['mine', 'adam', 'yours']).values()].map((look) => look.light);
    assert.equal(new Set(own).size, 3);
  });
});
