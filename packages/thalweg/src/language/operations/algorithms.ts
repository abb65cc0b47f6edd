/**
 * exp, log, cos, pow and cube roots of array elements: ONE algorithm each, written over abstract arithmetic so that every target runs the very same
 * operations in the same order and all agree bit for bit. All but cube roots are in float64, with errors under 2 ulp (cos: for |x| ≤ 2²⁰; pow: times |y·log
 * x|), so a float32 result is correctly rounded except in rare ties; cube roots are in float32, with errors under 1 ulp of it. Scalars use Math instead.
 */
import type { DoubleArithmetic, SingleArithmetic } from './arithmetic.ts';

const ln2High = 6.9314718036912381649e-1;
const ln2Low = 1.90821492927058770002e-10;

/** π/2 in three parts. */
const halfPi = [1.57079632673412561417, 6.0771005063039659766e-11, 2.02226624879595063154e-21];

/** Σ cᵢ·xⁱ by Horner's rule, coefficients from the highest power down. */
function polynomial<T>(f: DoubleArithmetic<T>, x: T, coefficients: readonly number[]): T {
  let sum = f.constant(coefficients[0]!);
  for (let k = 1; k < coefficients.length; k++) sum = f.add(f.mul(sum, x), f.constant(coefficients[k]!));
  return sum;
}

/** 1/n! for n from `high` down to `low` in steps of `step`, signs alternating if asked, the lowest positive. */
function inverseFactorials(high: number, low: number, step: number, alternate: boolean): number[] {
  const out: number[] = [];
  for (let n = high; n >= low; n -= step) {
    let factorial = 1;
    for (let k = 2; k <= n; k++) factorial *= k;
    out.push((alternate && ((n - low) / step) % 2 === 1 ? -1 : 1) / factorial);
  }
  return out;
}

const expSeries = inverseFactorials(13, 0, 1, false);
const cosSeries = inverseFactorials(18, 0, 2, true);
const sinSeries = inverseFactorials(19, 1, 2, true);
const atanhSeries = [23, 21, 19, 17, 15, 13, 11, 9, 7, 5, 3, 1].map((n) => 2 / n);

/** eˣ = 2ⁿ·eʳ with n the nearest whole number to x/ln 2; 2ⁿ is applied in two halves so that denormal results come out. */
export function exp<T>(f: DoubleArithmetic<T>, x: T): T {
  const low = f.select(f.lt(x, f.constant(-750)), f.constant(-750), x);
  const y = f.select(f.lt(f.constant(710), low), f.constant(710), low);
  const n = f.nearest(f.mul(y, f.constant(Math.LOG2E)));
  const r = f.sub(f.sub(y, f.mul(n, f.constant(ln2High))), f.mul(n, f.constant(ln2Low)));
  const half = f.floor(f.mul(n, f.constant(0.5)));
  return f.mul(f.mul(polynomial(f, r, expSeries), f.power2(half)), f.power2(f.sub(n, half)));
}

/** log x = e·ln 2 + 2·atanh((m − 1)/(m + 1)) with m between √½ and √2. */
export function log<T>(f: DoubleArithmetic<T>, x: T): T {
  const zero = f.constant(0);
  const denormal = f.lt(x, f.constant(2 ** -1022));
  const scaled = f.select(denormal, f.mul(x, f.constant(2 ** 54)), x);
  const m = f.mantissa(scaled);
  const e = f.add(f.exponent(scaled), f.select(denormal, f.constant(-54), zero));
  const large = f.lt(f.constant(Math.SQRT2), m);
  const reduced = f.sub(f.select(large, f.mul(m, f.constant(0.5)), m), f.constant(1));
  const exponent = f.select(large, f.add(e, f.constant(1)), e);
  const s = f.div(reduced, f.add(reduced, f.constant(2)));
  const series = f.mul(s, polynomial(f, f.mul(s, s), atanhSeries));
  const value = f.add(f.mul(exponent, f.constant(ln2High)), f.add(series, f.mul(exponent, f.constant(ln2Low))));
  const infinite = f.select(f.eq(x, f.constant(Infinity)), x, value);
  const positive = f.select(f.lt(zero, x), infinite, f.constant(NaN));
  return f.select(f.eq(x, zero), f.constant(-Infinity), positive);
}

