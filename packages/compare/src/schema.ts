/**
 * The document a comparison produces. The runner writes it, reports and the lab read it, and nothing else passes between them.
 * It must not know how trials are run or drawn. A curve is two arrays of equal length; a number that is not finite is stored as
 * null, because JSON has no NaN or Infinity.
 */

/** A whole comparison: `thalweg compare` writes one of these as `results.json`. */
export interface Comparison {
  readonly format: 'thalweg-comparison';
  readonly version: 2;
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
  /** Of those kept, how many other machines made, whose runs were merged: absent where none. */
  readonly elsewhere?: number;
  /** Of those made, how many other machines made, to which a queue handed them: absent where none. */
  readonly madeElsewhere?: number;
  /** The same of those that this machine made, with another number of runs at a time: their seconds are others, too. */
  readonly beside?: number;
  readonly madeBeside?: number;
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
  /** Learning rates of the first grid, and how many everyone has tried when its grid has grown towards its best: the same number for all. */
  readonly gridPoints: number;
  readonly rates: number;
  /** Ratio of neighbouring learning rates. */
  readonly gridRatio: number;
  /** The seed that scans the grid. No figure but the scan's own comes from it. */
  readonly scanSeed: number;
  /** Each of these tunes for itself: it trains at so many rates around the scan's best and takes the one that is best on its validation data. */
  readonly seeds: readonly number[];
  readonly ratesPerSeed: number;
  /** The probability of one or more false differences among all comparisons of a problem. */
  readonly alpha: number;
  /** In a search over several hyperparameters, which takes the place of scan and rates: the points that each seed tries. */
  readonly trials?: number;
}

/** One problem with everything that was run on it. */
export interface ProblemResult {
  readonly id: string;
  readonly title: string;
  /** Two or three sentences: data, model, sizes, split. */
  readonly description: string;
  readonly parameters: number;
  /** Gradients that each run may spend; where each step needs one, its steps. Curves are against them. */
  readonly steps: number;
  readonly batchSize: number | null;
  /** What learning rates and the reference are chosen by, and what is reported from the test split; for a landscape both are of the final point. */
  readonly tuningMetric: Metric;
  readonly testMetric: Metric;
  /** Reached at the first measurement of the tuning metric that is as good as this: at or below it, or at or above where more is better. */
  readonly target: { readonly value: number; readonly origin: string };
  readonly optimizers: readonly OptimizerResult[];
  /** The optimizer that the others are compared with: the best on validation data, so that no test looks at the data that chose it. */
  readonly reference: string;
  /** Paired over the seeds. */
  readonly comparisons: readonly PairedComparison[];
  /** What fewer tries would have given; absent in files of before, and where nothing was tuned. */
  readonly budget?: Budget;
  /** All at their declared defaults, without tuning; absent unless that was asked for. */
  readonly defaults?: Defaults;
  /** For a two-parameter landscape: enough to draw contours. Values row by row from (x0, y0). */
  readonly landscape?: Landscape;
  /** Set where a user's file brought it; absent of built-in ones, and in files of before. */
  readonly own?: true;
  /** Where the gradient of a user's problem is not that of its loss. */
  readonly mismatch?: Mismatch;
}

/** A gradient that is not that of its loss: slopes along a random direction on one batch. */
export interface Mismatch {
  /** Whose weights move; null where all do. */
  readonly parameter: string | null;
  /** All parameters whose gradients are wrong, the first of them `parameter`; absent where all are, where it is not known, and in files of before. */
  readonly parameters?: readonly string[];
  /** Of the loss, by finite differences. */
  readonly slope: number;
  /** What the gradient says. */
  readonly gradient: number;
  /** The gradient's share of the slope, where it is the same in every direction. */
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
    /** The learning rate that it takes by default; null where it has none. */
    readonly lr: number | null;
    /** Whether it promises to need no tuning. */
    readonly promises: boolean;
    readonly results: readonly { readonly seed: number; readonly validationMetric: number | null; readonly testMetric: number | null }[];
    readonly summary: Summary;
    readonly rank: number;
  }[];
  /** Each of the others against their reference, and each against the reference of the tuned, seed by seed. */
  readonly comparisons: readonly PairedComparison[];
  readonly againstTuned: readonly PairedComparison[];
}

