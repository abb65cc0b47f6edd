/** What workers compute, and how it is asked for and answered: plain data only. Knows no page. */
import type { DecayForm } from '@thalweg/guide';
import type { Entrant } from '../race/entrant.ts';
import type { SurfaceSpec } from '../lab/spec.ts';

/** One row of work. */
export type Job =
  | { readonly kind: 'heat'; readonly form: DecayForm; readonly lr: number; readonly seed: number }
  | {
      readonly kind: 'sensitivity';
      readonly surface: SurfaceSpec;
      readonly entrant: Entrant;
      readonly start: readonly [number, number];
      readonly steps: number;
      readonly noise: number;
      readonly rates: readonly number[];
    }
  | {
      readonly kind: 'basins';
      readonly surface: SurfaceSpec;
      readonly entrant: Entrant;
      readonly steps: number;
      readonly columns: number;
      /** The row's second coordinate. */
      readonly y: number;
    }
  | {
      readonly kind: 'plane';
      readonly surface: SurfaceSpec;
      readonly entrant: Entrant;
      readonly start: readonly [number, number];
      readonly steps: number;
      readonly lr: number;
      readonly decays: readonly number[];
    };

/** A worker's answer: the numbers of the row, or what went wrong. */
export type Answer = { readonly values: readonly number[] } | { readonly error: string };
