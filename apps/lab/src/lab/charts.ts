/** Maps of many runs: the work they are made of, their plots, and what they say in words. Knows jobs and plots; knows no worker. */
import { figure, type Surface } from '@thalweg/guide';
import type { Draft } from '../draw/draft.ts';
import { gridOfPowers, penLine, powerOfTen } from '../draw/series.ts';
import { nameOf, type Entrant } from '../race/entrant.ts';
import type { BasinsJob, PlaneJob, SensitivityJob } from '../work/jobs.ts';
import type { SurfaceSpec } from './spec.ts';

/** What is the same in all runs of a map. */
export interface Setting {
  readonly spec: SurfaceSpec;
  readonly surface: Surface;
  readonly start: readonly [number, number];
  readonly steps: number;
  /** Standard deviation of the gradient's noise, that of the batch. */
  readonly noise: number;
  readonly seed: number;
}

/** The rows of a map, undefined where they are still to come. */
export type Rows = readonly (readonly number[] | undefined)[];

/** A map: its jobs, its plot, its words. */
export interface Chart<J> {
  readonly jobs: readonly J[];
  readonly draft: (rows: Rows) => Draft;
  readonly words: (rows: Rows) => string;
}

const rates = Array.from({ length: 33 }, (_, i) => 10 ** (-4 + i / 6.4));
const decays = Array.from({ length: 13 }, (_, i) => Number((1e-4 * 10 ** (i / 3)).toPrecision(3)));
const planeRates = Array.from({ length: 13 }, (_, i) => Number((1e-3 * 10 ** (i / 4)).toPrecision(3)));
/** Cells of the map of starts. */
export const cells = { columns: 60, rows: 40 } as const;

function common({ spec, steps }: Setting): { readonly surface: SurfaceSpec; readonly steps: number } {
  return { surface: spec, steps };
}

/** The loss at the end against the learning rate, for each optimizer that has one. */
export function sensitivity(setting: Setting, entrants: readonly Entrant[]): Chart<SensitivityJob> {
  const { start, noise, seed, surface } = setting;
  const chosen = entrants.filter(({ values }) => 'lr' in values);
  const lossAt = ([x, y]: readonly [number, number]): number => surface.objective(Float64Array.of(x, y), new Float64Array(2));
  const jobs = chosen.map((entrant): SensitivityJob => ({ kind: 'sensitivity', ...common(setting), entrant, start, noise, seed, rates }));
  return {
    jobs,
    draft: (rows) => (plot) => {
      const losses = rows.flatMap((row) => row ?? []).filter(Number.isFinite);
      const lowest = Math.min(...losses, ...surface.minima.map(lossAt), lossAt(start));
      const top = Math.max(1e-3, 3 * (lossAt(start) - lowest));
      const height = (loss: number): number => (Number.isFinite(loss) ? Math.min(top, Math.max(top * 1e-10, loss - lowest)) : top);
      return {
        x: {
          type: 'log',
          domain: [1e-4, 10],
          label: 'learning rate',
          ticks: [1e-4, 1e-3, 1e-2, 0.1, 1, 10],
          tickFormat: powerOfTen,
          tickSize: 3,
        },
        y: { type: 'log', domain: [top * 1e-10, top], label: null, ticks: 5, tickFormat: powerOfTen, tickSize: 0 },
        marks: [
          gridOfPowers(plot),
          ...chosen.flatMap((entrant, i) => {
            const row = rows[i];
            return row === undefined
              ? []
              : [
                  penLine(
                    plot,
                    row.map((loss, j) => ({ x: rates[j]!, y: height(loss) })),
                    entrant.key,
                  ),
                ];
          }),
        ],
      };
    },
    words(rows) {
      const best = chosen.flatMap((entrant, i) => {
        const row = rows[i];
        const loss = Math.min(...(row ?? []));
        return row === undefined || !Number.isFinite(loss)
          ? []
          : [`${nameOf(entrant)} η = ${figure(rates[row.indexOf(loss)]!)} (${figure(loss)})`];
      });
      return best.length === 0 ? '' : `Lowest loss: ${best.join(', ')}.`;
    },
  };
}

