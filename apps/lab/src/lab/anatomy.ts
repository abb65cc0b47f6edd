/** One step taken apart: what each name of the equations was, the decay, the update, and how long each got in the whole run. */
import type { Trace } from '@thalweg/guide';
import type { Step } from '../draw/path.ts';
import { nameToLatex } from 'thalweg';
import { entryOf, rateAt, type Entrant } from '../race/entrant.ts';

/** A pair of numbers, one for each coordinate. */
export type Pair = readonly [number, number];

/** Something that a step has. */
export interface Piece {
  readonly name: string;
  readonly latex: string;
  /** Its numbers after a step. */
  readonly read: Reader;
  /** The greatest length in the run, against which an arrow is drawn; 0 where an arrow means nothing. */
  readonly longest: number;
}

/** What is read at a row. */
export type Reader = (row: number) => Pair;

/** Everything that the steps of a run have, from the gradient to the update, to be read row by row. */
export function piecesOf(entrant: Entrant, trace: Trace, steps: number): Piece[] {
  return readers(entrant, trace, steps).map(({ name, latex, read, arrow }) => ({
    name,
    latex,
    read,
    longest: arrow ? longestOf(trace, read) : 0,
  }));
}

/** The move of step `row`. */
export function update(trace: Trace, row: number): Pair {
  const at = (i: 0 | 1): number => trace.w[2 * row + i]! - trace.w[2 * row - 2 + i]!;
  return row < 1 ? [0, 0] : [at(0), at(1)];
}

/** The part of the move that is decoupled weight decay, −η·λ·w; undefined where the method has none. */
export function decay(entrant: Entrant, trace: Trace, row: number, steps: number): Pair | undefined {
  const name = entryOf(entrant)?.decay;
  const share = name === undefined ? 0 : (entrant.values[name] ?? 0) * rateAt(entrant, row, steps);
  if (name === undefined || row < 1) return undefined;
  return [-share * trace.w[2 * row - 2]!, -share * trace.w[2 * row - 1]!];
}

function readers(
  entrant: Entrant,
  trace: Trace,
  steps: number,
): { readonly name: string; readonly latex: string; readonly read: Reader; readonly arrow: boolean }[] {
  const pair =
    (values: Float64Array): Reader =>
    (row) => [values[2 * row]!, values[2 * row + 1]!];
  const decays = entryOf(entrant)?.decay !== undefined;
  return [
    { name: 'w', latex: 'w', read: pair(trace.w), arrow: false },
    { name: 'g', latex: 'g', read: pair(trace.g), arrow: true },
    ...[...trace.names].map(([name, values]) => ({
      name,
      latex: nameToLatex(name),
      read: pair(values),
      arrow: !trace.scalars.has(name),
    })),
    ...(decays
      ? [
          {
            name: 'decay',
            latex: '-\\eta\\lambda w',
            read: (row: number) => decay(entrant, trace, row, steps) ?? ([0, 0] as const),
            arrow: true,
          },
        ]
      : []),
    { name: 'update', latex: '\\Delta w', read: (row: number) => update(trace, row), arrow: true },
  ];
}

function longestOf(trace: Trace, read: Reader): number {
  let longest = 0;
  for (let row = 1; row < trace.rows; row++) {
    const length = Math.hypot(...read(row));
    if (Number.isFinite(length) && length > longest) longest = length;
  }
  return longest;
}

/**
 * The arrows of step `row` on the map: down the gradient and down the momentum, each at a scale of its own, and the update with the decay
 * in it, at the scale of the map.
 */
export function stepOf(
  entrant: Entrant,
  trace: Trace,
  row: number,
  steps: number,
  colours: { readonly pen: string; readonly soft: string },
): Step | undefined {
  const last = Math.min(row, trace.rows - 1);
  if (last < 1) return undefined;
  const momentum =
    trace.names.get('m_hat') ??
    trace.names.get('m') ??
    (entryOf(entrant)?.momentum === 'summed' || entryOf(entrant)?.momentum === 'nesterov' ? trace.names.get('v') : undefined);
  const decayed = decay(entrant, trace, last, steps);
  const down = (values: Float64Array): Pair => [-values[2 * last]!, -values[2 * last + 1]!];
  return {
    from: [trace.w[2 * last - 2]!, trace.w[2 * last - 1]!],
    groups: [
      { most: 60, arrows: [{ by: down(trace.g), colour: colours.soft, pen: 'thin' }] },
      ...(momentum === undefined ? [] : [{ most: 80, arrows: [{ by: down(momentum), colour: colours.pen, pen: 'thin' } as const] }]),
      {
        most: 130,
        arrows: [
          { by: update(trace, last), colour: colours.pen, pen: 'strong' },
          ...(decayed === undefined ? [] : [{ by: decayed, colour: colours.pen, pen: 'dotted' } as const]),
        ],
      },
    ],
  };
}
