/**
 * The guide's claims as experiments, and what runs them: landscapes, traces, stability limits. Runs in Node and in a browser.
 *
 * @packageDocumentation
 */
import { adagradClaims } from './claims/adagrad.ts';
import { adamClaims } from './claims/adam.ts';
import { adamwClaims } from './claims/adamw.ts';
import { beyondClaims } from './claims/beyond.ts';
import { decayClaims } from './claims/decay.ts';
import { momentumClaims } from './claims/momentum.ts';
import { problemClaims } from './claims/problem.ts';
import { rmspropClaims } from './claims/rmsprop.ts';
import { sgdClaims } from './claims/sgd.ts';
import type { Claim } from './claim.ts';

/** Every claim, in the order of the chapters. */
export const claims: readonly Claim[] = [
  ...problemClaims,
  ...sgdClaims,
  ...momentumClaims,
  ...adagradClaims,
  ...rmspropClaims,
  ...adamClaims,
  ...decayClaims,
  ...adamwClaims,
  ...beyondClaims,
];

export { chapterIds, deviation, figure, verdict } from './claim.ts';
export type { Bags, ChapterId, Claim, Compared, ComparisonClaim, Experiment, Outcome, Sources, Text } from './claim.ts';
export { averagedMomentum, catalogue, defaults, findEntry } from './catalogue.ts';
export type { CatalogueEntry, Reading } from './entry.ts';
export { adagradRates } from './claims/adagrad.ts';
export { decayProtocol, shrinkingSgd } from './claims/decay.ts';
export { adamwInTwo } from './claims/adamw.ts';
export { scheduleFreeInThree } from './claims/beyond.ts';
export { batchSizes, spreads } from './claims/sgd.ts';
export { drive, slope } from './experiments/fit.ts';
export { decayForms, decayMethod, edge, heatDecays, heatMap, heatRates, heatRow, lowestLoss, served } from './experiments/heat.ts';
export type { DecayForm } from './experiments/heat.ts';
export { gradientSpread, linearData, lineData, lineSurface, normalEquations, squaredError, twoUnits } from './experiments/model.ts';
export type { LinearData } from './experiments/model.ts';
export { adamWith, constantSteps, firstStep, noiseThrough, rateAfterBurst, rmspropSteps } from './experiments/moments.ts';
export type { Corrections } from './experiments/moments.ts';
export { best, contractions, heavyBall, regime, springRun, valleyContractions } from './experiments/momentum.ts';
export type { Regime } from './experiments/momentum.ts';
export { averageWeights } from './experiments/average.ts';
export { meaningAt, meaningTurns, swing, takeover, turning } from './experiments/turning.ts';
export type { Turn } from './experiments/turning.ts';
export { pullAround, shrinkers, shrinking, shrinkTwelve, twelveScales } from './experiments/shrinking.ts';
export type { Pull, Shrinker } from './experiments/shrinking.ts';
export {
  chance,
  randomGuesses,
  sentenceLoss,
  sentences,
  sentenceSurface,
  stepOnSentence,
  trainSentences,
  wordCounts,
  words,
  wordsOf,
} from './experiments/sentences.ts';
export type { Sentence, SentenceRun, WordStep } from './experiments/sentences.ts';
export { logSpaced, newtonSchulz, orthogonalized, stepSpectra } from './experiments/orthogonal.ts';
export type { Spectra } from './experiments/orthogonal.ts';
export { decayByScale, splitAdam } from './experiments/penalty.ts';
export type { DecayPoint } from './experiments/penalty.ts';
export { batchGradient, crossEntropy, firstBags, occurrences, ratesByWord, trainWords, wordRates } from './experiments/words.ts';
export type { WordsPoint } from './experiments/words.ts';
export type { Knob } from './knob.ts';
export { isOptimizerFactory, optimizers } from './library.ts';
export type { OptimizerFactory } from './library.ts';
export { boxMuller, gaussian, uniform } from './noise.ts';
export { median, quantile } from './quantile.ts';
export { measured } from './measured.ts';
export { limitAt } from './limit.ts';
export { stabilityLimit } from './stability.ts';
export type { Momentum } from './stability.ts';
export { basins, hessian, largestCurvature, rosenbrock, surfaces, valley } from './surface.ts';
export type { Objective, Surface } from './surface.ts';
export { coordinate, flipRate, trace } from './trace.ts';
export type { PartTrace, Trace, TraceOptions } from './trace.ts';
export { difference, linesOf, symbolsOf } from './wrong/lines.ts';
export type { Line, MarkedLine } from './wrong/lines.ts';
export { wrongRules } from './wrong/index.ts';
export { settingsOf } from './wrong/rule.ts';
export type { Point, Setting, Settings, Side, SideBySide, WrongRule } from './wrong/rule.ts';
