/**
 * The document of a comparison. The runner writes it, reports and the lab read it, and nothing else passes between them. Knows neither how trials run nor
 * how they are drawn. A curve is two arrays of equal length; a number that is not finite is stored as null, because JSON has no NaN or Infinity.
 */

/** A whole comparison: `thalweg compare` writes one of these as `results.json`. */
export interface Comparison {
  readonly format: 'thalweg-comparison';
  readonly version: 2;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly machine: Machine;
  readonly protocol: Protocol;
  /** How many training runs were made for it and how many were taken from an earlier command; absent in older files. */
  readonly runs?: Runs;
  readonly problems: readonly ProblemResult[];
}

/** The training runs behind a comparison. */
export interface Runs {
  /** Made by the command itself. */
  readonly made: number;
  /** Taken from an earlier command in the same folder, with the same code, data, method and machine. */
  readonly kept: number;
  /** Of those made, how many were stored too but no longer valid, and why: `mine.ts changed`. */
  readonly remade: readonly { readonly reason: string; readonly count: number }[];
  /** Of those taken, how many were merged from other machines; absent if none. */
  readonly elsewhere?: number;
  /** Of those made, how many were run by other machines, through a queue; absent if none. */
  readonly madeElsewhere?: number;
  /** Likewise those by this machine with another number of runs at a time: their seconds are not comparable. */
  readonly beside?: number;
  readonly madeBeside?: number;
}

/** The machine of the measurements. Seconds mean something only together with it. */
export interface Machine {
  readonly node: string;
  readonly thalweg: string;
  readonly os: string;
  readonly cpu: string;
  readonly cores: number;
  readonly workers: number;
}

/** The rules that applied to every optimizer on every problem. */
export interface Protocol {
  /** `quick` results are labelled as such wherever they are shown. */
  readonly preset: 'quick' | 'standard' | 'thorough' | 'custom';
  /** The number of learning rates in the first grid, and after it has grown towards its best: the same for all. */
  readonly gridPoints: number;
  readonly rates: number;
  /** The ratio of neighboring learning rates. */
  readonly gridRatio: number;
  /** The seed that scans the grid. It is used for nothing else. */
  readonly scanSeed: number;
  /** The seeds for results. Each trains at this many rates around the scan's best and takes the one that is best on its validation data. */
  readonly seeds: readonly number[];
  readonly ratesPerSeed: number;
  /** The probability of one or more false differences among all comparisons of a problem. */
  readonly alpha: number;
  /** In a search over several hyperparameters, which replaces scan and rates: the number of points that each seed tries. */
  readonly trials?: number;
}

/** One problem with everything that was run on it. */
export interface ProblemResult {
  readonly id: string;
  readonly title: string;
  /** Two or three sentences: data, model, sizes, split. */
  readonly description: string;
  readonly parameters: number;
  /** The number of gradients that each run may compute, which are its steps if each needs one. The x-axis of curves. */
  readonly steps: number;
  readonly batchSize: number | null;
  /** The metric by which learning rates and the reference are chosen, and the one reported on the test split; for a landscape both are of the final point. */
  readonly tuningMetric: Metric;
  readonly testMetric: Metric;
  /** Reached at the first measurement of the tuning metric that is at least as good: at or below it, or at or above if higher is better. */
  readonly target: { readonly value: number; readonly origin: string };
  readonly optimizers: readonly OptimizerResult[];
  /** The optimizer with which the others are compared: the best on validation data, so that no test uses the data that chose it. */
  readonly reference: string;
  /** Paired over the seeds. */
  readonly comparisons: readonly PairedComparison[];
  /** What fewer tries would have given; absent in older files, and if nothing was tuned. */
  readonly budget?: Budget;
  /** All optimizers at their declared defaults, without tuning; absent unless requested. */
  readonly defaults?: Defaults;
  /** For a two-parameter landscape: enough to draw contours. Values row by row from (x0, y0). */
  readonly landscape?: Landscape;
  /** Whether a user's file defines it; absent for built-in ones, and in older files. */
  readonly own?: true;
  /** Set if the gradient of a user's problem is not that of its loss. */
  readonly mismatch?: Mismatch;
}

