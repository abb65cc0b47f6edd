/**
 * Arrays of plain numbers: the naive evaluation of programs, which every backend must equal bit for bit. Scalars are float64 arrays of one element;
 * elements are rounded to the arrays' type after each operation.
 */
import { elements } from '../../language/operations/elements.ts';
import { blockOf, chunk, foldOf, isNormal, type DType, type Fold } from '../../plan/dtype.ts';
import { onElements } from '../loops/js/arithmetic.ts';
import { multiply } from '../loops/routines/matmul.ts';
import type { Matrix } from '../loops/routines/routine.ts';
import { routineTable } from '../loops/routines/table.ts';
import type { ArrayAlgebra } from './algebra.ts';

/** An array, or a number as an array of one. */
type Numbers = readonly number[];

/** Arrays of this type. */
export function numbersOf(dtype: DType): ArrayAlgebra<Numbers> {
  const round = dtype === 'float32' ? Math.fround : (x: number): number => x;
  const data = (values: Iterable<number>): Matrix['data'] => (dtype === 'float32' ? Float32Array.from(values) : Float64Array.from(values));
  /** Element `i` of an operand: a number is rounded where it meets an array. */
  const element = (operand: Numbers | undefined, isArray: boolean | undefined, i: number): number =>
    operand === undefined ? 0 : isArray === true ? operand[i]! : round(operand[0]!);
  return {
    constant: (value) => [value],
    scalar: (op, operands) => {
      const [[a = 0] = [], [b = 0] = [], [c = 0] = []] = operands;
      return [elements[op].value(a, b, c)];
    },
    normal: ([x = 0]) => [Number(isNormal(x, dtype))],
    compow: ([b = 0], [t = 0]) => [b > 0 ? -Math.expm1(t * Math.log(b)) : 1 - b ** t],
    elements: (op, [a, b, c], isArray) => {
      const apply = onElements(op);
      const whole = [a, b, c].find((_, k) => isArray[k]) ?? [];
      return whole.map((_, i) => round(apply(element(a, isArray[0], i), element(b, isArray[1], i), element(c, isArray[2], i))));
    },
    sum: (op, [a, b], isArray, count) => {
      let total = 0;
      for (let from = 0; from < count; from += chunk) {
        const lane = new Float64Array(blockOf[dtype]);
        for (let k = 0; k < Math.min(chunk, count - from); k++) {
          const x = element(a, isArray[0], from + k);
          lane[k % lane.length]! += op === 'dot' ? x * element(b, isArray[1], from + k) : x;
        }
        total += folded(lane, foldOf[dtype]);
      }
      return [total];
    },
    routine: (op, operands, numbers, { rows, cols }, { name }) => {
      const result: Matrix = { data: data(new Array<number>(rows * cols).fill(0)), rows, cols };
      const given = operands.map((one): Matrix => ({ data: data(one.value), rows: one.rows, cols: one.cols }));
      routineTable[op]({ tensor: name, operands: given, scalars: numbers.map(([x = NaN]) => x), result, multiply });
      return [...result.data];
    },
    fill: ([x = NaN], { rows, cols }) => new Array<number>(rows * cols).fill(round(x)),
  };
}

/** The lanes of a sum added up in this order. */
export function folded(lane: Float64Array, fold: Fold): number {
  return typeof fold === 'number' ? lane[fold]! : folded(lane, fold[0]) + folded(lane, fold[1]);
}