/** What tuning with 1, 2, … tries gives: the test metric of the best of them on validation data. */
export interface Budget {
  /** The largest number of tries that all have. */
  readonly tries: number;
  readonly curves: readonly {
    readonly id: string;
    /** Medians over seeds and over which tries were made, with 95 % intervals by resampling the seeds; null where that is a diverged run. */
    readonly middle: readonly (number | null)[];
    readonly low: readonly (number | null)[];
    readonly high: readonly (number | null)[];
    /** The share of these resamplings in which it is ahead of all others; equals share. */
    readonly ahead: readonly number[];
  }[];
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
  /** The user's file that brought it, from where the command ran, and whether what makes it is its default export; absent of built-in ones, and in files of before. */
  readonly source?: { readonly file: string; readonly isDefault: boolean };
  /** Unique within the problem, e.g. `adamw` or `sgd-momentum`. */
  readonly id: string;
  readonly label: string;
  /** The exact configuration apart from the learning rate, as code: `adamw({ weightDecay: 0.01 })`. */
  readonly configuration: string;
  readonly hyperparameters: Readonly<Record<string, number | string | boolean>>;
  /** LaTeX of the update rule, from the definition itself. */
  readonly latex: string;
  /** Ascending learning rates: the scan's, and those that the seeds tried; in a search one for each run. */
  readonly sweep: readonly SweepPoint[];
  /** The rate that most seeds chose, the lower of equals; in a search that of the best run. */
  readonly bestLr: number;
  /** `edge`: more than half of the seeds chose the last rate on a side, so a better one may lie outside. */
  readonly tuning: 'inside' | 'edge' | 'all-diverged';
  /** Each seed's run at the rate that it chose. */
  readonly trials: readonly Trial[];
  /** 1 is best; ties share a rank. Diverged trials rank below every finite one. */
  readonly rank: number;
  /** How often it would be first with other seeds: the share of resamplings of the seeds in which it is. */
  readonly first: number;
  readonly summary: Summary;
  /** Where a search over several hyperparameters looked, and what it found. */
  readonly search?: Search;
  /** There is nothing to tune: each seed ran once. */
  readonly fixed?: true;
}

/** A hyperparameter that is searched. */
export interface Dimension {
  readonly name: string;
  /** On which scale its values are spread evenly. */
  readonly scale: 'linear' | 'log' | 'log of 1 − x';
  readonly from: number;
  readonly to: number;
  /** Who says so. */
  readonly source: string;
}

/** A search over several hyperparameters. */
export interface Search {
  readonly space: readonly Dimension[];
  /** The values of the run that was best on validation data, of all seeds. */
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
  /** Whether the point was in the first grid or was added to it. */
  readonly extension: boolean;
  /** The tuning metric with the scan's seed, where it tried this rate, and with each seed that did; null where the run diverged. */
  readonly scores: readonly (number | null)[];
  readonly diverged: number;
  /** Median over seeds, a diverged trial counting as worst; null when that is the median. */
  readonly score: number | null;
}

/** One training run with one seed, at the learning rate that it chose. */
export interface Trial {
  readonly seed: number;
  readonly lr: number;
  /** In a search over several hyperparameters, the values that it chose, `lr` among them. */
  readonly hyper?: Readonly<Record<string, number>>;
  readonly diverged: boolean;
  /** Why there is no result, where the run did not diverge but failed: it threw, ended its worker or took too long. It counts as diverged. */
  readonly failure?: string;
  /** The step at which the loss stopped being finite or passed the divergence bound. */
  readonly divergedAt: number | null;
  /** The tuning metric at the end, which chooses, and the test metric, which is reported: means of the last evaluations. */
  readonly validationMetric: number | null;
  readonly testMetric: number | null;
  /** The losses that go with them, which decide between equals; null where the problem tells none. */
  readonly validationLoss: number | null;
  readonly testLoss: number | null;
  /** The training loss at the end. */
  readonly finalLoss: number | null;
  /** Training loss (smoothed over the recorded interval) and validation metric against steps. */
  readonly training: Curve;
  readonly validation: Curve;
  readonly reached: { readonly steps: number; readonly gradients: number; readonly seconds: number } | null;
  /** The steps that it took, where they are not as many as its gradients: two of these in each of SAM's, several in a line search. */
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
  /** What `low` and `high` are, e.g. `min–max of 3 seeds` or `quartiles of 10 seeds`. */
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
  /** How many seeds both have. */
  readonly seeds: number;
  /** Student's t of the differences; where a run diverged or failed, the signed-rank test with an infinite difference for it. */
  readonly test: 't' | 'ranks' | 'none';
  /** Mean over seeds, in the metric's unit; null where it is not finite. */
  readonly difference: number | null;
  /** Holds for all comparisons of the problem at once: it leaves 0 out where `pValue` is below the level. */
  readonly interval: readonly [number, number] | null;
  /** Corrected for the number of comparisons. */
  readonly pValue: number | null;
  /** The exact sign-flip test's, corrected likewise: it assumes no distribution. */
  readonly exact: number | null;
  /** The smallest difference that would have been found with a probability of 0.8. */
  readonly detectable: number | null;
  /** The margin within which the two are equal, by an equivalence test at the same level; null where that is not shown. */
  readonly equalWithin: number | null;
  /** What is said of `other`. */
  readonly verdict: 'worse' | 'better' | 'equal' | 'no detectable difference' | 'too few seeds' | 'no noise';
}
