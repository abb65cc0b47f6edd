/** Matrix functions that a Python file defines if it needs them: the same in every array library except for the spelling of a few calls. */
import type { Model } from './model.ts';

/** How operations of the language on matrices are called in a file. */
export const matrixFunctionNames = {
  newtonSchulz: 'newton_schulz',
  inverseRoot: 'inverse_root',
  eigenvectors: 'eigenvectors',
  orthonormal: 'orthonormal',
} as const;

/** The function that tells the rank, rows and columns of a parameter: where equations are for matrices alone, it refuses vectors. */
export function shapeFunction({ needsMatrices }: Pick<Model, 'needsMatrices'>): 'matrix' | 'only_matrix' {
  return needsMatrices ? 'only_matrix' : 'matrix';
}

/** A library's spelling. */
export interface Spelling {
  /** What it is imported as: `np`. */
  readonly library: string;
  /** What it calls an array, with its article. */
  readonly array: string;
  readonly rank: string;
  /** The method of an array that gives it in another type. */
  readonly cast: 'to' | 'astype';
  /** x over its norm, or over eps. */
  readonly normalized: string;
  /** Eigenvalues, 0 instead of negative ones. */
  readonly positive: string;
  /** The order of eigenvalues from the largest. */
  readonly order: string;
  /** The diagonal of r. */
  readonly diagonal: string;
  /** What is done about an array without elements, where a file does not pass over it. */
  readonly empty?: readonly string[];
  /** The iterations of Newton–Schulz, where they are not a loop of Python. */
  readonly iterations?: readonly string[];
}

/** The functions, by name. */
export function matrixFunctions(how: Spelling): Readonly<Record<string, readonly string[]>> {
  const { library, array, rank, cast, normalized, positive, order, diagonal } = how;
  // Decompositions are not written for types of 16 bits.
  const wide = `a.${cast}(${library}.promote_types(a.dtype, ${library}.float32))`;
  const back = `${cast}(a.dtype)`;
  const empty = how.empty ?? [];
  const loop = ['for _ in range(math.ceil(steps)):', '    A = x @ x.T', '    x = a * x + (b * A + c * (A @ A)) @ x'];
  return {
    matrix: [
      'def matrix(w):',
      `    """The rank of ${array}, its rows and its columns: more than two dimensions count as flattened behind the first."""`,
      ...empty,
      `    return ${rank}, math.prod(w.shape[:1]), math.prod(w.shape[1:])`,
    ],
    only_matrix: [
      'def only_matrix(w):',
      `    """The rank of ${array}, its rows and its columns, which are flattened behind the first dimension; these equations are for matrices."""`,
      `    if ${rank} < 2:`,
      '        raise ValueError(f"these equations are for matrices, and a parameter has the shape {tuple(w.shape)}; give it to another optimizer")',
      ...empty,
      `    return ${rank}, math.prod(w.shape[:1]), math.prod(w.shape[1:])`,
    ],
    newton_schulz: [
      'def newton_schulz(g, a, b, c, steps, eps):',
      '    """Brings the singular values of g near 1: x ← a·x + (b·A + c·A²)·x with A = x·xᵀ."""',
      '    x = g.T if g.shape[0] > g.shape[1] else g',
      `    x = ${normalized}`,
      ...(how.iterations ?? loop).map((line) => (line === '' ? '' : `    ${line}`)),
      '    return x.T if g.shape[0] > g.shape[1] else x',
    ],
    inverse_root: [
      'def inverse_root(a, p, eps):',
      '    """(a + eps·I)^(-1/p) of a symmetric matrix; eigenvalues that rounding made negative count as 0."""',
      `    values, vectors = ${library}.linalg.eigh(${wide})`,
      `    return ((vectors * (${positive} + eps) ** (-1 / p)) @ vectors.T).${back}`,
    ],
    eigenvectors: [
      'def eigenvectors(a):',
      '    """The eigenvectors of a symmetric matrix as columns, that of the largest eigenvalue first."""',
      `    values, vectors = ${library}.linalg.eigh(${wide})`,
      `    return vectors[:, ${order}].${back}`,
    ],
    orthonormal: [
      'def orthonormal(a):',
      '    """The factor Q of a = Q·R, with the signs that make the diagonal of R positive."""',
      `    q, r = ${library}.linalg.qr(${wide})`,
      `    return (q * ${library}.where(${diagonal} < 0, -1, 1)).${back}`,
    ],
  };
}
