/**
 * Abstract arithmetic: elementwise operations are written over it, so that every target computes them in the same way. A target with loops implements it
 * once: on numbers, on WebAssembly vectors, or as source code. Its methods are the operations that every target has natively; conditions are whatever
 * `select` takes. Knows no target.
 */

/** The operations that every target has, on values of the arrays' own type. */
export interface Arithmetic<T> {
  constant(value: number): T;
  neg(a: T): T;
  abs(a: T): T;
  sign(a: T): T;
  sqrt(a: T): T;
  floor(a: T): T;
  add(a: T, b: T): T;
  sub(a: T, b: T): T;
  mul(a: T, b: T): T;
  div(a: T, b: T): T;
  min(a: T, b: T): T;
  max(a: T, b: T): T;
  lt(a: T, b: T): T;
  le(a: T, b: T): T;
  eq(a: T, b: T): T;
  ne(a: T, b: T): T;
  select(condition: T, a: T, b: T): T;
}

/** What algorithms in float64 need besides. `power2` takes whole numbers from −1022 to 1023. */
export interface DoubleArithmetic<T> extends Arithmetic<T> {
  /** The nearest whole number, ties to even. */
  nearest(a: T): T;
  /** 2ⁿ for a whole n. */
  power2(n: T): T;
  /** The exponent e of a positive normal x = m·2ᵉ with 1 ≤ m < 2. */
  exponent(x: T): T;
  /** That m. */
  mantissa(x: T): T;
}

/** What algorithms in float32 need besides. */
export interface SingleArithmetic<T> extends Arithmetic<T> {
  /** a where the condition holds, else what `otherwise` gives, which is not computed where no element needs it. */
  unless(condition: T, a: T, otherwise: () => T): T;
  /** 1/∛x up to 3.6% for a normal x > 0: its bits are `guessBits` less a third of those of x, the upper 16 times `third` over 2¹⁶. */
  guess(x: T): T;
}

/** What most arithmetics say of each operation on its own. */
type Special = 'constant' | 'sign' | 'select';

/** An arithmetic of which all operations but a few are made alike, from their names. */
export function arithmetic<T>(
  special: Pick<Arithmetic<T>, Special>,
  make: (op: Exclude<keyof Arithmetic<T>, Special>) => (...operands: readonly T[]) => T,
): Arithmetic<T> {
  return {
    ...special,
    neg: make('neg'),
    abs: make('abs'),
    sqrt: make('sqrt'),
    floor: make('floor'),
    add: make('add'),
    sub: make('sub'),
    mul: make('mul'),
    div: make('div'),
    min: make('min'),
    max: make('max'),
    lt: make('lt'),
    le: make('le'),
    eq: make('eq'),
    ne: make('ne'),
  };
}

/** The constants of `guess`. */
export const guessBits = 0x54a1a5ab;
/** 2¹⁶ / 3. */
export const third = 21845;
