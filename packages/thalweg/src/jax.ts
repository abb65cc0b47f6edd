/**
 * thalweg/jax: every method for jax-js, as pure functions on trees of arrays or as an object that holds its state. Needs the peer dependency `@jax-js/jax`.
 */
export { gradientTransformation, type GradientTransformation, type JaxInputs } from './jax/transformation.ts';
export type { JaxEngine, JaxOptimizer } from './jax/held.ts';
export { optimizer, type JaxInitOptions, type JaxMethod } from './jax/object.ts';
export { vectorized, type Vectorized } from './jax/vectorized.ts';
export type { State } from './jax/state.ts';
export type { Tree } from './jax/tree.ts';
