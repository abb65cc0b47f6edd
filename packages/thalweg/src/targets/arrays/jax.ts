/**
 * jax-js arrays as an algebra: every value is a number known while the step is traced, or an array. Scalars of the step are arrays without dimensions, in
 * float64 if the device has it; they become float32 where they meet arrays. jax-js's operations consume their arguments, so each gets a `ref` of a value,
 * and the pool disposes of all arrays when the step has been traced.
 */
import { DType as Type, lax, numpy as np, type Array as JaxArray, type Device } from '@jax-js/jax';
import { elements, type BinaryOp, type ElementOp, type UnaryOp } from '../../language/operations/elements.ts';
import type { RoutineOp } from '../../language/operations/routines.ts';
import type { ReduceOp } from '../../language/operations/sums.ts';
import { matrixOf } from '../../language/form.ts';
import type { ArrayAlgebra, Size, Sized, Tensor } from './algebra.ts';
import { cosine, exponential, logarithm, minusExpm1, type Doubles } from './functions.ts';
import { shapeOf } from './shape.ts';

/** A number that is known, or an array. */
export type JaxValue = number | JaxArray;

/** The types that numbers of a step may have: the wider one where the device has it. */
export type ScalarType = Type.Float32 | Type.Float64;

/** Everything that a trace has made or was given, to be disposed of when it ends. */
export class Pool {
  private readonly arrays: JaxArray[] = [];

  /** Takes an array over. */
  own(array: JaxArray): JaxArray {
    this.arrays.push(array);
    return array;
  }

  /** Disposes of all. */
  release(): void {
    for (const array of this.arrays.splice(0)) array.dispose();
  }
}

/** The algebra of one trace. */
export class JaxAlgebra implements ArrayAlgebra<JaxValue> {
  private readonly pool: Pool;
  private readonly type: ScalarType;
  /** Whether the device's own functions of numbers are as exact as their type: not in float64 on wasm, where they are those of float32. */
  private readonly trusted: boolean;
  /** Where the numbers stand that arrays meet: in a list that one kernel computes, and at which place of it. */
  private readonly entered = new Map<JaxArray, { readonly list: JaxArray; readonly place: number }>();
  private readonly doubles: Doubles<JaxArray>;

  constructor(pool: Pool, type: ScalarType, device: Device) {
    this.pool = pool;
    this.type = type;
    this.trusted = type === Type.Float32 || device === 'cpu';
    const made =
      (op: (a: Lent, b: Lent) => JaxArray) =>
      (a: JaxArray | number, b: JaxArray | number): JaxArray =>
        pool.own(op(this.lent(a), this.lent(b)));
    this.doubles = {
      add: made(np.add),
      mul: made(np.multiply),
      div: made(np.trueDivide),
      floor: (a) => pool.own(np.floor(a.ref)),
      clip: (a, low, high) => pool.own(np.clip(a.ref, this.lent(low), this.lent(high))),
      less: (a, b, then, otherwise) => pool.own(np.where(np.less(a.ref, this.lent(b)), this.lent(then), this.lent(otherwise))),
      roughLog: (a) => pool.own(np.log(a.ref)),
    };
  }

  constant(value: number): JaxValue {
    return value;
  }

  scalar(op: ElementOp, operands: readonly JaxValue[]): JaxValue {
    const known = numbersOf(operands);
    if (known !== undefined) {
      const [a = 0, b = 0, c = 0] = known;
      return elements[op].value(a, b, c);
    }
    const [a = 0, b = 0, c = 0] = operands;
    if (op === 'select' && typeof a === 'number') return a === 0 ? c : b;
    if (!this.trusted) {
      if (op === 'exp') return exponential(this.doubles, this.wide(a));
      if (op === 'log') return logarithm(this.doubles, this.wide(a));
    }
    // Everywhere: WGSL lets a GPU's own be off by 2⁻¹¹, and a rate that falls to 0 would be negative.
    if (op === 'cos') return cosine(this.doubles, this.wide(a));
    if (op === 'log' && this.type === Type.Float32) return this.logarithm(this.wide(a));
    if (op === 'pow') return this.power(a, b);
    return this.apply(op, operands, (x) => this.lent(x));
  }

