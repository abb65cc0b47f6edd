/**
 * The document a comparison produces. The runner writes it, reports and the lab read it, and nothing else passes between them.
 * It must not know how trials are run or drawn. A curve is two arrays of equal length; a number that is not finite is stored as
 * null, because JSON has no NaN or Infinity.
 */

/** A whole comparison: `thalweg compare` writes one of these as `results.json`. */
export interface Comparison {
  readonly format: 'thalweg-comparison';
  readonly version: 1;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly machine: Machine;
  readonly protocol: Protocol;
  /** How many training runs were made for it and how many an earlier command had kept; absent in files of before. */
  readonly runs?: Runs;
  readonly problems: readonly ProblemResult[];
}

/** The training runs behind a comparison. */
export interface Runs {
  /** Made by the command itself. */
  readonly made: number;
  /** Kept by an earlier command in the same folder, with the same code, data, method and machine. */
  readonly kept: number;
  /** Of those made, how many were kept too but could not be used, and why: `mine.ts changed`. */
  readonly remade: readonly { readonly reason: string; readonly count: number }[];
}

/** Where the figures were made. Seconds mean something only together with this. */
export interface Machine {
  readonly node: string;
  readonly thalweg: string;
  readonly os: string;
  readonly cpu: string;
  readonly cores: number;
  readonly workers: number;
}

/** The rules every optimizer of every problem was held to. */
export interface Protocol {
  /** `quick` results are labelled as such wherever they are shown. */
  readonly preset: 'quick' | 'standard' | 'thorough' | 'custom';
  /** Learning rates tried first per optimizer, and the most that extending the grid may reach. */
  readonly gridPoints: number;
  readonly maxGridPoints: number;
  /** Ratio of neighbouring learning rates. */
  readonly gridRatio: number;
  readonly tuningSeeds: readonly number[];
  /** Disjoint from `tuningSeeds`; reported figures come from these alone. */
  readonly testSeeds: readonly number[];
  /** Family-wise level of the paired comparisons (Holm-corrected). */
  readonly alpha: number;
}

/** One problem with everything that was run on it. */
export interface ProblemResult {
  readonly id: string;
  readonly title: string;
  /** Two or three sentences: data, model, sizes, split. */
  readonly description: string;
  readonly parameters: number;
  readonly steps: number;
  readonly batchSize: number | null;
  /** What tuning chooses rates by, and what is reported from the test split; for a landscape both are of the final point. */
  readonly tuningMetric: Metric;
  readonly testMetric: Metric;
  /** Reached at the first measurement of the tuning metric that is as good as this: at or below it, or at or above where more is better. */
  readonly target: { readonly value: number; readonly origin: string };
  readonly optimizers: readonly OptimizerResult[];
  /** Paired over test seeds against the best-ranked optimizer. */
  readonly comparisons: readonly PairedComparison[];
  /** For a two-parameter landscape: enough to draw contours. Values row by row from (x0, y0). */
  readonly landscape?: Landscape;
}

/** What a problem is judged by. */
export interface Metric {
  readonly name: string;
  readonly lowerIsBetter: boolean;
  /** Shown after numbers, e.g. `%`; may be empty. */
  readonly unit: string;
}

/** A function of two variables on a regular grid, with its known minima, as the map draws it. */
export interface Landscape {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  readonly columns: number;
  readonly rows: number;
  readonly values: readonly (number | null)[];
  readonly minima: readonly (readonly [number, number])[];
}

/** One optimizer on one problem. */
export interface OptimizerResult {
  /** Unique within the problem, e.g. `adamw` or `sgd-momentum`. */
  readonly id: string;
  readonly label: string;
  /** The exact configuration apart from the learning rate, as code: `adamw({ weightDecay: 0.01 })`. */
  readonly configuration: string;
  readonly hyperparameters: Readonly<Record<string, number | string | boolean>>;
  /** LaTeX of the update rule, from the definition itself. */
  readonly latex: string;
  /** Ascending learning rates, extensions included. */
  readonly sweep: readonly SweepPoint[];
  readonly bestLr: number;
  /** `edge`: the best rate is the last of the extended grid, so a better one may lie outside. */
  readonly tuning: 'inside' | 'edge' | 'all-diverged';
  readonly trials: readonly Trial[];
  /** 1 is best; ties share a rank. Diverged trials rank below every finite one. */
  readonly rank: number;
  readonly summary: Summary;
}

/** One learning rate of the tuning grid and how it scored. */
export interface SweepPoint {
  readonly lr: number;
  /** Whether the point was in the declared grid or was added because the best lay on its edge. */
  readonly extension: boolean;
  /** One per tuning seed; null where the trial diverged. */
  readonly scores: readonly (number | null)[];
  readonly diverged: number;
  /** Median over seeds, a diverged trial counting as worst; null when that is the median. */
  readonly score: number | null;
}

/** One training run with one seed at the best learning rate. */
export interface Trial {
  readonly seed: number;
  readonly diverged: boolean;
  /** The step at which the loss stopped being finite or passed the divergence bound. */
  readonly divergedAt: number | null;
  readonly testMetric: number | null;
  readonly finalLoss: number | null;
  /** Training loss (smoothed over the recorded interval) and validation metric against steps. */
  readonly training: Curve;
  readonly validation: Curve;
  readonly reached: { readonly steps: number; readonly gradients: number; readonly seconds: number } | null;
  /** Seconds in gradients and seconds in optimizer steps. */
  readonly seconds: { readonly gradient: number; readonly optimizer: number };
  /** For a two-parameter landscape: the points visited, thinned, to six digits. */
  readonly path?: readonly (readonly [number | null, number | null])[];
}

/** Values over steps; null where not finite. */
export interface Curve {
  readonly steps: readonly number[];
  readonly values: readonly (number | null)[];
}

/** Medians with spread over test seeds. */
export interface Summary {
  readonly median: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** What `low` and `high` are, e.g. `min–max of 3 seeds` or `quartiles of 10 seeds`. */
  readonly spread: string;
  readonly diverged: number;
  readonly reached: number;
  readonly stepsToTarget: number | null;
  readonly gradientsToTarget: number | null;
  readonly secondsToTarget: number | null;
}

/** Two optimizers compared seed by seed on the same problem. */
export interface PairedComparison {
  readonly better: string;
  readonly worse: string;
  /** Mean over seeds of the difference, in the metric's unit, signed so that positive favours `better` whatever the metric's direction. */
  readonly difference: number | null;
  readonly interval: readonly [number, number] | null;
  readonly pValue: number | null;
  readonly verdict: 'different' | 'no detectable difference' | 'too few finite seeds';
}
