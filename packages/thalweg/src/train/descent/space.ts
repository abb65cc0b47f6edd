/** A user's tensors and one float64 vector for all of them: the first is what an objective sees, the second what directions are made of. */
import { ArrayError } from '../../language/error.ts';
import { describe } from '../options.ts';
import { asTensor, type Parameter } from '../tensor.ts';

/** Arrays by parameter name. */
export type Arrays = Record<string, Float32Array | Float64Array>;

/** The live arrays of the point and of its gradient, and their length in all. */
export class Space {
  readonly w: Arrays = {};
  readonly g: Arrays = {};
  readonly size: number;

  /** Copies the first values of `parameters`. Throws an ArrayError for what is no parameter. */
  constructor(owner: string, parameters: Readonly<Record<string, Parameter>>) {
    for (const [name, given] of Object.entries<unknown>(parameters)) {
      const isTensor = typeof given === 'object' && given !== null && 'shape' in given && 'dtype' in given;
      if (!(given instanceof Float32Array || given instanceof Float64Array || isTensor)) {
        throw new ArrayError(owner, name, `${name} must be a Float32Array, a Float64Array or tensor(shape), not ${describe(given)}`);
      }
      const { shape, dtype, values } = asTensor(given as Parameter);
      const length = shape.reduce((product, size) => product * size, 1);
      const make = (): Arrays[string] => (dtype === 'float64' ? new Float64Array(length) : new Float32Array(length));
      [this.w[name], this.g[name]] = [make(), make()];
      if (values !== undefined) this.w[name].set(values);
    }
    this.size = Object.values(this.w).reduce((sum, array) => sum + array.length, 0);
    if (Object.keys(this.w).length === 0) throw new ArrayError(owner, '', 'there are no parameters to minimize over');
  }

  /** Puts the arrays at `from` + `step`·`d`, rounded to their types. */
  move(from: Float64Array, step: number, d: Float64Array): void {
    let offset = 0;
    for (const array of Object.values(this.w)) {
      for (let i = 0; i < array.length; i++, offset++) array[i] = from[offset]! + step * d[offset]!;
    }
  }

  /** Puts the arrays at `w`. */
  place(w: Float64Array): void {
    let offset = 0;
    for (const array of Object.values(this.w)) {
      array.set(w.subarray(offset, offset + array.length));
      offset += array.length;
    }
  }

  /** Writes the point into `into`. */
  readPoint(into: Float64Array): void {
    let offset = 0;
    for (const array of Object.values(this.w)) {
      into.set(array, offset);
      offset += array.length;
    }
  }

  /** Writes the gradient times `sign` into `into`. */
  readGradient(into: Float64Array, sign: number): void {
    let offset = 0;
    for (const array of Object.values(this.g)) for (const x of array) into[offset++] = sign * x;
  }
}
