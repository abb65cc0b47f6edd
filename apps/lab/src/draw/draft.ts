/** Figures before there is anything to draw them with. Knows no figure. */
import type { PlotOptions } from '@observablehq/plot';
import type * as marks from './marks.ts';

/** The marks of Observable Plot, and `plot` itself. */
export type Marks = typeof marks;

/** A figure as options of a plot, made when there are marks to make it of. What it reads is followed: a change draws the figure again. */
export type Draft = (plot: Marks) => PlotOptions;

/** What all figures have: their margins, and colours that are given and not chosen by a scale. */
export const around = {
  marginLeft: 48,
  marginRight: 22,
  marginTop: 14,
  marginBottom: 36,
  color: { type: 'identity' },
} as const satisfies PlotOptions;
