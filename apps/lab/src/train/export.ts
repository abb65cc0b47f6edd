/** What can be taken away from a training: its curves as CSV, its slice as JSON. */
import type { Slice } from './messages.ts';
import type { Setup } from './setup.ts';
import type { Curve } from './training.svelte.ts';

/** A row for each optimizer, seed and mark. */
export function curvesCsv({ entrants }: Setup, curves: readonly Curve[]): string {
  const rows = curves.flatMap(({ entrant, seed, marks, divergedAt }) => {
    const start = [entrants[entrant]!.key, seed];
    const known = marks.map(({ step, training, validation, error }) => [...start, step, training, validation, error].join(','));
    return divergedAt === undefined ? known : [...known, [...start, divergedAt, 'diverged', '', ''].join(',')];
  });
  return ['optimizer,seed,step,training loss,validation loss,validation error in %', ...rows, ''].join('\n');
}

/** The grid and the paths, with the setup that they follow from. */
export function sliceJson(setup: Setup, slice: Slice): string {
  const routes = slice.routes.map((route) => ({ ...route, points: [...route.points], optimizer: setup.entrants[route.entrant]!.key }));
  return JSON.stringify({ setup, slice: { ...slice, heights: [...slice.heights], routes } }, null, 1);
}
