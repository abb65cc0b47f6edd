/**
 * Forms: the shape of an array relative to its parameter, seen as a matrix of `r` rows and `c` columns. `'rc'` has one element per element of the
 * parameter, `'r1'` one per row, `'rr'` is square. Knows letters; the sizes belong to a tensor.
 */

/** A dimension: the rows, the columns, or 1. */
export type Dimension = 'r' | 'c' | '1';

/** Two dimensions. */
export type Form = `${Dimension}${Dimension}`;

/** The form of the parameter itself, of its gradient and of every state that has one element per element. */
export const wholeForm: Form = 'rc';

/** The rows and columns of a tensor: a vector is one column; more than two dimensions are flattened, keeping the first. */
export function matrixOf(shape: readonly number[]): { readonly rows: number; readonly cols: number } {
  const [rows = 1, ...rest] = shape;
  return { rows, cols: rest.reduce((product, size) => product * size, 1) };
}

/** The number that a text means by `rank`, `rows`, `cols` or `size`. */
export function shapeNumber(name: string, shape: readonly number[]): number {
  if (name === 'rank') return shape.length;
  const { rows, cols } = matrixOf(shape);
  return name === 'rows' ? rows : name === 'cols' ? cols : rows * cols;
}

/** How many elements an array of this form has for a parameter of this shape. */
export function elementsOf(form: Form, shape: readonly number[]): number {
  const { rows, cols } = matrixOf(shape);
  const size = (dimension: string): number => (dimension === 'r' ? rows : dimension === 'c' ? cols : 1);
  return size(form.charAt(0)) * size(form.charAt(1));
}

/** The form in which two arrays meet: a row or a column is spread over the other's columns or rows. Undefined where they do not fit. */
export function meet(a: Form, b: Form): Form | undefined {
  const one = (i: number): string | undefined => {
    const [x, y] = [a.charAt(i), b.charAt(i)];
    return x === y || y === '1' ? x : x === '1' ? y : undefined;
  };
  const [rows, cols] = [one(0), one(1)];
  return rows === undefined || cols === undefined ? undefined : (`${rows}${cols}` as Form);
}