/** A gradient that is not that of its loss: slopes along a random direction on one batch. */
export interface Mismatch {
  /** The parameter that was moved; null if all were. */
  readonly parameter: string | null;
  /** All parameters with wrong gradients, the first of them `parameter`; absent if all are, if unknown, and in older files. */
  readonly parameters?: readonly string[];
  /** The slope of the loss, by finite differences. */
  readonly slope: number;
  /** The slope according to the gradient. */
  readonly gradient: number;
  /** The ratio of gradient to slope, if it is the same in every direction. */
  readonly factor: number | null;
}

/** Optimizers at their declared defaults: each seed ran once. */
export interface Defaults {
  /** The best of them on validation data. */
  readonly reference: string;
  /** By rank. */
  readonly optimizers: readonly {
    readonly id: string;
    readonly label: string;
    readonly configuration: string;
    /** The default learning rate; null if it has none. */
    readonly lr: number | null;
    /** Whether it promises to need no tuning. */
    readonly promises: boolean;
    readonly results: readonly { readonly seed: number; readonly validationMetric: number | null; readonly testMetric: number | null }[];
    readonly summary: Summary;
    readonly rank: number;
  }[];
  /** Each of the others against their reference, and each against the tuned reference, seed by seed. */
  readonly comparisons: readonly PairedComparison[];
  readonly againstTuned: readonly PairedComparison[];
}

/** What tuning with 1, 2, … tries gives: the test metric of the try that is best on validation data. */
export interface Budget {
  /** The largest number of tries that all have. */
  readonly tries: number;
  readonly curves: readonly {
    readonly id: string;
    /** Medians over seeds and over which tries were made, with 95 % intervals by resampling the seeds; null for a diverged run. */
    readonly middle: readonly (number | null)[];
    readonly low: readonly (number | null)[];
    readonly high: readonly (number | null)[];
    /** The fraction of these resamplings in which it is ahead of all others; ties are split. */
    readonly ahead: readonly number[];
  }[];
}

/** A metric of a problem. */
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
  /**
   * The user's file that defines it, relative to where the command ran, and whether it is the default export; absent for built-in ones, and in older files.
   */
  readonly source?: { readonly file: string; readonly isDefault: boolean };
  /** Unique within the problem, e.g. `adamw` or `sgd-momentum`. */
  readonly id: string;
  readonly label: string;
  /** The exact configuration without the learning rate, as code: `adamw({ weightDecay: 0.01 })`. */
  readonly configuration: string;
  readonly hyperparameters: Readonly<Record<string, number | string | boolean>>;
  /** LaTeX of the update rule, from the definition itself. */
  readonly latex: string;
  /** Learning rates in ascending order: those of the scan and of the seeds; in a search one for each run. */
  readonly sweep: readonly SweepPoint[];
  /** The rate that most seeds chose, the lower of equals; in a search that of the best run. */
  readonly bestLr: number;
  /** `edge`: more than half of the seeds chose the last rate on a side, so a better one may lie outside. */
  readonly tuning: 'inside' | 'edge' | 'all-diverged';
  /** Each seed's run at its chosen rate. */
  readonly trials: readonly Trial[];
  /** 1 is best; ties share a rank. Diverged trials rank below every finite one. */
  readonly rank: number;
  /** The fraction of resamplings of the seeds in which it is first. */
  readonly first: number;
  readonly summary: Summary;
  /** The search space of several hyperparameters, and the result. */
  readonly search?: Search;
  /** Whether there was nothing to tune: each seed ran once. */
  readonly fixed?: true;
}

