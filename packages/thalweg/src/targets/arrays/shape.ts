/** The shapes of a tensor's arrays in a framework. Knows no framework. */
import { elementsOf, matrixOf, type Form } from '../../language/form.ts';
import type { Size, Tensor } from './algebra.ts';

/** The shape of an array of a tensor: the tensor's own where it has as many rows and columns. */
export function shapeOf({ rows, cols }: Size, { shape }: Pick<Tensor, 'shape'>): readonly number[] {
  const whole = matrixOf(shape);
  return whole.rows === rows && whole.cols === cols ? shape : [rows, cols];
}

/** The shape of an array of this form. */
export function shapeIn(form: Form, tensor: Pick<Tensor, 'shape'>): readonly number[] {
  const count = (dimension: string): number => elementsOf(dimension === 'r' ? 'r1' : dimension === 'c' ? '1c' : '11', tensor.shape);
  return shapeOf({ rows: count(form.charAt(0)), cols: count(form.charAt(1)) }, tensor);
}