  normal(): JaxValue {
    throw new RangeError('normal is of exact plans alone');
  }

  compow(b: JaxValue, t: JaxValue): JaxValue {
    if (typeof b === 'number' && typeof t === 'number') return b > 0 ? -Math.expm1(t * Math.log(b)) : 1 - b ** t;
    if (b === 0) return 1;
    const x = this.scalar('mul', [this.scalar('log', [b]), t]);
    const exponent = this.wide(x);
    if (!this.trusted) return minusExpm1(this.doubles, exponent);
    // The framework's own is made of a series near 0, and of eˣ − 1 elsewhere, which is as good in float32.
    if (this.type === Type.Float32) return this.scalar('neg', [this.pool.own(np.expm1(exponent.ref))]);
    return this.shortMinusExpm1(exponent);
  }

  elements(op: ElementOp, operands: readonly JaxValue[], isArray: readonly boolean[]): JaxValue {
    const met = operands.map((operand, i) => (isArray[i] === true ? operand : this.narrow(operand)));
    const [a = 0, b = 0, c = 0] = met;
    if (op === 'select') {
      // A condition that came from the kernel of numbers is 1 or 0.
      const condition = typeof a === 'number' ? a !== 0 : a.dtype === Type.Bool ? a.ref : np.notEqual(a.ref, 0);
      return this.pool.own(np.where(condition, lent(b), lent(c)));
    }
    if (op === 'pow' && b === 1 / 3 && typeof a !== 'number') return this.cubeRoot(a);
    return this.apply(op, met, lent);
  }

  sum(op: ReduceOp, operands: readonly JaxValue[], isArray: readonly boolean[], count: number): JaxValue {
    if (count === 0) return 0;
    const [a = 0, b = 1] = operands.map((operand, i) => (isArray[i] === true ? operand : this.narrow(operand)));
    const terms = op === 'dot' ? np.multiply(lent(a), lent(b)) : lent(a);
    if (typeof terms === 'number') return terms * count;
    // Along the rows first, so that no sum in float32 has more terms than it must.
    const { rows, cols } = matrixOf(terms.shape);
    const sums = terms.ndim > 1 && cols > 1 ? np.sum(terms.reshape([rows, cols]), 1) : terms;
    return this.pool.own(np.sum(terms.ndim > 1 && cols > 1 ? sums.astype(this.type) : sums).astype(this.type));
  }

  routine(op: RoutineOp, operands: readonly Sized<JaxValue>[], numbers: readonly JaxValue[], result: Size, tensor: Tensor): JaxValue {
    const { pool } = this;
    const matrix = ({ value, rows, cols }: Sized<JaxValue>): JaxArray => np.reshape(lent(this.narrow(value)), [rows, cols]);
    const [a, b] = operands as readonly [Sized<JaxValue>, Sized<JaxValue>?];
    const made = (): JaxArray => {
      switch (op) {
        case 'matmul':
          return np.matmul(matrix(a), matrix(b ?? a));
        case 'transpose':
          return np.transpose(matrix(a));
        case 'rowSum':
          return np.sum(matrix(a), 1, { keepdims: true });
        case 'colSum':
          return np.sum(matrix(a), 0, { keepdims: true });
        case 'rowMax':
          return np.max(matrix(a), 1, { keepdims: true });
        case 'colMax':
          return np.max(matrix(a), 0, { keepdims: true });
        case 'spread':
          return np.broadcastTo(matrix(a), [result.rows, result.cols]);
        case 'newtonSchulz':
          return this.newtonSchulz(pool.own(matrix(a)), numbers);
        case 'inverseRoot':
          return this.inverseRoot(matrix(a), numbers);
        default:
          throw new RangeError(`${op} is no operation of jax-js`);
      }
    };
    return pool.own(made().reshape([...shapeOf(result, tensor)]));
  }

