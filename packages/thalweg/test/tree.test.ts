/** The tree of equations: what it keeps of a text, that it prints as that text, and what replaces and renames it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { EquationError } from 'thalweg';
import { parse, parseExpression } from '../src/language/parser.ts';
import { printEquations, printExpression, printPlain } from '../src/language/print.ts';
import { spell } from '../src/language/symbol.ts';
import {
  nameNode,
  namesIn,
  numberNode,
  operationNode,
  renameNames,
  substitute,
  type Equation,
  type Expression,
} from '../src/language/tree.ts';
import { everyMethod } from './support/plan-snapshot.ts';
import { damagedText, randomText } from './support/random-text.ts';

/** A tree without its places, which two texts that mean the same do not share. */
const shape = (tree: unknown): string => JSON.stringify(tree, (key, part: unknown) => (key === 'span' ? undefined : part));
/** The same without how names are written. */
const meaning = (tree: unknown): string =>
  JSON.stringify(tree, (key, part: unknown) => (key === 'span' || key === 'written' ? undefined : part));

const nodesOf = (expression: Expression): Expression[] =>
  expression.kind === 'apply' ? [expression, ...expression.operands.flatMap(nodesOf)] : [expression];

function verify(equations: readonly Equation[], text: string): void {
  const printed = printEquations(equations);
  assert.equal(shape(parse('printed', printed)), shape(equations), printed);
  assert.equal(printEquations(parse('printed', printed)), printed);
  for (const { target, value, span } of equations) {
    assert.equal(spell(target.written), target.name);
    assert.equal(shape(parse('part', text.slice(span.start, span.end))), shape([equations.find((one) => one.span === span)]));
    assert.equal(meaning(parseExpression('plain', printPlain(value))), meaning(value), printPlain(value));
  }
}

describe('a text is read and printed, and reads the same', () => {
  for (const [name, method] of everyMethod()) {
    test(name, () => method.parts.forEach((part) => verify(parse(part.name, part.equations), part.equations)));
  }
  for (const [kind, texts] of Object.entries({ random: randomText, damaged: damagedText })) {
    test(`${kind} texts of every operation`, () => {
      let read = 0;
      fc.assert(
        fc.property(texts, (text) => {
          let equations: Equation[];
          try {
            equations = parse('random', text);
          } catch (error) {
            assert.ok(error instanceof EquationError);
            return;
          }
          read += 1;
          verify(equations, text);
        }),
        { numRuns: 1000 },
      );
      assert.ok(read > (kind === 'random' ? 900 : 50), `only ${String(read)} could be read`);
    });
  }
  test('as their author writes: roots, powers, bars and the author’s names', () => {
    const text = 'm̂ ← β₁·m̂ + (1 − β₁ᵗ)·g²\nu = √v̂ / max(|g|, ‖w‖_all) − x^(−p)·Aᵀ @ ⟨a, b⟩\nw ← t mod k == 0 ? u : −√(√u)';
    const canonical = text.replace('x^(−p)', 'x^−p').replace('√(√u)', '√√u');
    assert.equal(printEquations(parse('own', text)), canonical);
    assert.equal(printEquations(parse('own', 'm_hat <- beta1*m_hat; w <- sqrt(abs(g))')), 'm_hat ← beta1·m_hat\nw ← √|g|');
  });
});

describe('places', () => {
  test('every node says where it stands', () => {
    const text = 'm̂ = (β₁·m +\n g²)\nw ← w − m̂';
    const [first, second] = parse('own', text);
    const at = ({ start, end }: { start: number; end: number }): string => text.slice(start, end);
    assert.deepEqual(nodesOf(first!.value).map(({ span }) => at(span)), ['β₁·m +\n g²', 'β₁·m', 'β₁', 'm', 'g²', 'g', '²']); // prettier-ignore
    assert.deepEqual([at(first!.span), at(second!.span)], ['m̂ = (β₁·m +\n g²)', 'w ← w − m̂']);
  });
});

describe('replacing', () => {
  const value = parseExpression('own', 'β₁·m̂ + (1 − β₁)·g²');
  test('a name by a number: what is negative stands in parentheses where it must', () => {
    const numbers = new Map([['beta1', 0.9], ['m_hat', -2], ['g', -3]]); // prettier-ignore
    const by = (node: Expression): Expression | undefined =>
      node.kind === 'name' && numbers.has(node.name) ? numberNode(numbers.get(node.name)!) : undefined;
    assert.equal(printExpression(substitute(value, by)), '0.9·-2 + (1 − 0.9)·(-3)²');
  });
  test('whole operations, outermost first', () => {
    const by = (node: Expression): Expression | undefined =>
      node.kind === 'apply' && node.op === 'mul' ? operationNode('neg', node.operands.slice(0, 1)) : undefined;
    assert.equal(printExpression(substitute(value, by)), '−β₁ + −(1 − β₁)');
  });
  test('names, on both sides; in a superscript that is no letter any more, with ^', () => {
    const names = new Map([['m', nameNode('m_adam', 'm_adam')], ['t', nameNode('t2')]]); // prettier-ignore
    const renamed = renameNames(parse('own', 'm ← m·βᵗ + ‖m‖; w ← w − m'), names);
    assert.equal(printEquations(renamed), 'm_adam ← m_adam·β^t2 + ‖m_adam‖\nw ← w − m_adam');
    assert.deepEqual(renamed.map(({ value: one }) => namesIn(one)), [['m_adam', 'beta', 't2', 'm_adam'], ['w', 'm_adam']]); // prettier-ignore
  });
});