/** cos x. */
export function cos<T>(f: DoubleArithmetic<T>, x: T): T {
  return cosAndSin(f, x)[0];
}

/** cos x and sin x by reduction to the nearest multiple of π/2, which is subtracted in three parts. */
export function cosAndSin<T>(f: DoubleArithmetic<T>, x: T): readonly [cosine: T, sine: T] {
  const n = f.nearest(f.mul(x, f.constant(2 / Math.PI)));
  let r = x;
  for (const part of halfPi) r = f.sub(r, f.mul(n, f.constant(part)));
  const square = f.mul(r, r);
  const cosine = polynomial(f, square, cosSeries);
  const sine = f.mul(r, polynomial(f, square, sinSeries));
  const quadrant = f.sub(n, f.mul(f.constant(4), f.floor(f.mul(n, f.constant(0.25)))));
  const [first, second, third] = [0, 1, 2].map((k) => f.eq(quadrant, f.constant(k))) as [T, T, T];
  const negate = (value: T): T => f.sub(f.constant(0), value);
  const turned = (a: T, b: T): T => f.select(first, a, f.select(second, negate(b), f.select(third, negate(a), b)));
  return [turned(cosine, sine), turned(sine, negate(cosine))];
}

/** xʸ = exp(y·log |x|), for negative x with the sign that a whole y gives it, and NaN where y is not whole; small whole constants never come here. */
export function pow<T>(f: DoubleArithmetic<T>, x: T, y: T): T {
  const zero = f.constant(0);
  const atZero = f.select(f.lt(y, zero), f.constant(Infinity), zero);
  const size = exp(f, f.mul(y, log(f, f.abs(x))));
  const half = f.mul(y, f.constant(0.5));
  const ofWhole = f.select(f.eq(f.floor(half), half), size, f.neg(size));
  const ofNegative = f.select(f.eq(f.floor(y), y), ofWhole, f.constant(NaN));
  const value = f.select(f.eq(x, zero), atZero, f.select(f.lt(x, zero), ofNegative, size));
  return f.select(f.eq(y, zero), f.constant(1), value);
}

/** (1 − h)^(−2/3) less 0.9e-6 to 15.5e-6 of it, for |h| ≤ 0.1053; h² beyond the limit is no good guess. */
const [root0, root1, root2, root3, rootLimit] = [0.9999848, 0.6666546, 0.5606163, 0.4985515, 0.0121];

/**
 * ∛x for x ≥ 0, NaN for negative x, in float32 and without a division. Where y is near 1/∛x, u = y²·(1 − h)^(−2/3) with
 * h = 1 − x·y³ is near x^(−2/3), and c = x·u near ∛x, but below it, so that its cube is finite; then it is c + (x − c³)·u/3. Errors stay
 * under a unit in the last place.
 */
export function cbrt<T>(f: SingleArithmetic<T>, x: T): T {
  const { root, miss } = usualRoot(f, x);
  const zero = f.constant(0);
  return f.unless(f.lt(miss, f.constant(rootLimit)), root, () =>
    f.unless(f.eq(x, zero), zero, () => {
      const denormal = f.mul(usualRoot(f, f.mul(x, f.constant(2 ** 60))).root, f.constant(2 ** -20));
      return f.select(f.lt(x, zero), f.constant(NaN), f.select(f.lt(x, f.constant(Infinity)), denormal, x));
    }),
  );
}

/** The root of what is neither negative nor denormal, and h², which is not small for what is. */
function usualRoot<T>(f: SingleArithmetic<T>, x: T): { readonly root: T; readonly miss: T } {
  const y = f.guess(x);
  const square = f.mul(y, y);
  const h = f.sub(f.constant(1), f.mul(f.mul(x, y), square));
  const miss = f.mul(h, h);
  const low = f.add(f.mul(h, f.constant(root1)), f.constant(root0));
  const high = f.add(f.mul(h, f.constant(root3)), f.constant(root2));
  const u = f.mul(square, f.add(f.mul(miss, high), low));
  const c = f.mul(x, u);
  const root = f.add(c, f.mul(f.sub(x, f.mul(f.mul(c, c), c)), f.mul(u, f.constant(1 / 3))));
  return { root, miss };
}

/** The algorithms by name. The objects of operations only name theirs: who reads and prints equations does without them. */
export const inFloat64 = { exp, log, cos, pow } as const;
export const inFloat32 = { cbrt } as const;
