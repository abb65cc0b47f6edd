/**
 * `thalweg/small`: optimizers for edge functions and small models, in plain synchronous JavaScript without WebAssembly and threads. Has every optimizer,
 * transform and schedule of the library, with results bit-identical to its JavaScript backends.
 *
 * @packageDocumentation
 */
export * from './methods.ts';
export { tensor } from './train/tensor.ts';
export type { ArrayOf, Parameter, Tensor, ViewOf } from './train/tensor.ts';
export { init, SmallOptimizer } from './small/optimizer.ts';
export type { SmallInputs, SmallOptions } from './small/optimizer.ts';
export type { SmallGradients, SmallParameters, SmallViews } from './small/parameters.ts';
export type { SavedArray, SmallState } from './small/saved.ts';
export { EquationError, OptionError, ThalwegError } from './language/error.ts';
export { ArrayError, CheckpointError, DivergenceError, UnsupportedError } from './language/run-error.ts';
