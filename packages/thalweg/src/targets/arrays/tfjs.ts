/**
 * TF.js arrays as an algebra: every value is a number, computed in float64, or a tensor. Numbers that depend on sums are tensors without dimensions, so
 * that nothing has to be read back from a GPU. Makes tensors and disposes of none: call it inside `tidy`.
 */
import * as tf from '@tensorflow/tfjs-core';
import { elements, type BinaryOp, type ElementOp, type UnaryOp } from '../../language/operations/elements.ts';
import type { RoutineOp } from '../../language/operations/routines.ts';
import type { ArrayAlgebra, Size, Sized } from './algebra.ts';
import { shapeOf } from './shape.ts';

/** A number, or a tensor. */
export type TfValue = number | tf.Tensor;

/** The routines that TF.js has no operations for. */
export const missing: ReadonlySet<RoutineOp> = new Set<RoutineOp>(['noise', 'inverseRoot', 'eigenvectors', 'orthonormal']);

const unary: Readonly<Record<UnaryOp, (a: TfValue) => tf.Tensor>> = {
  neg: tf.neg,
  abs: tf.abs,
  // On wasm its own is 0 below 1e-6.
  sign: (x) => (tf.getBackend() === 'wasm' ? tf.where(tf.greater(x, 0), 1, tf.where(tf.less(x, 0), -1, x)) : tf.sign(x)),
  sqrt: tf.sqrt,
  cbrt: (a) => tf.pow(a, 1 / 3),
  exp: tf.exp,
  log: tf.log,
  cos: tf.cos,
  floor: tf.floor,
};

const binary: Readonly<Record<BinaryOp, (a: TfValue, b: TfValue) => tf.Tensor>> = {
  add: tf.add,
  sub: tf.sub,
  mul: tf.mul,
  div: tf.div,
  pow: tf.pow,
  min: tf.minimum,
  max: tf.maximum,
  lt: tf.less,
  le: tf.lessEqual,
  eq: tf.equal,
  ne: tf.notEqual,
};

const isUnary = (op: UnaryOp | BinaryOp): op is UnaryOp => op in unary;

/** The algebra of tensors. */
export const tensors: ArrayAlgebra<TfValue> = {
  constant: (value) => value,
  scalar: (op, operands) => {
    if (operands.every((x) => typeof x === 'number')) {
      const [a = 0, b = 0, c = 0] = operands;
      return elements[op].value(a, b, c);
    }
    return apply(op, operands);
  },
  normal: () => {
    throw new RangeError('normal is of exact plans alone');
  },
  compow: (b, t) => {
    if (typeof b === 'number' && typeof t === 'number') return b > 0 ? -Math.expm1(t * Math.log(b)) : 1 - b ** t;
    return tf.neg(tf.expm1(tf.mul(t, tf.log(b))));
  },
  elements: (op, operands, isArray) => {
    const value = apply(op, operands);
    const like = operands.find((x, i): x is tf.Tensor => isArray[i] === true && typeof x !== 'number');
    return like === undefined ? value : spread(value, like.shape);
  },
  sum: (op, [a = 0, b = 1], _, count) => {
    const terms = op === 'dot' ? apply('mul', [a, b]) : a;
    if (typeof terms === 'number') return terms * count;
    // TF.js has no operation on arrays without elements but those element by element.
    if (count === 0) return 0;
    return terms.size === 1 && count !== 1 ? tf.mul(terms, count) : tf.sum(terms);
  },
  routine: (op, operands, numbers, result, tensor) => {
    const shape = [...shapeOf(result, tensor)];
    return tensor.shape.includes(0) ? tf.zeros(shape) : tf.reshape(routine(op, operands, numbers, result), shape);
  },
  fill: (x, size, tensor) => spread(x, [...shapeOf(size, tensor)]),
};

/** One operation. A condition that is a number takes its branch. */
function apply(op: ElementOp, operands: readonly TfValue[]): TfValue {
  const [a = 0, b = 0, c = 0] = operands;
  if (op === 'select') {
    if (typeof a === 'number') return a === 0 ? c : b;
    return tf.where(a.dtype === 'bool' ? a : tf.notEqual(a, 0), b, c);
  }
  if (operands.every((x) => typeof x === 'number')) return elements[op].value(Number(a), Number(b), Number(c));
  return isUnary(op) ? unary[op](a) : binary[op](a, b);
}

/** A value as an array of this shape. */
function spread(x: TfValue, shape: number[]): tf.Tensor {
  if (typeof x === 'number') return tf.fill(shape, x, 'float32');
  if (shape.includes(0)) return tf.zeros(shape);
  return x.shape.join() === shape.join() ? x : tf.broadcastTo(x, shape);
}

function routine(op: RoutineOp, [a, b]: readonly Sized<TfValue>[], numbers: readonly TfValue[], result: Size): tf.Tensor {
  const matrix = (one = a): tf.Tensor2D => {
    if (one === undefined) throw new RangeError(`${op} has no operand`);
    const shape: [number, number] = [one.rows, one.cols];
    return tf.reshape(spread(one.value, typeof one.value === 'number' ? shape : one.value.shape), shape);
  };
  switch (op) {
    case 'matmul':
      return tf.matMul(matrix(), matrix(b));
    case 'transpose':
      return tf.transpose(matrix());
    case 'rowSum':
      return tf.sum(matrix(), 1, true);
    case 'colSum':
      return tf.sum(matrix(), 0, true);
    case 'rowMax':
      return tf.max(matrix(), 1, true);
    case 'colMax':
      return tf.max(matrix(), 0, true);
    case 'spread':
      return tf.broadcastTo(matrix(), [result.rows, result.cols]);
    case 'newtonSchulz':
      return newtonSchulz(matrix(), numbers);
    default:
      throw new RangeError(`${op} is no operation of TF.js`);
  }
}

/** More steps of an iteration than anyone takes: a number that went astray must not keep a step from ending. */
const mostSteps = 1000;

/** The iteration of Muon, on whichever of the matrix and its transpose has fewer rows. */
function newtonSchulz(given: tf.Tensor2D, [a = 0, b = 0, c = 0, steps = 0, eps = 0]: readonly TfValue[]): tf.Tensor2D {
  const [rows, cols] = given.shape;
  const g = rows > cols ? tf.transpose(given) : given;
  let x: tf.Tensor2D = tf.div(g, tf.maximum(tf.sqrt(tf.sum(tf.square(g))), eps));
  for (let step = 0; step < Math.min(Number(steps), mostSteps); step++) {
    const gram: tf.Tensor2D = tf.matMul(x, x, false, true);
    const mixed: tf.Tensor2D = tf.add(tf.mul(gram, b), tf.mul(tf.matMul(gram, gram), c));
    x = tf.add(tf.mul(x, a), tf.matMul(mixed, x));
  }
  return rows > cols ? tf.transpose(x) : x;
}
