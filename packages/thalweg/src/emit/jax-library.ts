/** How JAX writes what Python does not have: elements, sums, and operations on matrices. Everything but the shape of a tensor is traced. */
import type { OperationNode } from '../language/tree.ts';
import type { ArrayLibrary } from '../targets/text/python.ts';
import { operationsIn } from './model.ts';

/** Decompositions take longer than all else in a step: a branch that is not taken must not compute one. */
const isCostly = ({ op }: OperationNode): boolean => ['newtonSchulz', 'inverseRoot', 'eigenvectors', 'orthonormal'].includes(op);

/** The library. */
export const jaxLibrary: ArrayLibrary = {
  isNumber: (sort) => sort === 'static',
  functions: { abs: 'jnp.abs', sign: 'jnp.sign', sqrt: 'jnp.sqrt', exp: 'jnp.exp', log: 'jnp.log', cos: 'jnp.cos', floor: 'jnp.floor' },
  minimum: (a, b) => `jnp.minimum(${a.text(0)}, ${b.text(0)})`,
  maximum: (a, b) => `jnp.maximum(${a.text(0)}, ${b.text(0)})`,
  where: (condition, a, b) => {
    const costly = condition.sort !== 'array' && [a, b].some(({ expression }) => operationsIn(expression).some(isCostly));
    if (costly) return [6, `jax.lax.cond(${condition.text(0)}, lambda: ${a.text(0)}, lambda: ${b.text(0)})`];
    return [6, `jnp.where(${condition.text(0)}, ${a.text(0)}, ${b.text(0)})`];
  },
  norm: (x) => `jnp.linalg.norm(${x.text(0)})`,
  sum: (text) => `jnp.sum(${text})`,
  fold: (x, how, along) => `${x.text(6)}.${how}(axis=${String(along)}, keepdims=True)`,
  helpers: { newtonSchulz: 'newton_schulz', inverseRoot: 'inverse_root', eigenvectors: 'eigenvectors', orthonormal: 'orthonormal' },
};

/** Functions on matrices that a file defines where it needs them. */
export const jaxHelpers: Readonly<Record<string, readonly string[]>> = {
  matrix: [
    'def matrix(w):',
    '    """The rank of an array, its rows and its columns: more than two dimensions count as flattened behind the first."""',
    '    return w.ndim, math.prod(w.shape[:1]), math.prod(w.shape[1:])',
  ],
  newton_schulz: [
    'def newton_schulz(g, a, b, c, steps, eps):',
    '    """Brings the singular values of g near 1: x ← a·x + (b·A + c·A²)·x with A = x·xᵀ."""',
    '    x = g.T if g.shape[0] > g.shape[1] else g',
    '    x = x / jnp.maximum(jnp.linalg.norm(x), eps)',
    '',
    '    def iterate(_, x):',
    '        A = x @ x.T',
    '        return a * x + (b * A + c * (A @ A)) @ x',
    '',
    '    x = jax.lax.fori_loop(0, jnp.ceil(steps).astype(int), iterate, x)',
    '    return x.T if g.shape[0] > g.shape[1] else x',
  ],
  inverse_root: [
    'def inverse_root(a, p, eps):',
    '    """(a + eps·I)^(-1/p) of a symmetric matrix; eigenvalues that rounding made negative count as 0."""',
    '    values, vectors = jnp.linalg.eigh(a)',
    '    return (vectors * (jnp.maximum(values, 0) + eps) ** (-1 / p)) @ vectors.T',
  ],
  eigenvectors: [
    'def eigenvectors(a):',
    '    """The eigenvectors of a symmetric matrix as columns, that of the largest eigenvalue first."""',
    '    values, vectors = jnp.linalg.eigh(a)',
    '    return vectors[:, jnp.argsort(-values, stable=True)]',
  ],
  orthonormal: [
    'def orthonormal(a):',
    '    """The factor Q of a = Q·R, with the signs that make the diagonal of R positive."""',
    '    q, r = jnp.linalg.qr(a)',
    '    return q * jnp.where(jnp.diag(r) < 0, -1, 1)',
  ],
};
