/** What workers compute, and how it is asked for and answered: plain data only. Knows no page. */
import type { DecayForm, Outcome, WordsPoint } from '@thalweg/guide';
import type { SurfaceSpec } from '../lab/spec.ts';
import type { Entrant } from '../race/entrant.ts';
import type { NetId } from '../train/setup.ts';

/** A row of the maps of learning rate and decay: the mean loss over these seeds. */
export interface HeatJob {
  readonly kind: 'heat';
  readonly form: DecayForm;
  readonly lr: number;
  readonly seeds: readonly number[];
}

/** The loss at the end for each of these learning rates. */
export interface SensitivityJob {
  readonly kind: 'sensitivity';
  readonly surface: SurfaceSpec;
  readonly entrant: Entrant;
  readonly start: readonly [number, number];
  readonly steps: number;
  readonly noise: number;
  readonly seed: number;
  readonly rates: readonly number[];
}

/** The loss at the end for each of these decays at one learning rate. */
export interface PlaneJob {
  readonly kind: 'plane';
  readonly surface: SurfaceSpec;
  readonly entrant: Entrant;
  readonly start: readonly [number, number];
  readonly steps: number;
  readonly noise: number;
  readonly seed: number;
  readonly lr: number;
  readonly decays: readonly number[];
}

/** Where each start of a row ends: two numbers for each, NaN where the run diverged. */
export interface BasinsJob {
  readonly kind: 'basins';
  readonly surface: SurfaceSpec;
  readonly entrant: Entrant;
  readonly steps: number;
  readonly columns: number;
  /** The row's second coordinate. */
  readonly y: number;
}

/** A claim of the guide, measured. */
export interface ClaimJob {
  readonly kind: 'claim';
  readonly id: string;
  /** The page's address, from which data is fetched. */
  readonly base: string;
}

/** AdaGrad's rate of each word after training on the text. */
export interface WordsJob {
  readonly kind: 'words';
  readonly base: string;
}

/** A run on the text with this decay, as in the guide's protocol. */
export interface DecayJob {
  readonly kind: 'decay';
  readonly base: string;
  readonly weightDecay: number;
}

/** The rate at which an optimizer does best; no number where there is none. */
export interface TuneJob {
  readonly kind: 'tune';
  readonly surface: SurfaceSpec;
  readonly entrant: Entrant;
  readonly start: readonly [number, number];
  readonly steps: number;
  readonly noise: number;
  readonly seed: number;
}

/** A network trained by one optimizer with one seed, and how it does on the two halves of the validation data. */
export interface TrialJob {
  readonly kind: 'trial';
  readonly base: string;
  readonly net: NetId;
  readonly entrant: Entrant;
  readonly steps: number;
  readonly seed: number;
}

/** One piece of work. */
export type Job = TrialJob | TuneJob | HeatJob | SensitivityJob | PlaneJob | BasinsJob | ClaimJob | WordsJob | DecayJob;

/** A word, in how many paragraphs it is, and its rate as a multiple of η. */
export interface WordRate {
  readonly word: string;
  readonly count: number;
  readonly rate: number;
}

/** The loss on the half that rates are chosen by, and the percentage told wrong of the half that is reported. */
export interface TrialResult {
  readonly loss: number;
  readonly error: number;
}

/** What comes of a piece of work; null of a trial that diverged or could not run. */
export type Result<J extends Job> = J extends TrialJob
  ? TrialResult | null
  : J extends ClaimJob
    ? Outcome | { readonly failed: string }
    : J extends TuneJob
      ? number
      : J extends WordsJob
        ? readonly WordRate[]
        : J extends DecayJob
          ? readonly WordsPoint[]
          : readonly number[];

/** A worker's answer: what came of it, or what went wrong. */
export type Answer = { readonly result: Result<Job> } | { readonly error: string };
