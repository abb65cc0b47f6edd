/** What the page and the training worker say to each other: plain data only. */
import type { Entrant } from '../race/entrant.ts';
import type { Learnt } from './learnt.ts';
import type { News } from './session.ts';
import type { Setup } from './setup.ts';
import type { Frame } from './slice.ts';

/** What the page asks for. */
export type Order =
  /** Fetch, bind and train. `base` is the address of the page, from which the data is fetched. */
  | { readonly kind: 'train'; readonly setup: Setup; readonly base: string }
  | { readonly kind: 'pause' }
  | { readonly kind: 'resume' }
  /** The plane of this optimizer's path, with so many columns. */
  | { readonly kind: 'slice'; readonly entrant: number; readonly columns: number }
  | { readonly kind: 'stop slice' }
  /** An optimizer with another value of a hyperparameter, in force from the next step. */
  | { readonly kind: 'tune'; readonly entrant: number; readonly one: Entrant; readonly name: string }
  /** What an optimizer has learnt so far. */
  | { readonly kind: 'look'; readonly entrant: number };

/** A path on the map. */
export interface Route {
  readonly entrant: number;
  /** Two coordinates for each mark. */
  readonly points: Float64Array;
  /** The loss at its end, that of the ground under it, and how far the end lies off the map, in units of the weights. */
  readonly loss: number;
  readonly ground: number;
  readonly off: number;
}

/** A slice of the loss. */
export interface Slice extends Frame {
  readonly entrant: number;
  /** The steps of the snapshots. */
  readonly steps: readonly number[];
  readonly columns: number;
  readonly rows: number;
  /** Row by row from the lowest. */
  readonly heights: Float64Array;
  readonly explained: readonly [number, number];
  readonly routes: readonly Route[];
  /** How far the path's end is from its start. */
  readonly length: number;
}

/** What the worker answers. */
export type Answer =
  /** Training begins; which hyperparameters of each optimizer can be changed while it runs. */
  | { readonly kind: 'opened'; readonly live: readonly (readonly string[])[] }
  | { readonly kind: 'news'; readonly step: number; readonly news: readonly News[]; readonly finished: boolean }
  /** A coarse map comes first, then the one asked for. */
  | { readonly kind: 'slice'; readonly slice: Slice; readonly finished: boolean }
  | { readonly kind: 'progress'; readonly done: number; readonly total: number }
  | { readonly kind: 'look'; readonly entrant: number; readonly learnt: Learnt | undefined }
  | { readonly kind: 'failed'; readonly what: 'training' | 'slice'; readonly message: string };
