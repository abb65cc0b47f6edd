/** What a page bundles that traces one optimizer in jax-js: the size of it is measured. */
export { adamw } from 'thalweg';
export { gradientTransformation } from 'thalweg/jax';