  fill(x: JaxValue, size: Size, tensor: Tensor): JaxValue {
    return this.pool.own(np.broadcastTo(lent(this.narrow(x)), [...shapeOf(size, tensor)]));
  }

  /** A number of the step as an array without dimensions, of the type that numbers have. */
  wide(x: JaxValue): JaxArray {
    return typeof x === 'number' ? this.pool.own(np.array(x, { dtype: this.type })) : x;
  }

  /**
   * Computes numbers of the step in one kernel, as arrays will meet them. Without it jax-js would compute them again for each element, or in a kernel for
   * each number.
   */
  enter(numbers: Iterable<JaxValue>): void {
    const all = [...new Set(numbers)].filter((x) => typeof x !== 'number');
    if (all.length === 0) return;
    const place = this.pool.own(np.arange(all.length));
    const packed = all.reduceRight<JaxArray | undefined>((rest, x, i) => {
      const one = x.dtype === Type.Bool ? np.where(x.ref, 1, 0) : x.ref;
      const value = one.astype(Type.Float32);
      return rest === undefined ? value : np.where(np.equal(place.ref, i), value, rest);
    }, undefined);
    if (packed === undefined) return;
    // A sum over one term ends a kernel.
    const list = this.pool.own(np.sum(np.broadcastTo(packed, [all.length]).reshape([all.length, 1]), 1));
    all.forEach((x, place) => this.entered.set(x, { list, place }));
  }

  /** A number as arrays meet it, in float32. */
  private narrow(x: JaxValue): JaxValue {
    if (typeof x === 'number' || x.ndim > 0) return x;
    if (!this.entered.has(x)) this.enter([x]);
    const there = this.entered.get(x);
    // Taken out anew for each use: what several kernels use, jax-js computes in a kernel of its own.
    return there === undefined ? x : this.pool.own(there.list.ref.slice(there.place));
  }

  private lent(x: JaxValue): JaxArray {
    return typeof x === 'number' ? np.array(x, { dtype: this.type }) : x.ref;
  }

  /** One of the operations that jax-js has; `lend` gives it what it consumes. */
  private apply(op: ElementOp, operands: readonly JaxValue[], lend: (x: JaxValue) => Lent): JaxArray {
    const [a = 0, b = 0, c = 0] = operands.map((x) => lend(x));
    return this.pool.own(op === 'select' ? np.where(a, b, c) : isUnary(op) ? unary[op](a) : binary[op](a, b));
  }

  /** The logarithm where there is no float64: near 1 the framework's own loses the digits that a bias correction is made of. */
  private logarithm(x: JaxArray): JaxArray {
    const { pool } = this;
    const above = pool.own(np.subtract(x.ref, 1));
    const near = pool.own(np.less(np.abs(above.ref), 0.2));
    return pool.own(np.where(near.ref, np.log1p(above.ref), np.log(x.ref)));
  }

  /**
   * 1 − eˣ for x ≤ 0 as (1 − u)·x / log u with u = eˣ as it is rounded, whose error so cancels (Kahan), or −x where that is 1. In a few operations, since on cpu
   * jax-js takes each kernel apart anew whenever it runs.
   */
  private shortMinusExpm1(x: JaxArray): JaxArray {
    const { pool } = this;
    // Below, u is nothing beside 1, and soon its logarithm is not finite.
    const at = pool.own(np.maximum(x.ref, -40));
    const u = pool.own(np.exp(at.ref));
    const ratio = np.trueDivide(at.ref, np.log(u.ref));
    return pool.own(np.where(np.equal(u.ref, 1), np.negative(at.ref), np.multiply(np.subtract(1, u.ref), ratio)));
  }

