/**
 * An update rule that a published JavaScript library got wrong, beside the library's own: what is wrong, the equations of both, and a run
 * of both that measures the difference. Knows no single rule and no page.
 */
import type { Method } from 'thalweg';
import type { Knob } from '../knob.ts';
import type { Outcome } from '../claim.ts';
import { linesOf, type Line } from './lines.ts';

/** A point of a curve. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A setting that a slider changes, with what it is in a few words. */
export interface Setting extends Knob {
  readonly label: string;
}

/** What running both showed. */
export interface SideBySide extends Outcome {
  readonly wrong: readonly Point[];
  readonly right: readonly Point[];
  /** Where on the x axis the settings are, for curves over a setting. */
  readonly at?: number;
}

/** One of the two rules as it is shown: equations, and words for what equations cannot say. */
export interface Side {
  readonly lines: readonly Line[];
  readonly words?: string;
}

/** The settings of a rule by name. */
export type Settings = Readonly<Record<string, number>>;

/** A rule gone wrong. */
export interface WrongRule {
  /** Unique, a word. */
  readonly id: string;
  readonly title: string;
  /** What the published library does. */
  readonly fault: string;
  /** What follows from it. */
  readonly harm: string;
  /** What is claimed, and measured, at the default settings. */
  readonly statement: string;
  /** The right rule's name, and its id where it has a colour of its own. */
  readonly optimizer: { readonly id: string; readonly label: string };
  readonly knobs: readonly Setting[];
  readonly axes: { readonly x: string; readonly y: string; readonly log: readonly ('x' | 'y')[] };
  readonly sides: { readonly wrong: Side; readonly right: Side };
  readonly measure: (settings: Settings) => Promise<SideBySide>;
}

/** The settings at their defaults. */
export function settingsOf({ knobs }: WrongRule): Record<string, number> {
  return Object.fromEntries(knobs.map(({ name, fallback }) => [name, fallback]));
}

/** A method's equations as a side; the method is made when they are first asked for, since most pages never do. */
export function sideOf(method: () => Method, words?: string): Side {
  let lines: readonly Line[] | undefined;
  return {
    get lines() {
      lines ??= linesOf(method());
      return lines;
    },
    ...(words === undefined ? {} : { words }),
  };
}

/** The values of rows 1 and on against the row. */
export function byStep(values: ArrayLike<number>): Point[] {
  return Array.from({ length: values.length - 1 }, (_, i) => ({ x: i + 1, y: values[i + 1]! }));
}

/** The first x at which a curve has no value. */
export function lostAt(points: readonly Point[]): number | undefined {
  return points.find(({ y }) => !Number.isFinite(y))?.x;
}

/** β as 1 − β, so that a slider reaches those near 1. */
export const forgetting = (name: string, symbol: string, label: string, fallback: number, low = 1e-4): Setting => ({
  name,
  label,
  symbol: `1 − ${symbol}`,
  fallback,
  low,
  high: 0.5,
  scale: 'log',
});