/** A hyperparameter that is searched. */
export interface Dimension {
  readonly name: string;
  /** The scale on which its values are spread evenly. */
  readonly scale: 'linear' | 'log' | 'log of 1 − x';
  readonly from: number;
  readonly to: number;
  /** The source of the range. */
  readonly source: string;
}

/** A search over several hyperparameters. */
export interface Search {
  readonly space: readonly Dimension[];
  /** The values of the run that was best on validation data, among all seeds. */
  readonly best: Readonly<Record<string, number>>;
  readonly tries: readonly {
    readonly seed: number;
    readonly values: Readonly<Record<string, number>>;
    readonly validationMetric: number | null;
    readonly testMetric: number | null;
  }[];
}

/** One learning rate and how it scored. */
export interface SweepPoint {
  readonly lr: number;
  /** Whether the point was added to the first grid. */
  readonly extension: boolean;
  /** The tuning metric with the scan's seed, if it tried this rate, and with each seed that did; null if the run diverged. */
  readonly scores: readonly (number | null)[];
  readonly diverged: number;
  /** Median over seeds, a diverged trial counting as worst; null when that is the median. */
  readonly score: number | null;
}

/** One training run with one seed, at the learning rate that it chose. */
export interface Trial {
  readonly seed: number;
  readonly lr: number;
  /** In a search over several hyperparameters, the chosen values, including `lr`. */
  readonly hyper?: Readonly<Record<string, number>>;
  readonly diverged: boolean;
  /** Why there is no result, if the run did not diverge but failed: it threw, ended its worker or took too long. It counts as diverged. */
  readonly failure?: string;
  /** The step at which the loss stopped being finite or passed the divergence bound. */
  readonly divergedAt: number | null;
  /** The tuning metric at the end, which is used for choosing, and the test metric, which is reported: means of the last evaluations. */
  readonly validationMetric: number | null;
  readonly testMetric: number | null;
  /** The losses on the same data, which break ties; null if the problem returns none. */
  readonly validationLoss: number | null;
  readonly testLoss: number | null;
  /** The training loss at the end. */
  readonly finalLoss: number | null;
  /** Training loss (smoothed over the recorded interval) and validation metric against steps. */
  readonly training: Curve;
  readonly validation: Curve;
  readonly reached: { readonly steps: number; readonly gradients: number; readonly seconds: number } | null;
  /** The number of steps, if it differs from the number of gradients: a step of SAM needs two, one with a line search several. */
  readonly taken?: number;
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
  /** What `low` and `high` are, for example `min–max of 3 seeds` or `quartiles of 10 seeds`. */
  readonly spread: string;
  readonly diverged: number;
  readonly reached: number;
  readonly stepsToTarget: number | null;
  readonly gradientsToTarget: number | null;
  readonly secondsToTarget: number | null;
}

/** An optimizer compared with the reference, seed by seed, on the test metric. Differences are positive where the reference is better. */
export interface PairedComparison {
  readonly reference: string;
  readonly other: string;
  /** The number of common seeds. */
  readonly seeds: number;
  /** Student's t of the differences; if a run diverged or failed, the signed-rank test with an infinite difference for it. */
  readonly test: 't' | 'ranks' | 'none';
  /** The mean over seeds, in the metric's unit; null if it is not finite. */
  readonly difference: number | null;
  /** Simultaneous for all comparisons of the problem: it excludes 0 exactly if `pValue` is below the level. */
  readonly interval: readonly [number, number] | null;
  /** Corrected for the number of comparisons. */
  readonly pValue: number | null;
  /** The p-value of the exact sign-flip test, corrected likewise: it assumes no distribution. */
  readonly exact: number | null;
  /** The smallest difference that would have been found with a probability of 0.8. */
  readonly detectable: number | null;
  /** The margin within which the two are equal, by an equivalence test at the same level; null if that is not shown. */
  readonly equalWithin: number | null;
  /** The verdict on `other`. */
  readonly verdict: 'worse' | 'better' | 'equal' | 'no detectable difference' | 'too few seeds' | 'no noise';
}
