/**
 * Arrays in plain JavaScript, recorded: each operation gets an array for its result and an entry on a tape, and running the tape recomputes all of them, in
 * order, from the current contents of the arrays. So the graph is walked once and run often, and nothing is allocated while it runs. Bit-identical to the
 * backends `fround` and `reference`.
 */
import { elements, type ElementOp } from '../../language/operations/elements.ts';
import type { RoutineOp } from '../../language/operations/routines.ts';
import type { ReduceOp } from '../../language/operations/sums.ts';
import { blockOf, chunk, foldOf, isNormal, type DType } from '../../plan/dtype.ts';
import { onElements } from '../loops/js/arithmetic.ts';
import { multiply } from '../loops/routines/matmul.ts';
import type { Matrix, Routine } from '../loops/routines/routine.ts';
import { shortRoutines } from '../loops/routines/short.ts';
import type { ArrayAlgebra, Size, Sized, Tensor } from './algebra.ts';
import { folded } from './numbers.ts';

/** Where a value lies: an array of the tape's type, or a number as an array of one in float64. */
export type Place = Float32Array | Float64Array;

/** An array, all zero. */
export function zeros(dtype: DType, length: number): Place {
  return dtype === 'float32' ? new Float32Array(length) : new Float64Array(length);
}

/** What an operation reads: element i lies at `step`·i. */
interface Operand {
  readonly at: Place;
  readonly step: 0 | 1;
}

const none: Operand = { at: new Float64Array(1), step: 0 };

/** What computes a routine; a RangeError for one that a tape has not. */
function computes(op: RoutineOp): Routine {
  if (op in shortRoutines) return shortRoutines[op as keyof typeof shortRoutines];
  throw new RangeError(`${op} is no operation of a tape`);
}

/** Records operations on arrays of one type. */
export class Tape implements ArrayAlgebra<Place> {
  private readonly dtype: DType;
  private readonly steps: (() => void)[] = [];

  constructor(dtype: DType) {
    this.dtype = dtype;
  }

  /** Computes everything that was recorded. */
  run(): void {
    for (const step of this.steps) step();
  }

  constant(value: number): Place {
    return Float64Array.of(value);
  }

  scalar(op: ElementOp, [a = none.at, b = none.at, c = none.at]: readonly Place[]): Place {
    const { value } = elements[op];
    return this.number(() => value(a[0]!, b[0]!, c[0]!));
  }

  normal(x: Place, dtype: DType): Place {
    return this.number(() => Number(isNormal(x[0]!, dtype)));
  }

  compow(b: Place, t: Place): Place {
    return this.number(() => (b[0]! > 0 ? -Math.expm1(t[0]! * Math.log(b[0]!)) : 1 - b[0]! ** t[0]!));
  }

  elements(op: ElementOp, operands: readonly Place[], isArray: readonly boolean[]): Place {
    const apply = onElements(op);
    const [a = none, b = none, c = none] = operands.map((operand, i) => this.operand(operand, isArray[i]));
    const { length } = [a, b, c].find(({ step }) => step === 1)!.at;
    const [x, y, z, i, j, k] = [a.at, b.at, c.at, a.step, b.step, c.step];
    return this.array(length, (out) => {
      // What nearly all of a step consists of needs no call for each element.
      if (op === 'mul') for (let n = 0; n < length; n++) out[n] = x[i * n]! * y[j * n]!;
      else if (op === 'add') for (let n = 0; n < length; n++) out[n] = x[i * n]! + y[j * n]!;
      else if (op === 'sub') for (let n = 0; n < length; n++) out[n] = x[i * n]! - y[j * n]!;
      else if (op === 'div') for (let n = 0; n < length; n++) out[n] = x[i * n]! / y[j * n]!;
      else for (let n = 0; n < length; n++) out[n] = apply(x[i * n]!, y[j * n]!, z[k * n]!);
    });
  }

  sum(op: ReduceOp, operands: readonly Place[], isArray: readonly boolean[], count: number): Place {
    const [a = none, b = none] = operands.map((operand, i) => this.operand(operand, isArray[i]));
    const lane = new Float64Array(blockOf[this.dtype]);
    return this.number(() => {
      let total = 0;
      for (let from = 0; from < count; from += chunk) {
        lane.fill(0);
        for (let k = 0; k < Math.min(chunk, count - from); k++) {
          const x = a.at[a.step * (from + k)]!;
          lane[k % lane.length]! += op === 'dot' ? x * b.at[b.step * (from + k)]! : x;
        }
        total += folded(lane, foldOf[this.dtype]);
      }
      return total;
    });
  }

  routine(op: RoutineOp, given: readonly Sized<Place>[], numbers: readonly Place[], { rows, cols }: Size, { name }: Tensor): Place {
    const compute = computes(op);
    const operands = given.map(({ value: data, rows: height, cols: width }): Matrix => ({ data, rows: height, cols: width }));
    return this.array(rows * cols, (data) => {
      compute({ tensor: name, operands, scalars: numbers.map((x) => x[0]!), result: { data, rows, cols }, multiply });
    });
  }

  fill(x: Place, { rows, cols }: Size): Place {
    return this.array(rows * cols, (out) => out.fill(x[0]!));
  }

  /** The value that lies somewhere when the tape runs, apart from what is written there afterwards. */
  copy(x: Place): Place {
    const out = x.slice();
    this.assign(out, x);
    return out;
  }

  /** Writes a value somewhere. */
  assign(into: Place, value: Place): void {
    this.steps.push(() => {
      into.set(value);
    });
  }

  private number(compute: () => number): Place {
    const out = new Float64Array(1);
    this.steps.push(() => {
      out[0] = compute();
    });
    return out;
  }

  private array(length: number, compute: (out: Place) => void): Place {
    const out = zeros(this.dtype, length);
    this.steps.push(() => {
      compute(out);
    });
    return out;
  }

  /** A value as arrays meet it: a number is rounded to their type. */
  private operand(x: Place, isArray: boolean | undefined): Operand {
    if (isArray === true) return { at: x, step: 1 };
    const at = zeros(this.dtype, 1);
    this.steps.push(() => {
      at[0] = x[0]!;
    });
    return { at, step: 0 };
  }
}