/** The loss at the end over learning rate and weight decay, for one optimizer. */
export function plane(setting: Setting, entrant: Entrant): Chart<PlaneJob> {
  const { start, noise, seed } = setting;
  const flat = (rows: Rows): { lr: number; decay: number; loss: number }[] =>
    rows.flatMap((row, i) => (row ?? []).map((loss, j) => ({ lr: planeRates[i]!, decay: decays[j]!, loss })));
  const lowestOf = (rows: Rows): { lr: number; decay: number; loss: number } | undefined =>
    flat(rows)
      .filter(({ loss }) => Number.isFinite(loss))
      .sort((a, b) => a.loss - b.loss)[0];
  return {
    jobs: planeRates.map((lr) => ({ kind: 'plane', ...common(setting), entrant, start, noise, seed, lr, decays })),
    draft: (rows) => (plot) => {
      const all = flat(rows);
      const order = all
        .map(({ loss }) => loss)
        .filter(Number.isFinite)
        .sort((a, b) => a - b);
      const shade = (loss: number): number =>
        Number.isFinite(loss) ? Math.round((8 * order.findIndex((other) => other >= loss)) / Math.max(1, order.length - 1)) : 8;
      const lowest = lowestOf(rows);
      return {
        marginLeft: 58,
        x: {
          type: 'band',
          domain: planeRates,
          label: 'η',
          tickFormat: (value: number) => (planeRates.indexOf(value) % 4 === 0 ? figure(value, 2) : ''),
          tickSize: 0,
          padding: 0,
        },
        y: {
          type: 'band',
          domain: decays.toReversed(),
          label: null,
          tickFormat: (value: number) => (decays.indexOf(value) % 3 === 0 ? figure(value, 2) : ''),
          tickSize: 0,
          padding: 0,
        },
        marks: [
          plot.cell(all, {
            x: 'lr',
            y: 'decay',
            inset: 0.5,
            fill: ({ loss }: { loss: number }) => `var(--heat-${String(shade(loss))})`,
            title: (cell: (typeof all)[number]) => `η ${figure(cell.lr)}, λ ${figure(cell.decay)}: ${figure(cell.loss)}`,
          }),
          plot.dot(lowest === undefined ? [] : [lowest], { x: 'lr', y: 'decay', r: 4, fill: 'var(--ink)', stroke: 'var(--paper)' }),
        ],
      };
    },
    words(rows) {
      const lowest = lowestOf(rows);
      return lowest === undefined ? '' : `Lowest loss: ${figure(lowest.loss)} at η = ${figure(lowest.lr)}, λ = ${figure(lowest.decay)}.`;
    },
  };
}

interface End {
  readonly column: number;
  readonly row: number;
  /** The place where it ends; −1 for none of them, −2 where the run diverged. */
  readonly place: number;
}

/** Where each start ends, for one optimizer. Noise is left out. */
export function basins(setting: Setting, entrant: Entrant): Chart<BasinsJob> {
  const { x, y, minima } = setting.surface;
  const near = 0.025 * Math.hypot(x[1] - x[0], y[1] - y[0]);
  /** The known minima, or, where none are known, ends as they are found, up to eight. */
  const endsOf = (rows: Rows): { readonly ends: readonly End[]; readonly places: readonly (readonly [number, number])[] } => {
    const places = minima.map(([a, b]): readonly [number, number] => [a, b]);
    const ends: End[] = [];
    rows.forEach((values, row) => {
      for (let column = 0; values !== undefined && column < cells.columns; column++) {
        const [a, b] = [values[2 * column]!, values[2 * column + 1]!];
        let place = Number.isFinite(a) ? places.findIndex(([p, q]) => Math.hypot(a - p, b - q) < near) : -2;
        if (place === -1 && minima.length === 0 && places.length < 8) place = places.push([a, b]) - 1;
        ends.push({ column, row, place });
      }
    });
    return { ends, places };
  };
  const height = (y[1] - y[0]) / cells.rows;
  return {
    jobs: Array.from({ length: cells.rows }, (_, row) => ({
      kind: 'basins',
      ...common(setting),
      entrant,
      columns: cells.columns,
      y: y[0] + height * (row + 0.5),
    })),
    draft: (rows) => (plot) => {
      const { ends, places } = endsOf(rows);
      return {
        x: { domain: [0, cells.columns], axis: null },
        y: { domain: [0, cells.rows], axis: null },
        marginLeft: 8,
        marginBottom: 10,
        marks: [
          plot.rect(ends, {
            x1: 'column',
            x2: ({ column }: End) => column + 1,
            y1: 'row',
            y2: ({ row }: End) => row + 1,
            fill: ({ place }: End) => (place === -2 ? 'var(--alarm)' : place === -1 ? 'var(--line)' : `var(--basin-${String(place % 8)})`),
          }),
          plot.text(
            places.map(([a, b], i) => ({
              u: ((a - x[0]) / (x[1] - x[0])) * cells.columns,
              v: ((b - y[0]) / (y[1] - y[0])) * cells.rows,
              text: String(i + 1),
            })),
            { x: 'u', y: 'v', text: 'text', fill: 'var(--ink)', stroke: 'var(--paper)', strokeWidth: 3, fontWeight: 600, clip: true },
          ),
        ],
      };
    },
    words(rows) {
      const { ends, places } = endsOf(rows);
      if (ends.length === 0) return '';
      const share = (place: number): number => ends.filter((end) => end.place === place).length / ends.length;
      const said = places.map(([a, b], i) => `${String(i + 1)} at (${figure(a)}, ${figure(b)}): ${figure(100 * share(i))} %`);
      const elsewhere = share(-1) > 0 ? [`in none of these: ${figure(100 * share(-1))} %`] : [];
      return `Of the starts end in ${[...said, ...elsewhere, `diverged or without a value: ${figure(100 * share(-2))} %`].join('; ')}.`;
    },
  };
}
