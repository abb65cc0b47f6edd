/** How often a run on a landscape keeps the point where it is: alike where it is recorded and where it is replayed. */

const mostPoints = 400;

/** Steps from one kept point of a path to the next; the first is the start. */
export function pathInterval(steps: number): number {
  return Math.ceil(steps / mostPoints);
}