  private power(a: JaxValue, b: JaxValue): JaxValue {
    if (b === 0) return 1;
    if (this.trusted || (typeof a === 'number' && a <= 0)) return this.apply('pow', [a, b], (x) => this.lent(x));
    const base = this.wide(a);
    const { doubles: f } = this;
    return f.less(base, Number.MIN_VALUE, 0, exponential(f, f.mul(logarithm(f, base), this.wide(b))));
  }

  /** x^(1/3) by one step of Halley's method, since the framework's own has four digits less than float32. */
  private cubeRoot(x: JaxArray): JaxArray {
    const { pool } = this;
    const y = pool.own(np.power(x.ref, 1 / 3));
    const cube = pool.own(np.multiply(np.multiply(y.ref, y.ref), y.ref));
    const ratio = np.trueDivide(np.add(cube.ref, np.multiply(x.ref, 2)), np.add(np.multiply(cube.ref, 2), x.ref));
    return pool.own(np.where(np.equal(x.ref, 0), 0, np.multiply(y.ref, ratio)));
  }

  /** The iteration of Muon; as many steps as are known while it is traced. */
  private newtonSchulz(g: JaxArray, numbers: readonly JaxValue[]): JaxArray {
    const { pool } = this;
    const [a = 0, b = 0, c = 0, steps = 0, eps = 0] = numbers.map((x) => this.narrow(x));
    const [rows = 0, cols = 0] = g.shape;
    const tall = rows > cols;
    const wide = tall ? pool.own(np.transpose(g.ref)) : g;
    const norm = np.maximum(np.sqrt(np.sum(np.sum(np.multiply(wide.ref, wide.ref), 1))), lent(eps));
    let x = pool.own(np.trueDivide(wide.ref, norm));
    for (let step = 0; step < Number(steps); step++) {
      const gram = pool.own(np.matmul(x.ref, np.transpose(x.ref)));
      const mixed = np.add(np.multiply(gram.ref, lent(b)), np.multiply(np.matmul(gram.ref, gram.ref), lent(c)));
      x = pool.own(np.add(np.multiply(x.ref, lent(a)), np.matmul(mixed, x.ref)));
    }
    return tall ? np.transpose(x.ref) : x.ref;
  }

  /** (A + ε·I)^(−1/p) from eigenvectors, which are taken in float64 where the device has it. */
  private inverseRoot(matrix: JaxArray, [p = 1, eps = 0]: readonly JaxValue[]): JaxArray {
    const { pool, type } = this;
    const [vectors, values] = lax.linalg.eigh(matrix.astype(type));
    pool.own(vectors);
    const raised = pool.own(np.add(np.maximum(pool.own(values).ref, 0), this.lent(eps)));
    const roots = this.wide(this.power(raised, this.scalar('div', [-1, p])));
    return np.matmul(np.multiply(vectors.ref, roots.ref), np.transpose(vectors.ref)).astype(Type.Float32);
  }
}

/** What an operation of jax-js consumes. */
type Lent = JaxArray | number;

const lent = (x: JaxValue): Lent => (typeof x === 'number' ? x : x.ref);

/** The operands, where all are known. */
function numbersOf(operands: readonly JaxValue[]): readonly number[] | undefined {
  return operands.every((x) => typeof x === 'number') ? operands : undefined;
}

const unary: Readonly<Record<UnaryOp, (a: Lent) => JaxArray>> = {
  neg: np.negative,
  abs: np.abs,
  sign: np.sign,
  sqrt: np.sqrt,
  cbrt: np.cbrt,
  exp: np.exp,
  log: np.log,
  cos: np.cos,
  floor: np.floor,
};

const isUnary = (op: UnaryOp | BinaryOp): op is UnaryOp => op in unary;

const binary: Readonly<Record<BinaryOp, (a: Lent, b: Lent) => JaxArray>> = {
  add: np.add,
  sub: np.subtract,
  mul: np.multiply,
  div: np.trueDivide,
  pow: np.power,
  min: np.minimum,
  max: np.maximum,
  lt: np.less,
  le: np.lessEqual,
  eq: np.equal,
  ne: np.notEqual,
};
