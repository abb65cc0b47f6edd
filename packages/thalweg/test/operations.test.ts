/**
 * Every operation's object holds together: its algorithm computes what it means, its range, its zeros and its delicate operand are those of its values,
 * and it is written and printed as it is read. A new operation is tried here by itself.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { functions, operations, written } from '../src/language/op.ts';
import { elements, type ElementOp } from '../src/language/operations/elements.ts';
import type { Interval } from '../src/language/operations/interval.ts';
import { parseExpression } from '../src/language/parser.ts';
import { printExpression, printPlain } from '../src/language/print.ts';
import { expressionToLatex } from '../src/targets/text/latex.ts';
import { doubles, onElements, singles } from '../src/targets/loops/js/arithmetic.ts';
import { allTemplates, fill } from './support/templates.ts';
import { awkward } from './support/random-program.ts';

const all = Object.entries(elements) as readonly (readonly [ElementOp, (typeof elements)[ElementOp]])[];
const ulp = 2 ** -52;

/** How far an algorithm may be from its meaning, in ulps of the result, and for which operands; a new algorithm has to say so here. */
type Accuracy = readonly [
  within: readonly (readonly [low: number, high: number])[],
  ulps: (result: number, x: number, y: number) => number,
];
const accuracies: Readonly<Partial<Record<ElementOp, Accuracy>>> = {
  exp: [[[-745, 709]], () => 4],
  log: [[[5e-324, 1.7e308]], () => 4],
  // Beside its zeros an error is one of numbers near 1.
  cos: [[[-(2 ** 20), 2 ** 20]], (result) => 2 / Math.abs(result)],
  pow: [[[1e-5, 1e5], [-20, 20]], (_, x, y) => 8 + 4 * Math.abs(y * Math.log(x))], // prettier-ignore
  cbrt: [[[2 ** -149, 3e38]], () => 2 ** 29],
};

test('an algorithm computes what the operation means', () => {
  for (const [op, { value, compute, takes }] of all) {
    if (compute.in === 'own') continue;
    const [within, ulps] = accuracies[op] ?? assert.fail(`say in accuracies how accurate ${op} is`);
    const run = onElements(op);
    const round = compute.in === 'float32' ? Math.fround : (x: number): number => x;
    const check = (x: number, y: number): void => {
      const [expected, actual] = [value(x, y, 0), run(x, y, 0)];
      const scale = Math.max(Math.abs(expected), 2 ** -1022);
      const close = Object.is(actual, expected) || Math.abs(actual - expected) <= ulps(expected, x, y) * ulp * scale;
      assert.ok(close, `${op}(${String(x)}, ${String(y)}) is ${String(actual)}, not ${String(expected)}`);
    };
    const numbers = takes.map((_, i) => fc.double({ min: within[i]![0], max: within[i]![1], noNaN: true }).map(round));
    fc.assert(fc.property(fc.tuple(...numbers), ([x = 0, y = 0]) => { check(x, y); }), { numRuns: 500 }); // prettier-ignore
    // Small and large operands, of every magnitude.
    for (const [low, high] of within.slice(0, 1))
      for (let e = -300; e <= 300; e++) for (const x of [1.37 * 10 ** e, -1.37 * 10 ** e]) if (x >= low && x <= high) check(round(x), 1.5);
    const domain = within[0]![0];
    const special = [0, -0, NaN, Infinity, -Infinity].filter((x) => !(x < Math.min(0, domain)) || domain < 0);
    for (const x of special) {
      const [expected, actual] = [value(x, 1.5, 0), run(x, 1.5, 0)];
      const same = Number.isNaN(expected) ? Number.isNaN(actual) : expected === actual;
      assert.ok(same, `${op}(${String(x)}) is ${String(actual)}, not ${String(expected)}`);
    }
  }
});

test('what every target has of its own means the same as the operation, and is rounded once', () => {
  fc.assert(
    fc.property(awkward, awkward, fc.constantFrom(0, 1), (x, y, condition) => {
      for (const [op, { value, takes, compute }] of all) {
        if (compute.in !== 'own') continue;
        for (const [f, round] of [
          [doubles, Number],
          [singles, Math.fround],
        ] as const) {
          const [u, v] = [round(x), round(y)];
          const [a, b, c] = takes[0] === 'condition' ? [condition, u, v] : [u, v, u];
          // Of several operations each would be rounded to float32 in a kernel: that is sugar, which becomes them in the graph.
          const actual: number = compute.over(f, a, b, c);
          const expected: number = round(value(a, b, c));
          assert.ok(Object.is(actual, expected), `${op}(${[a, b, c].join()}) is ${String(actual)}, not ${String(expected)}`);
        }
      }
    }),
  );
});

