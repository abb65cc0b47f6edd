/**
 * The arrays that a step uses between its passes and its matrix operations: their names, and their places in the working memory passed to a step. Knows
 * plans; writes declarations.
 */
import type { Form } from '../../language/form.ts';
import type { Variable } from '../../language/variable.ts';
import type { Plan, RoutineCall } from '../../plan/plan.ts';
import type { TensorOp } from './segments.ts';

/** An array that is read in the place of another: of rows or columns where they meet a matrix, or of a matrix as its transpose. */
export interface View {
  readonly array: Variable;
  readonly form: Form;
  readonly transposed: boolean;
}

/** Whether an array is one of the step itself. */
export function isScratch({ role }: Variable): boolean {
  return role === 'operand' || role === 'result';
}

/** How many elements an array has, given what rows and columns are called. */
export function countOf(form: Form, rows: string, cols: string): string {
  const letters = [form.charAt(0), form.charAt(1)].filter((letter) => letter !== '1').map((letter) => (letter === 'r' ? rows : cols));
  return letters.length === 0 ? '1' : letters.join(' * ');
}

/** Arrays that are read in another's place: by their results. */
export type Views = ReadonlyMap<Variable, View>;

/**
 * What is not made before it is read: rows and columns, which a loop over a matrix reads where they are (unless kernels are to have whole arrays), and
 * transposes that are only the right sides of products.
 */
export function viewsOf({ routines, passes }: Plan, exact: boolean): Views {
  const out = new Map<Variable, View>();
  const elsewhere = new Set([...passes.flatMap(({ arrays }) => arrays), ...routines.flatMap(({ op, operands }) => (op === 'matmul' ? [operands[0]!] : operands)).map(({ array }) => array)]);
  for (const { op, operands: [source], result } of routines) {
    if (source === undefined) continue;
    if (op === 'spread' && !exact) out.set(result.array, { array: source.array, form: source.form, transposed: false });
    if (op === 'transpose' && !elsewhere.has(result.array)) out.set(result.array, { array: source.array, form: source.form, transposed: true });
  }
  return out;
} // prettier-ignore

/** The arrays that some operations read or write, but for those that are read in another's place. */
export function arraysIn(ops: readonly TensorOp[], views: Views): Set<Variable> {
  const all = ops.flatMap((one) => {
    if (one.op === 'pass') return one.pass.arrays;
    if (one.op !== 'routine' || views.has(one.call.result.array)) return [];
    return [...one.call.operands.map(({ array }) => array), one.call.result.array];
  });
  return new Set(all.map((array) => views.get(array)?.array ?? array).filter(isScratch));
}

/** What an array is called whose author gives it no name, by the operation that it is of. */
export const arrayNames: Readonly<Record<RoutineCall['op'], string>> = {
  matmul: 'product',
  transpose: 'transposed',
  rowSum: 'sums',
  colSum: 'sums',
  rowMax: 'maxima',
  colMax: 'maxima',
  newtonSchulz: 'orthogonal',
  inverseRoot: 'root',
  eigenvectors: 'basis',
  orthonormal: 'basis',
  noise: 'noise',
  spread: 'whole',
};

/** The call of a routine: its lines, given what arrays and numbers are called. */
export function callOf({ op, operands, result }: RoutineCall, names: { readonly array: (array: Variable) => string; readonly numbers: readonly string[]; readonly views: Views }): { readonly helper: string; readonly args: readonly string[]; readonly work?: string } {
  const dimension = (form: Form | undefined, i: number): string => {
    const letter = form?.charAt(i);
    return letter === 'r' ? 'x->rows' : letter === 'c' ? 'x->cols' : '1';
  };
  const [a, b] = operands;
  const [x, y, out] = [a, b, result].map((one) => (one === undefined ? '' : names.array(one.array)));
  const [rows, cols] = [dimension(a?.form, 0), dimension(a?.form, 1)];
  const given = [rows, cols, x!, out!];
    switch (op) {
    case 'matmul':
      return { helper: 'multiply', args: [rows, cols, dimension(b?.form, 1), x!, y!, out!, b !== undefined && names.views.get(b.array)?.transposed === true ? '1' : '0'] };
    case 'transpose':
      return { helper: 'transpose', args: given };
    case 'rowSum':
      return { helper: 'row_sums', args: given };
    case 'colSum':
      return { helper: 'column_sums', args: given };
    case 'rowMax':
      return { helper: 'row_maxima', args: given };
    case 'colMax':
      return { helper: 'column_maxima', args: given };
    case 'spread':
      return { helper: 'spread', args: [rows, cols, dimension(result.form, 0), dimension(result.form, 1), x!, out!] };
    case 'newtonSchulz':
      return { helper: 'newton_schulz', args: [...given, ...names.numbers, 'work'], work: 'newton_schulz_work(rows, cols)' };
    case 'inverseRoot':
      return { helper: 'inverse_root', args: [rows, x!, out!, ...names.numbers, 'work'], work: 'inverse_root_work(side)' };
    case 'eigenvectors':
      return { helper: 'eigenvectors', args: [rows, x!, out!, 'work'], work: 'eigenvectors_work(side)' };
    case 'orthonormal':
      return { helper: 'orthonormal', args: [rows, x!, out!, 'work'], work: 'orthonormal_work(side)' };
    case 'noise':
      throw new RangeError('noise is not written to C');
  }
} // prettier-ignore
