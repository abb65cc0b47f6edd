/** A user's tensors and one float64 vector for all of them: the first is what an objective sees, the second what directions are made of. */
import { ArrayError } from '../../language/run-error.ts';
import { checkParameters, type AnyArray } from '../../train/arrays.ts';
import type { Declared } from '../../train/tensor.ts';

/** Arrays by parameter name. */
export type Arrays = Record<string, AnyArray>;

/** The live arrays of the point and of its gradient by name, a tied one under both names, and their length in all. */
export class Space {
  readonly w: Arrays = {};
  readonly g: Arrays = {};
  readonly size: number;
  /** Each array once. */
  private readonly points: readonly AnyArray[];
  private readonly gradients: readonly AnyArray[];

  /** Copies the first values of `parameters`. Throws an ArrayError for what is no parameter. */
  constructor(owner: string, parameters: Readonly<Record<string, Declared>>) {
    const { tensors, ties } = checkParameters(owner, parameters);
    for (const [name, { shape, dtype, values }] of tensors) {
      const length = shape.reduce((product, size) => product * size, 1);
      const make = (): AnyArray => (dtype === 'float64' ? new Float64Array(length) : new Float32Array(length));
      [this.w[name], this.g[name]] = [make(), make()];
      if (values !== undefined) this.w[name].set(values);
    }
    [this.points, this.gradients] = [Object.values(this.w), Object.values(this.g)];
    this.size = this.points.reduce((sum, array) => sum + array.length, 0);
    for (const [name, to] of ties) {
      const [w, g] = [this.w[to], this.g[to]];
      if (w === undefined || g === undefined || ties.has(to))
        throw new ArrayError(owner, name, `${name} is tied to ${to}, and there is no parameter of that name`);
      [this.w[name], this.g[name]] = [w, g];
    }
  }

  /** Puts the arrays at `from` + `step`·`d`, rounded to their types. Returns whether that is another point than `from`. */
  move(from: Float64Array, step: number, d: Float64Array): boolean {
    let offset = 0;
    let moved = false;
    for (const array of this.points) {
      for (let i = 0; i < array.length; i++, offset++) {
        array[i] = from[offset]! + step * d[offset]!;
        if (array[i] !== from[offset]) moved = true;
      }
    }
    return moved;
  }

  /** Puts the arrays at `w`. */
  place(w: Float64Array): void {
    let offset = 0;
    for (const array of this.points) {
      array.set(w.subarray(offset, offset + array.length));
      offset += array.length;
    }
  }

  /** Writes the point into `into`. */
  readPoint(into: Float64Array): void {
    let offset = 0;
    for (const array of this.points) {
      into.set(array, offset);
      offset += array.length;
    }
  }

  /** Writes the gradient times `factor` into `into`. */
  readGradient(into: Float64Array, factor: number): void {
    let offset = 0;
    for (const array of this.gradients) for (const x of array) into[offset++] = factor * x;
  }
}
