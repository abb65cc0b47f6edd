/** The peak of a function of the step, where nobody says what it is. Knows nothing of schedules. */

/** Steps looked at one by one, and the last that is looked at at all. */
const near = 4096;
const last = 1e7;

/**
 * The largest finite value at the whole steps from 1 to 10⁷; −∞ where there is none. It looks at each of the first 4096, then at every thousandth
 * part of the way further, and then climbs from the highest of these for as long as a neighbour is higher.
 */
export function peakOf(at: (t: number) => number): number {
  let [best, where] = [-Infinity, 1];
  const look = (t: number): boolean => {
    const value = at(t);
    if (!(value > best && value < Infinity)) return false;
    [best, where] = [value, t];
    return true;
  };
  for (let t = 1; t <= last; t = t < near ? t + 1 : Math.ceil(t * 1.001)) look(t);
  for (let step = where < near ? 0 : Math.ceil(where / 1000); step >= 1; step = Math.floor(step / 2)) {
    while (look(Math.min(last, where + step)) || look(where - step));
  }
  return best;
}
