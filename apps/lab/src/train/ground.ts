/** The loss on a plane through a path of a session, point by point, with the other paths projected onto it. Knows no worker and no page. */
import { mapRatio } from './setup.ts';
import type { Route, Slice } from './messages.ts';
import { byName, type Session } from './session.ts';
import { frameOf, planeOf, project, weightsAt } from './slice.ts';

/** Maps the plane of one optimizer's path in so many columns; tells how many points are done, and whoever iterates decides when to rest. */
export function* survey(session: Session, entrant: number, columns: number): Generator<number, Slice> {
  const { trainee, runs } = session;
  const kept = runs.filter(({ snapshots }) => snapshots.length > 0);
  const chosen = kept.find((run) => run.entrant === entrant);
  if (chosen === undefined) throw new Error('This optimizer has no path.');
  const plane = planeOf(chosen.snapshots);
  const point = new Float32Array(plane.origin.length);
  const params = byName(point, chosen.params);
  const height = (u: number, v: number): number => {
    weightsAt(plane, u, v, point);
    return trainee.height(params);
  };
  const placed = kept.map((run) => ({ run, places: run.snapshots.map((weights) => project(plane, weights)) }));
  const of = (own: boolean): (readonly [number, number])[] =>
    placed.filter(({ run }) => (run === chosen) === own).flatMap(({ places }) => places.map(({ at }) => at));
  const frame = frameOf(of(true), of(false), mapRatio);
  const routes = placed.map(({ run, places }): Route => {
    const { at, off } = places.at(-1)!;
    point.set(run.snapshots.at(-1)!);
    const loss = trainee.height(params);
    return { entrant: run.entrant, points: Float64Array.from(places.flatMap((place) => place.at)), loss, ground: height(...at), off };
  });
  const rows = Math.round(columns * mapRatio);
  const heights = new Float64Array(columns * rows);
  const along = ([low, high]: readonly [number, number], i: number, count: number): number => low + ((high - low) * i) / (count - 1);
  for (let i = 0; i < heights.length; i++) {
    heights[i] = height(along(frame.x, i % columns, columns), along(frame.y, Math.floor(i / columns), rows));
    yield i + 1;
  }
  const start = project(plane, chosen.snapshots[0]!);
  return {
    ...frame,
    entrant,
    steps: chosen.steps,
    columns,
    rows,
    heights,
    explained: plane.explained,
    routes,
    length: Math.hypot(...start.at, start.off),
  };
}
