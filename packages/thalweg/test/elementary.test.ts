/** exp, log, cos, pow and cube roots of array elements: close to the exact values, and right at the edges. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cbrt, cos, cosAndSin, exp, log, pow } from '../src/language/operations/algorithms.ts';
import { doubles as numbers, singles } from '../src/targets/loops/js/arithmetic.ts';

const ulp = 2 ** -52;

function close(actual: number, expected: number, bound: number, what: string): void {
  if (Object.is(actual, expected) || (Number.isNaN(actual) && Number.isNaN(expected))) return;
  const scale = Math.max(Math.abs(expected), 2 ** -1022);
  assert.ok(Math.abs(actual - expected) <= bound * ulp * scale, `${what} is ${String(actual)}, not ${String(expected)}`);
}

test('exp', () => {
  for (const x of [0, -0, 1, -1, NaN, Infinity, -Infinity, 709.78, 710, -745, -746, 1e-300])
    close(exp(numbers, x), Math.exp(x), 4, `exp ${String(x)}`);
  fc.assert(fc.property(fc.double({ min: -745, max: 709, noNaN: true }), (x) => { close(exp(numbers, x), Math.exp(x), 4, `exp ${String(x)}`); })); // prettier-ignore
});

test('log', () => {
  for (const x of [0, -0, 1, -1, NaN, Infinity, -Infinity, 5e-324, 1e-310, 2, 0.5])
    close(log(numbers, x), Math.log(x), 4, `log ${String(x)}`);
  fc.assert(fc.property(fc.double({ min: 5e-324, max: 1.7e308, noNaN: true }), (x) => { close(log(numbers, x), Math.log(x), 4, `log ${String(x)}`); })); // prettier-ignore
});

test('cos and sin', () => {
  for (const x of [0, -0, Math.PI, NaN, Infinity, -Infinity]) close(cos(numbers, x), Math.cos(x), 4, `cos ${String(x)}`);
  fc.assert(
    fc.property(fc.double({ min: -(2 ** 20), max: 2 ** 20, noNaN: true }), (x) => {
      assert.ok(Math.abs(cos(numbers, x) - Math.cos(x)) <= 2 * ulp, `cos ${String(x)}`);
      assert.ok(Math.abs(cosAndSin(numbers, x)[1] - Math.sin(x)) <= 2 * ulp, `sin ${String(x)}`);
    }),
  );
});

test('pow', () => {
  const edges: readonly (readonly [number, number, number])[] = [[0, 2, 0], [0, -1, Infinity], [0, 0, 1], [5, 0, 1], [-1, 0.5, NaN], [Infinity, 2, Infinity], [Infinity, -2, 0], [NaN, 0, 1],
    [-2, 2.5, NaN], [-2, NaN, NaN], [-Infinity, 3, -Infinity], [-Infinity, 2, Infinity], [-2, Infinity, Infinity]]; // prettier-ignore
  for (const [x, y, expected] of edges)
    assert.ok(Object.is(pow(numbers, x, y), expected), `${String(x)} ^ ${String(y)} is ${String(pow(numbers, x, y))}`);
  for (const y of [3, 9, -3, 10, -10, 1023, 1e15 + 1]) close(pow(numbers, -2, y), (-2) ** y, 8 + 4 * Math.abs(y), `-2 ^ ${String(y)}`);
  fc.assert(
    fc.property(fc.double({ min: 1e-5, max: 1e5, noNaN: true }), fc.double({ min: -20, max: 20, noNaN: true }), (x, y) => {
      close(pow(numbers, x, y), x ** y, 8 + 4 * Math.abs(y * Math.log(x)), `${String(x)} ^ ${String(y)}`);
      const whole = Math.round(y);
      close(pow(numbers, -x, whole), (-x) ** whole, 8 + 4 * Math.abs(whole * Math.log(x)), `${String(-x)} ^ ${String(whole)}`);
    }),
  );
});

test('cube roots', () => {
  for (const [x, expected] of [[0, 0], [-0, 0], [Infinity, Infinity], [NaN, NaN], [-1, NaN], [-Infinity, NaN], [-(2 ** -140), NaN], [1, 1], [8, 2], [27, 3]] as const)
      assert.ok(Object.is(cbrt(singles, x), expected), `∛${String(x)} is ${String(cbrt(singles, x))}`); // prettier-ignore
  // Every exponent with some fractions, denormals and both ends included, and the spans of three exponents in which errors repeat densely.
  const pattern = new Int32Array(1);
  const [single] = [new Float32Array(pattern.buffer)];
  const check = (bits: number): void => {
    pattern[0] = bits;
    const x = single[0] ?? NaN;
    const exact = Math.cbrt(x);
    const unit = 2 ** (Math.floor(Math.log2(exact)) - 23);
    const actual = cbrt(singles, x);
    assert.ok(Math.abs(actual - exact) < unit, `∛${String(x)} is ${String(actual)}, not ${String(exact)}`);
  };
  for (let bits = 1; bits < 0x7f800000; bits += 0x7fff) check(bits);
  for (let bits = 0x7f800000 - 100; bits < 0x7f800000; bits++) check(bits);
  for (let bits = 1; bits < 100; bits++) check(bits);
  for (let bits = 0x3f800000; bits < 0x41000000; bits += 61) check(bits);
});

test('nearest rounds ties to even', () => {
  for (const [x, expected] of [[0.5, 0], [1.5, 2], [2.5, 2], [-0.5, -0], [-0.4, -0], [-1.5, -2], [3.2, 3]] as const) assert.ok(Object.is(numbers.nearest(x), expected), String(x)); // prettier-ignore
});
