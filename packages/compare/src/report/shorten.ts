/**
 * SVG of fewer bytes that looks the same: lines without the points that lie on them, on a grid of half a unit. For pictures that stand in the
 * repository by the dozen. Knows path data of straight lines, as Plot and d3 write it; knows no figures.
 */

type Point = readonly [x: number, y: number];

/** Units of the picture are cut into so many: all coordinates are whole numbers of these. */
const parts = 2;
/** How far a point may lie from the line that is drawn without it, in those parts. */
const tolerance = 1;

/** The document with each path of straight lines written shorter; anything else is left alone. */
export function shortened(svg: string): string {
  return svg.replaceAll(/ d="([^"]*)"/g, (whole, data: string) => (/^(?:[MLZ]|h0|[-\d.,])*$/.test(data) ? ` d="${shortenedPath(data)}"` : whole));
}

/** Path data of `M`, `L` and `Z` with absolute coordinates, and of the dots `M…h0`. */
function shortenedPath(data: string): string {
  let [out, at]: [string, Point] = ['', [0, 0]];
  let dot = '';
  for (const part of data.split('M').slice(1)) {
    const closed = part.endsWith('Z');
    const dotted = part.endsWith('h0');
    const points = part.replace(/Z$|h0$/, '').split('L').map((pair) => pair.split(',').map((text) => Math.round(parts * Number(text))) as [number, number]); // prettier-ignore
    const kept = dotted ? points : withoutCollinear(points);
    const [first = at, ...others] = kept;
    if (dotted && first.join() === dot) continue;
    dot = first.join();
    out += step('m', at, first);
    at = first;
    let letter = 'l';
    for (const point of others) {
      if (point[0] === at[0] && point[1] === at[1]) continue;
      out += step(letter, at, point);
      [at, letter] = [point, ''];
    }
    if (dotted) out += 'h0';
    if (closed) [out, at] = [`${out}z`, first];
  }
  return out;
}

/** A command with the way from one point to another, both in parts of a unit. */
function step(letter: string, from: Point, to: Point): string {
  const [x, y] = [to[0] - from[0], to[1] - from[1]].map((way) => String(way / parts).replace(/^(-?)0\./, '$1.'));
  return `${letter}${letter === '' && x?.startsWith('-') !== true ? ' ' : ''}${x ?? ''}${y?.startsWith('-') === true ? '' : ' '}${y ?? ''}`;
}

/** The points that a line needs to stay within the tolerance of all of them (Ramer 1972, Douglas & Peucker 1973). */
function withoutCollinear(points: readonly Point[]): readonly Point[] {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined || points.length < 3) return points;
  let [farthest, worst] = [0, 0];
  for (let i = 1; i < points.length - 1; i++) {
    const off = distance(points[i]!, first, last);
    if (off > worst) [farthest, worst] = [i, off];
  }
  if (worst <= tolerance) return [first, last];
  return [...withoutCollinear(points.slice(0, farthest + 1)).slice(0, -1), ...withoutCollinear(points.slice(farthest))];
}

/** How far a point lies from a segment. */
function distance([x, y]: Point, [ax, ay]: Point, [bx, by]: Point): number {
  const [dx, dy] = [bx - ax, by - ay];
  const along = dx === 0 && dy === 0 ? 0 : Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)));
  return Math.hypot(x - ax - along * dx, y - ay - along * dy);
}
