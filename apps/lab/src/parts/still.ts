/**
 * What takes the place of a browser while the site's pages are written: what is computed, awaited by who writes; and pictures where a browser
 * would draw. In a browser there is none. Knows components only by their context.
 */
import type { Surface, Trace } from '@thalweg/guide';
import { getContext, hasContext } from 'svelte';
import type { Draft } from '../draw/draft.ts';
import type { Entrant } from '../race/entrant.ts';

/** What is drawn of a race. */
export interface Drawn {
  readonly surface: Surface;
  readonly start: readonly [number, number];
  readonly runs: readonly { readonly entrant: Entrant; readonly trace?: Trace }[];
}

/** Who writes the pages. */
export interface Still {
  /** What the promise of this name comes to; undefined until it has, whereupon the page is written again. */
  readonly known: <T>(name: string, make: () => Promise<T>) => T | undefined;
  /** Markup of the map of a race with its paths. */
  readonly map: (race: Drawn, ratio: number, label: string) => string;
  /** Markup of a figure. */
  readonly figure: (draft: Draft, height: number, label: string) => string;
  /** Markup of a formula. */
  readonly formula: (tex: string, block: boolean) => string;
}

/** The name of the context. */
export const stillKey = 'thalweg-still';

/** Who writes this page; undefined in a browser. Call inside a component. */
export function still(): Still | undefined {
  return hasContext(stillKey) ? getContext<Still>(stillKey) : undefined;
}
