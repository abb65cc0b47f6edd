/**
 * Thalweg: optimizers written once as their equations and compiled to fast kernels.
 *
 * @packageDocumentation
 */
export { adagrad } from './optimizers/adagrad.ts';
export { adam } from './optimizers/adam.ts';
export { adamw } from './optimizers/adamw.ts';
export { lamb } from './optimizers/lamb.ts';
export { lion } from './optimizers/lion.ts';
export { polyak } from './optimizers/polyak.ts';
export { radam } from './optimizers/radam.ts';
export { rmsprop } from './optimizers/rmsprop.ts';
export { sgd } from './optimizers/sgd.ts';

export { clipByGlobalNorm } from './transforms/clip.ts';
export { l2 } from './transforms/l2.ts';

export { cosine, cosineRestarts, oneCycle, warmupCosine, warmupStableDecay } from './schedules/cosine.ts';
export { constant, exponential, inverseSqrt, linear, piecewise, polynomial } from './schedules/decay.ts';
export { join } from './schedules/join.ts';
export { schedule, Schedule } from './schedules/schedule.ts';

export { chain, Method, optimizer, transform } from './train/method.ts';
export type { Definition, InputDeclaration, MethodFactory, OptionsOf, VariantDeclaration } from './train/method.ts';
export type { HyperDeclaration, HyperValue } from './train/hyper.ts';
export { minimize } from './train/minimize.ts';
export type { Minimum, MinimizeOptions, Objective, PointOf, Start } from './train/minimize.ts';
export { backtracking } from './train/descent/backtracking.ts';
export type { BacktrackingOptions } from './train/descent/backtracking.ts';
export { conjugateGradient } from './train/descent/conjugate-gradient.ts';
export type { ConjugateFormula, ConjugateGradientOptions } from './train/descent/conjugate-gradient.ts';
export type { Stop } from './train/descent/descend.ts';
export { gradientDescent } from './train/descent/gradient-descent.ts';
export type { GradientDescentOptions } from './train/descent/gradient-descent.ts';
export { lbfgs } from './train/descent/lbfgs.ts';
export type { LbfgsOptions } from './train/descent/lbfgs.ts';
export type { Conditions, LineSearch, Outcome, Ray, Trial } from './train/descent/line-search.ts';
export type { Direction, Directions, Minimizer, Point } from './train/descent/minimizer.ts';
export { StartError } from './train/descent/start-error.ts';
export { strongWolfe } from './train/descent/strong-wolfe.ts';
export type { StrongWolfeOptions } from './train/descent/strong-wolfe.ts';
export { Optimizer } from './train/optimizer.ts';
export type { Gradients, InitOptions, Inputs, NonFinite } from './train/optimizer.ts';
export { tensor } from './train/tensor.ts';
export type { ArrayOf, Parameter, Tensor, ViewOf } from './train/tensor.ts';

export { kernelStatistics } from './runtime/backend.ts';
export type { Backend } from './runtime/backend.ts';
export type { DType } from './plan/dtype.ts';
export { ArrayError, DisposedError, EquationError, NonFiniteError, OptionError, ThalwegError, UnsupportedError } from './language/error.ts';
export type { Span } from './language/error.ts';
