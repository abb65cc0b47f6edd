/**
 * eˣ, log x and cos x of scalars from + · / and comparisons: for frameworks that have float64, but whose float64 functions have only float32 precision.
 * Written over abstract arithmetic; knows no framework.
 */

/** What these functions need. Numbers stand for themselves. */
export interface Doubles<T> {
  add(a: T | number, b: T | number): T;
  mul(a: T | number, b: T | number): T;
  div(a: T | number, b: T | number): T;
  floor(a: T): T;
  clip(a: T, low: number, high: number): T;
  /** a < b ? then : otherwise. */
  less(a: T, b: number, then: T | number, otherwise: T | number): T;
  /** log a, as good as the framework has it. */
  roughLog(a: T): T;
}

/** Halvings before the series, and terms of it: eʸ − 1 for y < 0.7 to the last digit. */
const halvings = 10;
const terms = 16;

/** eˣ − 1 from x = −40, below which it is −1, to 709, by e²ʸ − 1 = u·(u + 2) with u = eʸ − 1, which loses no digits. */
function expm1<T>(f: Doubles<T>, x: T): T {
  const y = f.mul(f.clip(x, -40, 709), 2 ** -halvings);
  let series = f.add(f.mul(y, 1 / terms), 1);
  for (let n = terms - 1; n > 1; n--) series = f.add(f.mul(f.mul(y, series), 1 / n), 1);
  let u = f.mul(y, series);
  for (let i = 0; i < halvings; i++) u = f.mul(u, f.add(u, 2));
  return u;
}

/** 1 − eˣ, for the bias corrections 1 − βᵗ = −expm1(t·log β). */
export function minusExpm1<T>(f: Doubles<T>, x: T): T {
  return f.mul(expm1(f, x), -1);
}

/** eˣ. */
export function exponential<T>(f: Doubles<T>, x: T): T {
  const grown = f.add(expm1(f, f.less(x, 0, f.mul(x, -1), x)), 1);
  return f.less(x, 0, f.div(1, grown), grown);
}

/** log x, by two steps of Halley's method on eʸ; −80 below 10⁻³⁵. */
export function logarithm<T>(f: Doubles<T>, x: T): T {
  // Of small numbers that of the reciprocal; near 1 nothing is divided, so that no digit of x − 1 is lost.
  const above = f.less(x, 0.5, f.div(1, f.less(x, 1e-35, 1, x)), x);
  let y = f.roughLog(above);
  for (let i = 0; i < 2; i++) {
    const u = expm1(f, y);
    const [more, both] = [f.add(f.add(above, -1), f.mul(u, -1)), f.add(f.add(above, 1), u)];
    y = f.add(y, f.mul(f.div(more, both), 2));
  }
  return f.less(x, 1e-35, -80, f.less(x, 0.5, f.mul(y, -1), y));
}

/** cos x, from 1 − cos y of a sixteenth of the angle by 1 − cos 2y = 2h·(2 − h). */
export function cosine<T>(f: Doubles<T>, x: T): T {
  const turns = f.floor(f.add(f.mul(x, 1 / (2 * Math.PI)), 0.5));
  const y = f.mul(f.add(x, f.mul(turns, -2 * Math.PI)), 1 / 16);
  const square = f.mul(y, y);
  let series = f.add(f.mul(square, -1 / (14 * 13)), 1);
  for (let n = 12; n > 2; n -= 2) series = f.add(f.mul(f.mul(square, series), -1 / (n * (n - 1))), 1);
  let h = f.mul(f.mul(square, series), 0.5);
  for (let i = 0; i < 4; i++) h = f.mul(f.mul(h, 2), f.add(f.mul(h, -1), 2));
  return f.add(f.mul(h, -1), 1);
}
