/**
 * The walk that text targets share, tried by one with a precedence of its own: JavaScript, in which powers take no sign and conditions bind
 * loosest. What it writes is worth what the tree is worth. Also what a target needs to know of operands, as those of arrays and of numbers.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { adam, chain, flatten, inspect, schedule, sgd } from 'thalweg';
import { parseExpression } from '../src/language/parser.ts';
import { printExpression } from '../src/language/print.ts';
import { write, type Dialect, type Rule } from '../src/language/writer.ts';
import { elementTemplates, fill } from './support/templates.ts';

const rules: Readonly<Record<string, Rule>> = {
  neg: [4, '-$a6'],
  add: [2, '$a2 + $b3'],
  sub: [2, '$a2 - $b3'],
  mul: [3, '$a3 * $b4'],
  div: [3, '$a3 / $b4'],
  pow: [5, '$a6 ** $b4'],
  mod: [2, '$a2 - $b4 * Math.floor($a3 / $b4)'],
  sqrt: [6, 'Math.sqrt($a0)'],
  select: [0, '$a1 ? $b0 : $c0'],
  lt: [1, '$a2 < $b2'],
  le: [1, '$a2 <= $b2'],
  gt: [1, '$a2 > $b2'],
  ge: [1, '$a2 >= $b2'],
  eq: [1, '$a2 === $b2'],
  ne: [1, '$a2 !== $b2'],
};

const javascript: Dialect = {
  rule: (op) =>
    rules[op] ?? ((operand, { operands }) => [6, `Math.${op}(${operands.map((_, i) => operand(i, 0)).join(', ')})`]),
  number: ({ text }) => [6, text],
  name: ({ name }) => (name === 'pi' ? 'Math.PI' : name),
  scopes: { tensor: '', group: '', all: '' },
  parentheses: (text) => `(${text})`,
}; // prettier-ignore

const { unary, binary, comparisons } = elementTemplates();
const { expression } = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom('t', 'a', 'b', '2', '0.5', 'pi', '−1.5'),
    fc
      .tuple(fc.constantFrom(...unary, ...binary), tie('expression'), tie('expression'))
      .map(([template, x, y]) => `(${fill(template, x, y)})`),
    fc
      .tuple(fc.constantFrom(...comparisons), tie('expression'), tie('expression'), tie('expression'), tie('expression'))
      .map(([compare, ...operands]) => `(${fill(`X ${compare} Y ? Z : U`, ...operands)})`),
  ),
}));

test('what a target with a precedence of its own writes is worth what the tree is worth', () => {
  fc.assert(
    fc.property(expression, (text) => {
      const tree = parseExpression('test', text);
      const [a, b, t] = [0.75, -1.25, 3];
      const written = write(tree, javascript);
      const value = runInNewContext(written, { a, b, t }) as unknown;
      const expected = schedule(printExpression(tree), { a, b }).at(t);
      assert.ok(typeof value === 'number');
      assert.ok(Object.is(value, expected) || Math.abs(value - expected) <= 1e-9 * Math.max(1, Math.abs(expected)) || Math.abs(expected) > 1e100, `${written} is ${String(value)}, ${text} is ${String(expected)}`); // prettier-ignore
    }),
    { numRuns: 300 },
  );
});

test('parts become one list of equations, and every expression tells whether it is an array', () => {
  const [group] = inspect(chain(sgd({ momentum: 0.9 }), adam())).groups;
  assert.deepEqual(flatten(group!).map(({ target }) => target.written), ['v', 'w', 'm', 'v2', 'm̂', 'v̂', 'w']); // prettier-ignore
  const [, , , correction] = group!.parts[1]!.equations; // v̂ = v / (1 − β₂ᵗ)
  assert.ok(correction!.equation.value.kind === 'apply');
  assert.deepEqual(correction!.equation.value.operands.map((one) => group!.extentOf(one).kind), ['array', 'host']); // prettier-ignore
});
