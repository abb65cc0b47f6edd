/**
 * exp, log, cos, pow and cube roots of array elements: ONE algorithm each, written over abstract arithmetic so that JavaScript and
 * WebAssembly run the very same operations in the same order and agree bit for bit. All but cube roots are in float64, with errors under 2 ulp
 * (cos: for |x| ≤ 2²⁰; pow: times |y·log x|), so a float32 result is the correctly rounded one but for rare ties; cube roots are in float32,
 * with errors under 1 ulp of it. Scalars use Math instead.
 */
import type { Algorithm } from '../../language/op.ts';

/** What the algorithms need. Comparisons give masks for `choose`; `power2` takes whole numbers from −1022 to 1023. */
export interface Arithmetic<T> {
  constant(value: number): T;
  add(a: T, b: T): T;
  sub(a: T, b: T): T;
  mul(a: T, b: T): T;
  div(a: T, b: T): T;
  sqrt(a: T): T;
  floor(a: T): T;
  /** The nearest whole number, ties to even. */
  nearest(a: T): T;
  less(a: T, b: T): T;
  equal(a: T, b: T): T;
  choose(mask: T, a: T, b: T): T;
  /** 2ⁿ for a whole n. */
  power2(n: T): T;
  /** The exponent e of a positive normal x = m·2ᵉ with 1 ≤ m < 2. */
  exponent(x: T): T;
  /** That m. */
  mantissa(x: T): T;
}

/** What cube roots need, in float32. */
export interface RootArithmetic<T> extends Pick<Arithmetic<T>, 'constant' | 'add' | 'sub' | 'mul' | 'less' | 'equal' | 'choose'> {
  /** a where the mask is set, else what `otherwise` gives, which is not computed where no element needs it. */
  unless(mask: T, a: T, otherwise: () => T): T;
  /** 1/∛x up to 3.6% for a normal x > 0: its bits are `guessBits` less a third of those of x, the upper 16 times `third` over 2¹⁶. */
  guess(x: T): T;
}

/** The constants of `guess`. */
export const [guessBits, third] = [0x54a1a5ab, 21845];

const ln2High = 6.9314718036912381649e-1;
const ln2Low = 1.90821492927058770002e-10;

/** π/2 in three parts. */
const halfPi = [1.57079632673412561417, 6.0771005063039659766e-11, 2.02226624879595063154e-21];

