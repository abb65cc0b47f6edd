/**
 * Thalweg: optimizers written once as their equations and compiled to fast kernels.
 *
 * @packageDocumentation
 */
// Who loads all of this has the runtime, and `init` need not load it; a bundler leaves this out with whatever else is not used.
import './optimizer/start.ts';

export * from './methods.ts';

export { flatten } from './define/flatten.ts';
export { inspect } from './define/inspect.ts';
export type {
  Extent,
  InspectedEquation,
  InspectedGroup,
  InspectedHyper,
  InspectedPart,
  InspectedState,
  InspectedSymbol,
  Inspection,
  SymbolRole,
} from './define/inspection.ts';
export { instrument } from './define/instrument.ts';
export type { Instrumented, Probes } from './define/instrument.ts';
export {
  equationsToLatex,
  expressionToLatex,
  nameNode,
  namesIn,
  numberNode,
  operationNode,
  parseEquations,
  parseExpression,
  printEquations,
  printExpression,
  renameNames,
  substitute,
  tokenize,
} from './define/trees.ts';
export type { DynamicLossScale } from './train/policy.ts';
export { learningRateRange } from './loop/learning-rate-range.ts';
export type { LearningRateRange, RangeOptions, RangePoint, Tunable } from './loop/learning-rate-range.ts';
export { minimize } from './minimize/minimize.ts';
export type { CheckpointSource } from './checkpoint/checkpoint.ts';
export type { CheckpointFormat, SaveOptions } from './checkpoint/format.ts';
export type { Metadata } from './checkpoint/notes.ts';
export type { LoadOptions, LoadReport } from './checkpoint/load-options.ts';
export type { NonFinite } from './train/core.ts';
export type { Inputs } from './train/intake.ts';
export type { Minimum, MinimizeOptions, Objective, PointOf, Start } from './minimize/minimize.ts';
export { backtracking } from './minimize/descent/backtracking.ts';
export type { BacktrackingOptions } from './minimize/descent/backtracking.ts';
export { conjugateGradient } from './minimize/descent/conjugate-gradient.ts';
export type { ConjugateFormula, ConjugateGradientOptions } from './minimize/descent/conjugate-gradient.ts';
export type { Stop } from './minimize/descent/descend.ts';
export { gradientDescent } from './minimize/descent/gradient-descent.ts';
export type { GradientDescentOptions } from './minimize/descent/gradient-descent.ts';
export { lbfgs } from './minimize/descent/lbfgs.ts';
export type { LbfgsOptions } from './minimize/descent/lbfgs.ts';
export type { Conditions, LineSearch, Outcome, Ray, Trial } from './minimize/descent/line-search.ts';
export type { Direction, Directions, Minimizer, Point } from './minimize/descent/minimizer.ts';
export { StartError } from './minimize/descent/start-error.ts';
export { strongWolfe } from './minimize/descent/strong-wolfe.ts';
export type { StrongWolfeOptions } from './minimize/descent/strong-wolfe.ts';
export { Optimizer } from './optimizer/optimizer.ts';
export type { StepResult } from './optimizer/optimizer.ts';
export type { Snapshot } from './train/snapshot.ts';
export type { Gradients, NameIn } from './train/views.ts';
export type { InitOptions } from './train/init-options.ts';
export type { Half, HalfViews } from './train/half.ts';
export type { StorageType } from './plan/format.ts';
export type { HalfFormat } from './plan/half.ts';
export { overall } from './train/observation.ts';
export type { Observation, Observations, Overall } from './train/observation.ts';
export type { GivenMemory } from './train/threads.ts';
export { Rows, rows, sparse } from './train/sparse.ts';
export type { SparseTensor } from './train/sparse.ts';
export { tensor, tied, Tied } from './train/tensor.ts';
export type { ArrayOf, Declared, Nested, Parameter, ParameterTree, Tensor, ViewOf } from './train/tensor.ts';
export { reduceOnPlateau } from './loop/plateau.ts';
export type { Rated } from './loop/rates.ts';
export type { Plateau, PlateauOptions, PlateauState } from './loop/plateau.ts';
export { asam, sam } from './loop/sam.ts';
export type { AsamOptions, GradientFunction, SamOptions, SamStep } from './loop/sam.ts';

export { kernelStatistics } from './device/modules.ts';
export type { Backend } from './device/device.ts';
export type { DType } from './plan/dtype.ts';
export { EquationError, OptionError, ThalwegError } from './language/error.ts';
export { ArrayError, CheckpointError, DivergenceError, UnsupportedError } from './language/run-error.ts';
export { DisposedError, NonFiniteError, ObjectiveError, WorkerError } from './language/runtime-error.ts';
export type { Span } from './language/error.ts';
export type { Form } from './language/form.ts';
export type { Kind } from './language/kind.ts';
export type { Token, TokenKind } from './language/lexer.ts';
export type { SurfaceOp } from './language/op.ts';
export type { Scope } from './language/operations/operation.ts';
export { nameToLatex, spell } from './language/symbol.ts';
export type { Equation, Expression, NameNode, NumberNode, OperationNode } from './language/tree.ts';
export type { EquationLatex } from './targets/text/latex.ts';