test('a result lies in the range that is said of it', () => {
  const bound = fc.oneof(fc.constantFrom(-Infinity, -1, 0, 0.5, 1, 2, Infinity), fc.double({ min: -50, max: 50, noNaN: true }));
  const interval = fc.tuple(bound, bound).map(([a, b]): Interval => [Math.min(a, b), Math.max(a, b)]);
  // Without −0, which counts as not negative, though what is divided by it is.
  const inside = ([low, high]: Interval, share: number): number =>
    0 + (share < 0.2 ? low : share > 0.8 ? high : Math.max(low, -1e6) + (Math.min(high, 1e6) - Math.max(low, -1e6)) * share);
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.tuple(interval, interval, interval), fc.tuple(share, share, share), fc.boolean(), ([p, q, r], [s, t, u], same) => {
      for (const [op, { value, range, takes }] of all) {
        const first: Interval = takes[0] === 'condition' ? [0, 1] : p;
        const second = same ? first : q;
        const a = takes[0] === 'condition' ? Math.round(s) : inside(p, s);
        const result = value(a, same ? a : inside(q, t), inside(r, u));
        const [low, high] = range(first, second, r, same);
        // NaN is no sign, and x^y is no number for x < 0.
        const right = Number.isNaN(result) || (op === 'cbrt' && a < 0) || (result >= low && result <= high);
        assert.ok(
          right,
          `${op} of ${JSON.stringify([first, second, r])} gives ${String(result)}, beyond [${String(low)}, ${String(high)}]`,
        );
      }
    }),
    { numRuns: 2000 },
  );
});

const samples = [0.75, 2, -3];

test('what is said to vanish does', () => {
  for (const [op, { value, zeroWhere }] of all) {
    for (const x of samples) {
      const [any, first, rest] = [[[0, x, x], [x, 0, x]], [[0, x, x]], [[1, 0, 0], [0, 0, 0]]]; // prettier-ignore
      const rows = { any, first, rest, all: [] }[zeroWhere ?? 'all'];
      for (const [a = 0, b = 0, c = 0] of rows) assert.ok(value(a, b, c) === 0, `${op}(${[a, b, c].join()})`);
    }
  }
});

test('an operand that must not be rounded to zero is said to be one', () => {
  const tiny = 1e-200;
  for (const [op, { value, takes, compares, delicate }] of all) {
    if (compares === true || takes.includes('condition')) continue;
    for (const x of samples) {
      for (const operand of takes.keys()) {
        const at = (z: number): number => (operand === 0 ? value(z, x, 0) : value(x, z, 0));
        const rise = Math.abs(at(tiny) - at(0));
        const isJump = rise >= 0.5 && rise <= 2;
        if (!Number.isNaN(at(tiny)) && !(rise <= 1e-160) && !isJump) assert.equal(delicate, operand, `operand ${String(operand)} of ${op}`);
      }
    }
  }
});

test('no two operations are written alike, and the page of the language lists each function', () => {
  const names = written.map(([, { text }]) =>
    text.as === 'call' ? `${text.name}(` : 'token' in text ? `${text.as} ${text.token}` : undefined,
  );
  const known = names.filter((name) => name !== undefined);
  for (const [i, name] of known.entries()) assert.equal(known.indexOf(name), i, `two operations are written ${name}`);
  const page = readFileSync(join(import.meta.dirname, '../../../docs/language.md'), 'utf8');
  const missing = [...functions.keys()].filter((name) => !new RegExp(`\\b${name}\\b`).test(page));
  assert.deepEqual(missing, [], 'docs/language.md does not list these');
});

test('every operation is read, printed and typeset', () => {
  for (const template of allTemplates()) {
    const text = fill(template, 'a', 'b', 'c', '3', '4', '5');
    const expression = parseExpression('test', text);
    for (const printed of [printExpression(expression), printPlain(expression)])
      assert.equal(printPlain(parseExpression('test', printed)), printPlain(expression), printed);
    assert.doesNotMatch(expressionToLatex(expression), /\$|undefined/, text);
  }
  for (const [op, { latex, takes }] of written) {
    const used = new Set(Array.from(latex[1].matchAll(/\$\.?([a-f])\d/g), ([, letter = '']) => 'abcdef'.indexOf(letter)));
    for (const operand of used) assert.ok(operand < takes.length, `${op} has no operand ${String(operand)}`);
    assert.equal(operations[op].latex, latex);
  }
});
