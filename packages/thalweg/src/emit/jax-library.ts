/** How JAX writes what Python does not have: elementwise operations, sums, and matrix operations. Everything but the shape of a tensor is traced. */
import type { OperationNode } from '../language/tree.ts';
import type { ArrayLibrary } from '../targets/text/python.ts';
import { operationsIn } from './model.ts';
import { matrixFunctionNames, matrixFunctions } from './matrix-functions.ts';

/** Decompositions take longer than all else in a step: a branch that is not taken must not compute one. */
const isCostly = ({ op }: OperationNode): boolean => ['newtonSchulz', 'inverseRoot', 'eigenvectors', 'orthonormal'].includes(op);

/** The library. */
export const jaxLibrary: ArrayLibrary = {
  isNumber: (sort) => sort === 'static',
  elementwise: (name) => `jnp.${name}`,
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
  helpers: matrixFunctionNames,
};

/** Functions on matrices that a file defines where it needs them. */
export const jaxHelpers = /* @__PURE__ */ matrixFunctions({
  library: 'jnp',
  array: 'an array',
  rank: 'w.ndim',
  cast: 'astype',
  normalized: 'x / jnp.maximum(jnp.linalg.norm(x), eps)',
  positive: 'jnp.maximum(values, 0)',
  order: 'jnp.argsort(-values, stable=True)',
  diagonal: 'jnp.diag(r)',
  empty: [
    '    if w.size == 0:',
    '        raise ValueError(f"a parameter of the shape {w.shape} has nothing to step; leave it out, as optax.masked does")',
  ],
  // How many there are may be traced.
  iterations: [
    '',
    'def iterate(_, x):',
    '    A = x @ x.T',
    '    return a * x + (b * A + c * (A @ A)) @ x',
    '',
    'x = jax.lax.fori_loop(0, jnp.ceil(steps).astype(int), iterate, x)',
  ],
});
