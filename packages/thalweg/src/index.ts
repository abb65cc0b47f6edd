/**
 * Thalweg: optimizers written once as their equations and compiled to fast kernels.
 *
 * @packageDocumentation
 */
// Who loads all of this has the runtime, and `init` need not load it; a bundler leaves this out with whatever else is not used.
import './optimizer/start.ts';

export { acprop } from './optimizers/acprop.ts';
export { adabelief } from './optimizers/adabelief.ts';
export { adadelta } from './optimizers/adadelta.ts';
export { adafactor } from './optimizers/adafactor.ts';
export { adagrad } from './optimizers/adagrad.ts';
export { adam } from './optimizers/adam.ts';
export { adamax } from './optimizers/adamax.ts';
export { adamw } from './optimizers/adamw.ts';
export { adan } from './optimizers/adan.ts';
export { ademamix, simplifiedAdemamix } from './optimizers/ademamix.ts';
export { adopt } from './optimizers/adopt.ts';
export { asgd } from './optimizers/asgd.ts';
export { cocob } from './optimizers/cocob.ts';
export { dAdaptation } from './optimizers/d-adaptation.ts';
export { dog } from './optimizers/dog.ts';
export { dowg } from './optimizers/dowg.ts';
export { fromage } from './optimizers/fromage.ts';
export { ftrl } from './optimizers/ftrl.ts';
export { lamb } from './optimizers/lamb.ts';
export { lars } from './optimizers/lars.ts';
export { lion } from './optimizers/lion.ts';
export { madgrad } from './optimizers/madgrad.ts';
export { mars } from './optimizers/mars.ts';
export { momo, momoAdam } from './optimizers/momo.ts';
export { muon } from './optimizers/muon.ts';
export { nadam } from './optimizers/nadam.ts';
export { noisySgd } from './optimizers/noisy-sgd.ts';
export { novograd } from './optimizers/novograd.ts';
export { optimisticAdam, optimisticSgd } from './optimizers/optimistic.ts';
export { polyak } from './optimizers/polyak.ts';
export { prodigy } from './optimizers/prodigy.ts';
export { radam } from './optimizers/radam.ts';
export { rmsprop } from './optimizers/rmsprop.ts';
export { rprop } from './optimizers/rprop.ts';
export { scheduleFreeAdamw, scheduleFreeSgd } from './optimizers/schedule-free.ts';
export { sgd } from './optimizers/sgd.ts';
export { shampoo } from './optimizers/shampoo.ts';
export { signSgd, signum } from './optimizers/signum.ts';
export { sm3 } from './optimizers/sm3.ts';
export { soap } from './optimizers/soap.ts';
export { sophia } from './optimizers/sophia.ts';
export { yogi } from './optimizers/yogi.ts';

export { clipByGlobalNorm } from './transforms/clip.ts';
export { adaptiveClip } from './transforms/adaptive-clip.ts';
export { addNoise } from './transforms/add-noise.ts';
export { centralize } from './transforms/centralize.ts';
export { clipByNorm } from './transforms/clip-norm.ts';
export { clipByRms } from './transforms/clip-rms.ts';
export { clipByValue } from './transforms/clip-value.ts';
export { ema } from './transforms/ema.ts';
export { l2 } from './transforms/l2.ts';
export { lookahead } from './transforms/lookahead.ts';
export { mechanic } from './transforms/mechanic.ts';
export { nonNegative } from './transforms/non-negative.ts';
export { normalize } from './transforms/normalize.ts';
export { polyakAverage } from './transforms/polyak-average.ts';
export { swa } from './transforms/swa.ts';
export { weightDecay } from './transforms/weight-decay.ts';

export { cosine, cosineRestarts, oneCycle, warmupCosine, warmupStableDecay } from './define/schedules/cosine.ts';
export { constant, exponential, inverseSqrt, linear, piecewise, polynomial } from './define/schedules/decay.ts';
export { fromZero } from './define/schedules/from-zero.ts';
export { join } from './define/schedules/join.ts';
export { schedule, Schedule } from './define/schedules/schedule.ts';

export { chain } from './define/chain.ts';
export type { Definition, InputDeclaration, OptionsOf, VariantDeclaration } from './define/definition.ts';
export type { MethodFactory } from './define/factory.ts';
export { Method } from './define/method.ts';
export { optimizer, transform } from './define/optimizer.ts';
export type { HyperDeclaration, HyperValue } from './define/hyper.ts';
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
export { groups } from './define/groups.ts';
export type { Group } from './define/groups.ts';
export { otherwise } from './define/match.ts';
export type { Match, ParameterInfo } from './define/match.ts';
export type { DynamicLossScale } from './train/policy.ts';
export { learningRateRange } from './loop/learning-rate-range.ts';
export type { LearningRateRange, RangeOptions, RangePoint, Tunable } from './loop/learning-rate-range.ts';
export { minimize } from './minimize/minimize.ts';
export type { BoundPart, MethodGroup, Recipe } from './define/recipe.ts';
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
export {
  ArrayError,
  CheckpointError,
  DisposedError,
  DivergenceError,
  NonFiniteError,
  ObjectiveError,
  UnsupportedError,
  WorkerError,
} from './language/run-error.ts';
export type { Span } from './language/error.ts';
export type { Form } from './language/form.ts';
export type { Kind } from './language/kind.ts';
export type { Token, TokenKind } from './language/lexer.ts';
export type { SurfaceOp } from './language/op.ts';
export type { Scope } from './language/operations/operation.ts';
export { nameToLatex, spell } from './language/symbol.ts';
export type { Equation, Expression, NameNode, NumberNode, OperationNode } from './language/tree.ts';
export type { EquationLatex } from './targets/text/latex.ts';
