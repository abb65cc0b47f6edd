/** Typed formulas: derivatives held against finite differences, their cost in proportion to the text, and the code that is exported. */
import assert from 'node:assert/strict';
import { stripTypeScriptTypes } from 'node:module';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { FormulaError } from '../src/lab/formula-error.ts';
import { compileFormula, formulaCode } from '../src/lab/formula.ts';

const { formula } = fc.letrec<{ formula: string }>((tie) => ({
  formula: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom('x', 'y', '2', '0.5', 'pi', 'e'),
    fc.tuple(tie('formula'), fc.constantFrom('+', '-', '*', '/'), tie('formula')).map(([a, op, b]) => `((${a}) ${op} (${b}))`),
    fc.tuple(tie('formula'), fc.constantFrom('2', '3', '0', '1', '0.5', '-1')).map(([a, n]) => `(${a})^(${n})`),
    fc.tuple(tie('formula'), tie('formula')).map(([a, b]) => `(1.5 + (${a})^2)^(${b})`),
    fc.tuple(fc.constantFrom('sin', 'cos', 'tan', 'exp', 'log', 'sqrt', 'abs', 'tanh', 'sinh', 'cosh', 'atan', '-'), tie('formula')).map(([f, a]) => `${f}(${a})`),
  ),
})); // prettier-ignore

/** What stands between each pair of parentheses, which is every part of a formula of the above. */
function parts(text: string): string[] {
  const open: number[] = [];
  const found: string[] = [];
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '(') open.push(i + 1);
    if (text[i] === ')') found.push(text.slice(open.pop(), i));
  }
  return found;
}

test('derivatives are those of finite differences, and the exported code computes the same', () => {
  let compared = 0;
  fc.assert(
    fc.property(formula, fc.double({ min: 0.1, max: 2, noNaN: true }), fc.double({ min: 0.1, max: 2, noNaN: true }), (text, x, y) => {
      let made: ReturnType<typeof compileFormula>;
      try {
        made = compileFormula(text);
      } catch (error) {
        assert.ok(error instanceof FormulaError && /nested|characters/.test(error.message), String(error));
        return;
      }
      const g = new Float64Array(2);
      const value = made.objective(Float64Array.of(x, y), g);
      const code = stripTypeScriptTypes(formulaCode(text)).replace('const objective =', 'globalThis.objective =');
      const exported = new Float64Array(2);
      const scope = { Float64Array } as { objective?: typeof made.objective };
      runInNewContext(code, scope);
      assert.deepEqual([scope.objective?.(Float64Array.of(x, y), exported), ...exported], [value, ...g]);
      // A part near the largest double has a derivative beyond it, and one at 0 may be under a root, whatever computes them.
      const plain = (size: number): boolean => size > 1e-6 && size < 1e100;
      if (!parts(text).every((part) => part === '0' || plain(Math.abs(compileFormula(part).height(x, y))))) return;
      for (const i of [0, 1]) {
        const at = (h: number): number => made.height(i === 0 ? x + h : x, i === 1 ? y + h : y);
        const numeric = (h: number): number => (at(h) - at(-h)) / (2 * h);
        const [coarse, fine] = [numeric(2e-5), numeric(1e-5)];
        // Only where the function is smooth enough for differences to mean something.
        if (!Number.isFinite(coarse) || Math.abs(coarse - fine) > 1e-5 * (1 + Math.abs(fine)) || Math.abs(value) > 1e4) continue;
        compared += 1;
        assert.ok(Math.abs(g[i]! - fine) <= 1e-3 * (1 + Math.abs(fine)), `${text} at ${String([x, y])}: ${String(g[i])} for ${String(fine)}`);
      }
    }),
    { numRuns: 400 },
  );
  assert.ok(compared > 200, String(compared));
}); // prettier-ignore

test('what a formula costs follows from its length: code of the derivative, and steps to evaluate it', () => {
  const nested = (open: string, inner: string, close: string, deep: number): string => open.repeat(deep) + inner + close.repeat(deep);
  for (const text of [
    nested('sin(', 'x', ')', 20),
    nested('tan(', 'x*y', ')', 19),
    nested('exp(x*', 'y', ')', 19),
    nested('(x+1/', 'y', ')', 20),
    nested('(x*y^', 'y', ')', 20),
    nested('x^', 'y', '', 110),
    nested('-', 'x', '', 230),
    `x${'*x'.repeat(119)}`,
    `x${'/y'.repeat(119)}`,
  ]) {
    const code = formulaCode(text);
    assert.ok(code.length < 4 * text.length ** 2 + 1000, `${text}: ${String(code.length)}`);
    const g = new Float64Array(2);
    compileFormula(text).objective(Float64Array.of(0.5, 0.25), g);
  }
  assert.throws(() => compileFormula(nested('sin(', 'x', ')', 21)), /nested more than 20 deep/);
}); // prettier-ignore

test('derivatives at places where rules written carelessly give NaN', () => {
  const slopes = (text: string, x: number, y: number): number[] => {
    const g = new Float64Array(2);
    compileFormula(text).objective(Float64Array.of(x, y), g);
    return [...g];
  };
  assert.deepEqual(slopes('x^2 + y^2', 0, 0), [0, 0]);
  assert.deepEqual(slopes('x^1', 0, 0), [1, 0]);
  assert.deepEqual(slopes('x^0', 0, 0), [0, 0]);
  assert.deepEqual(slopes('sqrt(x) + y', 0, 3), [Infinity, 1]);
  assert.deepEqual(slopes('abs(x)', 0, 0), [0, 0]);
  assert.deepEqual(slopes('2^x', 0, 0), [Math.LN2, 0]);
  assert.deepEqual(slopes('x^y', 0, 2), [0, NaN]);
});
