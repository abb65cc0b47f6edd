/** Ranks against the length of the run. */
import * as Plot from '@observablehq/plot';
import type { KeptProblem } from '../kept.ts';
import { picture, type Panel } from '../picture.ts';
import { horizons } from '../plan.ts';
import { entrant, optimizersIn, ranksOf } from '../reading.ts';
import { grid, ink, keysOf, line } from './common.ts';

/** Ranks by the length of the run; `at` gives a problem's results at a multiple of its length. */
export function horizonRanks(names: readonly string[], at: (name: string, times: number) => KeptProblem): string {
  const keys = keysOf(names.map((name) => at(name, 0.5)));
  const times = [horizons[0], 1, ...horizons.slice(1)];
  return picture('Rank (1 is best) against the length of the run', keys, 2, (pens) =>
    names.map((name): Panel => {
      const ids = optimizersIn(at(name, 0.5));
      const seeds = new Set(entrant(at(name, 0.5), ids[0]!).trials.map(({ seed }) => seed));
      const ranks = times.map((one) => ranksOf(at(name, one), ids, seeds));
      return {
        title: name,
        label: `ranks on ${name} against the length of the run`,
        options: {
          height: 250,
          x: {
            type: 'log',
            label: 'length of the run (1: as in the main comparison)',
            ticks: times,
            tickSize: 4,
            tickFormat: (x: number) => (x === 0.5 ? '½' : String(x)),
          },
          y: { reverse: true, label: null, ticks: ids.length, tickSize: 0 },
          marks: [
            Plot.gridY(grid),
            ...ids.flatMap((id) => {
              const points = times.map((x, i) => ({ x, rank: ranks[i]!.get(id)! }));
              return [
                Plot.lineY(points, { x: 'x', y: 'rank', ...line(pens.of(id)) }),
                Plot.dot(points, { x: 'x', y: 'rank', r: 3, fill: ink, className: `o ${pens.of(id).name}` }),
              ];
            }),
          ],
        },
      };
    }),
  );
}
