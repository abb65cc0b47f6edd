/** thalweg/jax: every optimizer for jax-js, as pure functions of trees. Needs the peer dependency `@jax-js/jax`. */
export { gradientTransformation, type GradientTransformation, type JaxInputs } from './jax/transformation.ts';
export type { State } from './jax/state.ts';
export type { Tree } from './jax/tree.ts';
