/** Random texts of equations: every operation on every kind of operand, well formed or not, and texts that were damaged afterwards. */
import fc from 'fast-check';
import { elementTemplates, allTemplates, fill } from './templates.ts';

/** Host numbers, scalars of a tensor, rows, columns, squares, whole arrays, states of each, and numbers of all sizes. */
const leaves = ['η', 'β₁', 't', '2', '0.5', '1e-3', '1e300', '1e-320', 'pi', 's', 'rank', 'rows', 'cols', 'size', 'd', 'row', 'col', 'left', 'right', 'w', 'g', 'm', 'r', 'q', 'e']; // prettier-ignore

const given = [
  'd = sum(g)',
  'row = colSum(g)',
  'col = rowMean(w)',
  'left = g @ transpose(g)',
  'right = gᵀ @ g',
  'm ← 0.9·m + g',
  'r ← r + rowSum(g)',
  'e ← e·0.5 + ‖g‖_all',
];

const { comparisons } = elementTemplates();

const { expression } = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    { weight: 3, arbitrary: fc.constantFrom(...leaves) },
    {
      weight: 5,
      arbitrary: fc
        .tuple(fc.constantFrom(...allTemplates()), fc.array(tie('expression'), { minLength: 6, maxLength: 6 }))
        .map(([template, operands]) => `(${fill(template, ...operands)})`),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(tie('expression'), fc.constantFrom(...comparisons), tie('expression'), tie('expression'), tie('expression'))
        .map(([x, compare, y, a, b]) => `(${x} ${compare} ${y} ? ${a} : ${b})`),
    },
  ),
}));

/** Equations of random operations on random operands; most make sense nowhere. */
export const randomText: fc.Arbitrary<string> = fc
  .record({
    known: fc.subarray(given),
    states: fc.array(fc.tuple(fc.constantFrom('m', 'r', 'q', 'e', 'x'), fc.constantFrom('←', '='), expression), { maxLength: 2 }),
    w: expression,
  })
  .map(({ known, states, w }) =>
    [...known, ...states.map(([name, arrow, value]) => `${name} ${arrow} ${value}`), `w ← w − η·${w}`].join('\n'),
  );

const oddities = ['', '\0', '\u202e', '😀', '\ud800', 'ᵗ', '²', '‖', '⟨', '←', '=', '(', ')', '\n', ';', ' ', '__proto__', 'constructor', '1e999', '.', '..', '#', '//', '_all', 'ᵀ', 'é', '%', '\\', '"', '9'.repeat(80), 'x'.repeat(90), '('.repeat(300), '√'.repeat(300), '−'.repeat(300), 'g^'.repeat(300)]; // prettier-ignore

/** The same with pieces cut out, doubled, or put in. */
export const damagedText: fc.Arbitrary<string> = fc
  .tuple(
    randomText,
    fc.array(
      fc.record({
        at: fc.double({ min: 0, max: 1, noNaN: true }),
        cut: fc.nat(12),
        put: fc.constantFrom(...oddities),
        double: fc.boolean(),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  ) // prettier-ignore
  .map(([text, damages]) =>
    damages.reduce((whole, { at, cut, put, double }) => {
      const from = Math.floor(at * whole.length);
      return whole.slice(0, from) + (double ? whole.slice(from, from + cut) : '') + put + whole.slice(double ? from : from + cut);
    }, text),
  );