/** Σ cᵢ·xⁱ by Horner's rule, coefficients from the highest power down. */
function polynomial<T>(f: Arithmetic<T>, x: T, coefficients: readonly number[]): T {
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
export function exp<T>(f: Arithmetic<T>, x: T): T {
  const low = f.choose(f.less(x, f.constant(-750)), f.constant(-750), x);
  const y = f.choose(f.less(f.constant(710), low), f.constant(710), low);
  const n = f.nearest(f.mul(y, f.constant(Math.LOG2E)));
  const r = f.sub(f.sub(y, f.mul(n, f.constant(ln2High))), f.mul(n, f.constant(ln2Low)));
  const half = f.floor(f.mul(n, f.constant(0.5)));
  return f.mul(f.mul(polynomial(f, r, expSeries), f.power2(half)), f.power2(f.sub(n, half)));
}

/** log x = e·ln 2 + 2·atanh((m − 1)/(m + 1)) with m between √½ and √2. */
export function log<T>(f: Arithmetic<T>, x: T): T {
  const zero = f.constant(0);
  const denormal = f.less(x, f.constant(2 ** -1022));
  const scaled = f.choose(denormal, f.mul(x, f.constant(2 ** 54)), x);
  const m = f.mantissa(scaled);
  const e = f.add(f.exponent(scaled), f.choose(denormal, f.constant(-54), zero));
  const large = f.less(f.constant(Math.SQRT2), m);
  const reduced = f.sub(f.choose(large, f.mul(m, f.constant(0.5)), m), f.constant(1));
  const exponent = f.choose(large, f.add(e, f.constant(1)), e);
  const s = f.div(reduced, f.add(reduced, f.constant(2)));
  const series = f.mul(s, polynomial(f, f.mul(s, s), atanhSeries));
  const value = f.add(f.mul(exponent, f.constant(ln2High)), f.add(series, f.mul(exponent, f.constant(ln2Low))));
  const infinite = f.choose(f.equal(x, f.constant(Infinity)), x, value);
  const positive = f.choose(f.less(zero, x), infinite, f.constant(NaN));
  return f.choose(f.equal(x, zero), f.constant(-Infinity), positive);
}

/** cos x. */
export function cos<T>(f: Arithmetic<T>, x: T): T {
  return cosAndSin(f, x)[0];
}

/** cos x and sin x by reduction to the nearest multiple of π/2, which is subtracted in three parts. */
export function cosAndSin<T>(f: Arithmetic<T>, x: T): readonly [cosine: T, sine: T] {
  const n = f.nearest(f.mul(x, f.constant(2 / Math.PI)));
  let r = x;
  for (const part of halfPi) r = f.sub(r, f.mul(n, f.constant(part)));
  const square = f.mul(r, r);
  const cosine = polynomial(f, square, cosSeries);
  const sine = f.mul(r, polynomial(f, square, sinSeries));
  const quadrant = f.sub(n, f.mul(f.constant(4), f.floor(f.mul(n, f.constant(0.25)))));
  const [first, second, third] = [0, 1, 2].map((k) => f.equal(quadrant, f.constant(k))) as [T, T, T];
  const negate = (value: T): T => f.sub(f.constant(0), value);
  const turned = (a: T, b: T): T => f.choose(first, a, f.choose(second, negate(b), f.choose(third, negate(a), b)));
  return [turned(cosine, sine), turned(sine, negate(cosine))];
}

/** xʸ = exp(y·log x) for x ≥ 0, NaN for negative x; whole constant exponents never come here. */
export function pow<T>(f: Arithmetic<T>, x: T, y: T): T {
  const zero = f.constant(0);
  const atZero = f.choose(f.less(y, zero), f.constant(Infinity), zero);
  const value = f.choose(f.equal(x, zero), atZero, exp(f, f.mul(y, log(f, x))));
  return f.choose(f.equal(y, zero), f.constant(1), value);
}

/** (1 − h)^(−2/3) less 0.9e-6 to 15.5e-6 of it, for |h| ≤ 0.1053; h² beyond the limit is no good guess. */
const [root0, root1, root2, root3, rootLimit] = [0.9999848, 0.6666546, 0.5606163, 0.4985515, 0.0121];

/**
 * ∛x for x ≥ 0, NaN for negative x, in float32 and without a division. Where y is near 1/∛x, u = y²·(1 − h)^(−2/3) with
 * h = 1 − x·y³ is near x^(−2/3), and c = x·u near ∛x, but below it, so that its cube is finite; then it is c + (x − c³)·u/3. Errors stay
 * under a unit in the last place.
 */
export function cbrt<T>(f: RootArithmetic<T>, x: T): T {
  const { root, miss } = usualRoot(f, x);
  const zero = f.constant(0);
  return f.unless(f.less(miss, f.constant(rootLimit)), root, () =>
    f.unless(f.equal(x, zero), zero, () => {
      const denormal = f.mul(usualRoot(f, f.mul(x, f.constant(2 ** 60))).root, f.constant(2 ** -20));
      return f.choose(f.less(x, zero), f.constant(NaN), f.choose(f.less(x, f.constant(Infinity)), denormal, x));
    }),
  );
}

/** The root of what is neither negative nor denormal, and h², which is not small for what is. */
function usualRoot<T>(f: RootArithmetic<T>, x: T): { readonly root: T; readonly miss: T } {
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

const bits = new Float64Array(1);
const high = new Int32Array(bits.buffer); // little endian, as WebAssembly is

/** The arithmetic of plain JavaScript numbers. */
export const numbers: Arithmetic<number> = {
  constant: (value) => value,
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  sqrt: Math.sqrt,
  floor: Math.floor,
  nearest: (a) => {
    const down = Math.floor(a);
    const rest = a - down;
    if (rest < 0.5 || (rest === 0.5 && down % 2 === 0)) return down;
    if (down === -1) return -0;
    return rest >= 0.5 ? down + 1 : a;
  },
  less: (a, b) => (a < b ? 1 : 0),
  equal: (a, b) => (a === b ? 1 : 0),
  choose: (mask, a, b) => (mask === 0 ? b : a),
  power2: (n) => {
    high[0] = 0;
    high[1] = (n + 1023) << 20;
    return bits[0]!;
  },
  exponent: (x) => {
    bits[0] = x;
    return ((high[1]! >>> 20) & 0x7ff) - 1023;
  },
  mantissa: (x) => {
    bits[0] = x;
    high[1] = (high[1]! & 0x000fffff) | 0x3ff00000;
    return bits[0];
  },
};

const narrow = new Float32Array(1);
const pattern = new Int32Array(narrow.buffer);

/** The arithmetic of plain numbers that are rounded to float32. */
export const singles: RootArithmetic<number> = {
  ...numbers,
  constant: Math.fround,
  add: (a, b) => Math.fround(a + b),
  sub: (a, b) => Math.fround(a - b),
  mul: (a, b) => Math.fround(a * b),
  unless: (mask, a, otherwise) => (mask === 0 ? otherwise() : a),
  guess: (x) => {
    narrow[0] = x;
    pattern[0] = guessBits - (pattern[0]! >> 16) * third;
    return narrow[0];
  },
};

/** Every algorithm on plain numbers. */
export const algorithms: Readonly<Record<Algorithm, (a: number, b: number) => number>> = {
  exp: (a) => exp(numbers, a),
  log: (a) => log(numbers, a),
  cos: (a) => cos(numbers, a),
  pow: (a, b) => pow(numbers, a, b),
  cbrt: (a) => cbrt(singles, a),
};
