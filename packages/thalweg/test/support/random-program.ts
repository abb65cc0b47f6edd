/** Random optimizers, as text: several passes, every scope of reduction, conditions of every kind, states of every kind. */
import fc from 'fast-check';
import { elementTemplates, fill, sumTemplates } from './templates.ts';

const arrayLeaves = ['w', 'g', 'a', 'b', 'c'];
const scalarLeaves = ['t', 'η', 'β', '0.5', '3', '1e-3', '(1 − βᵗ)', 'd', 'e'];
const { unary, binary, comparisons } = elementTemplates();
const scalarBinary = ['(X) + (Y)', '(X)·(Y)', '(X) / (Y)', 'max(X, Y)'];
const reductions = [
  ...sumTemplates('(X)·g', 'g + (X)'),
  '‖(X)·g‖',
  '‖(X) + g‖_all',
  '⟨X, g⟩',
  '⟨g, X⟩_group',
  'sum((X)·g)',
  'sum_all(g + (X))',
  '‖w‖',
  '‖g‖_all',
];

const { array, scalar } = fc.letrec<{ array: string; scalar: string }>((tie) => ({
  array: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.constantFrom(...arrayLeaves),
    fc.tuple(fc.constantFrom(...unary), tie('array')).map(([op, x]) => fill(op, x)),
    fc.tuple(fc.constantFrom(...binary), tie('array'), tie('array')).map(([op, x, y]) => fill(op, x, y)),
    fc.tuple(fc.constantFrom(...binary), tie('array'), tie('scalar')).map(([op, x, y]) => fill(op, x, y)),
    fc.tuple(tie('scalar'), fc.constantFrom(...comparisons), tie('scalar'), tie('array'), tie('array')).map(choice),
    fc.tuple(tie('array'), fc.constantFrom(...comparisons), tie('array'), tie('array'), tie('scalar')).map(choice),
  ),
  scalar: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.constantFrom(...scalarLeaves),
    fc.tuple(fc.constantFrom(...scalarBinary), tie('scalar'), tie('scalar')).map(([op, x, y]) => fill(op, x, y)),
    fc.tuple(fc.constantFrom(...reductions), tie('array')).map(([op, x]) => fill(op, x)),
    fc.tuple(tie('scalar'), fc.constantFrom(...comparisons), tie('scalar'), tie('scalar'), tie('scalar')).map(choice),
  ),
}));

function choice([x, comparison, y, a, b]: readonly [string, string, string, string, string]): string {
  return `((${x}) ${comparison} (${y}) ? (${a}) : (${b}))`;
}

/** Equations that assign `w`, the array states a, b, c (c from an `init`) and the scalar states d (per tensor, often) and e (of all). */
export const randomEquations: fc.Arbitrary<string> = fc
  .record({ a: array, b: array, c: array, d: scalar, e: scalar, w: array, temporary: array, order: fc.boolean() })
  .map(({ a, b, c, d, e, w, temporary, order }) => {
    const states = [`a ← ${a} + g·0.5`, `b ← (t > 2 ? ${b} : g) − b·β`];
    return [
      ...(order ? states : [...states].reverse()),
      `x = ${temporary}`,
      `e ← e·0.5 + ‖g‖_all`,
      `d ← ${d} + ‖w‖`,
      `c ← ${c} − x`,
      `w ← w − η·(${w}) / (1 + |x|)`,
      ...(order ? [`w ← w − η·a·(${e})`] : []),
    ].join('\n');
  })
  // The language takes at most 1,000 symbols in an assignment.
  .filter((text) => text.split('\n').every((line) => line.length < 1000));

/** Numbers that break kernels: specials, denormals of both types, and ordinary ones of many magnitudes. */
export const awkward: fc.Arbitrary<number> = fc.oneof(
  { weight: 8, arbitrary: fc.double({ min: -2, max: 2, noNaN: true }) },
  { weight: 2, arbitrary: fc.double() },
  { weight: 2, arbitrary: fc.float() },
  { weight: 2, arbitrary: fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 1e-40, -1e-45, 1e-310, 5e-324, 3.4e38, 1.7e308) },
);
