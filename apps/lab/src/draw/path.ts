/** Paths on a map, drawn step by step so that a frame costs only what is new. Knows canvases and traces. */
import type { Trace } from '@thalweg/guide';
import type { View } from './terrain.ts';

/** A path as it is drawn: its points, its pen, and how far it has been drawn. */
export interface Line {
  readonly trace: Pick<Trace, 'w' | 'rows'>;
  readonly colour: string;
  readonly dash: readonly number[];
  /** Whether another is looked at. */
  readonly faint?: boolean;
  /** The last row that is on the canvas, and the length of the line so far. */
  drawn: number;
  length: number;
}

/** The path of a run. */
export interface Track extends Line {
  readonly trace: Trace;
}

/** An arrow of a step, in the units of the map. */
export interface StepArrow {
  readonly by: readonly [number, number];
  readonly colour: string;
  readonly pen: 'strong' | 'thin' | 'dotted';
}

/** The arrows of a step, in groups that share a scale. */
export interface Step {
  readonly from: readonly [number, number];
  /** `most`: pixels that the longest arrow of the group may have. */
  readonly groups: readonly { readonly most: number; readonly arrows: readonly StepArrow[] }[];
}

/** Where a point of the plane lies on a canvas of `width` × `height`. */
export function project({ x, y }: View, width: number, height: number, u: number, v: number): [number, number] {
  return [((u - x[0]) / (x[1] - x[0])) * width, (1 - (v - y[0]) / (y[1] - y[0])) * height];
}

/** Draws a track from where it was left to row `t`; the casing keeps it apart from the contours. */
export function extend(
  context: CanvasRenderingContext2D,
  view: View,
  width: number,
  height: number,
  track: Line,
  t: number,
  casing: string,
): void {
  const { trace } = track;
  const last = Math.min(t, trace.rows - 1);
  if (last <= track.drawn) return;
  const line = new Path2D();
  const dots = new Path2D();
  let [px, py] = clamped(project(view, width, height, trace.w[2 * track.drawn]!, trace.w[2 * track.drawn + 1]!), width, height);
  line.moveTo(px, py);
  const offset = track.length;
  for (let row = track.drawn + 1; row <= last; row++) {
    const [qx, qy] = clamped(project(view, width, height, trace.w[2 * row]!, trace.w[2 * row + 1]!), width, height);
    line.lineTo(qx, qy);
    const far = Math.hypot(qx - px, qy - py);
    track.length += far;
    if (far > 5) {
      dots.moveTo(qx + 1.7, qy);
      dots.arc(qx, qy, 1.7, 0, 2 * Math.PI);
    }
    [px, py] = [qx, qy];
  }
  context.lineJoin = 'round';
  context.setLineDash([]);
  const faint = track.faint === true ? 0.16 : 1;
  context.strokeStyle = casing;
  context.globalAlpha = 0.55 * faint;
  context.lineWidth = 3.4;
  context.stroke(line);
  context.globalAlpha = faint;
  context.strokeStyle = track.colour;
  context.lineWidth = 1.7;
  context.setLineDash([...track.dash]);
  context.lineDashOffset = offset;
  context.stroke(line);
  context.setLineDash([]);
  context.fillStyle = track.colour;
  context.fill(dots);
  context.globalAlpha = 1;
  track.drawn = last;
}

/** A point far outside would make a canvas draw for ever. */
function clamped([x, y]: readonly [number, number], width: number, height: number): [number, number] {
  const within = (value: number, size: number): number => (Number.isNaN(value) ? -size : Math.max(-4 * size, Math.min(5 * size, value)));
  return [within(x, width), within(y, height)];
}

/** A head of a path, an arrow, or a cross where the run diverged. */
export function head(context: CanvasRenderingContext2D, x: number, y: number, colour: string, paper: string, lost: boolean): void {
  context.lineWidth = 2;
  if (lost) {
    context.strokeStyle = colour;
    context.beginPath();
    context.moveTo(x - 5, y - 5);
    context.lineTo(x + 5, y + 5);
    context.moveTo(x + 5, y - 5);
    context.lineTo(x - 5, y + 5);
    context.stroke();
    return;
  }
  context.fillStyle = colour;
  context.strokeStyle = paper;
  context.beginPath();
  context.arc(x, y, 4.6, 0, 2 * Math.PI);
  context.fill();
  context.stroke();
}

/** An arrow from (x, y) by (dx, dy), with a small head. */
export function arrow(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  dx: number,
  dy: number,
  colour: string,
  pen: StepArrow['pen'],
): void {
  const length = Math.hypot(dx, dy);
  if (!(length > 1)) return;
  const [ux, uy] = [dx / length, dy / length];
  context.strokeStyle = colour;
  context.fillStyle = colour;
  context.lineWidth = pen === 'strong' ? 2.6 : 1.4;
  context.setLineDash(pen === 'dotted' ? [2, 3] : []);
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(x + dx - Math.min(6, length) * ux, y + dy - Math.min(6, length) * uy);
  context.stroke();
  context.setLineDash([]);
  const barb = Math.min(pen === 'strong' ? 9 : 7, length);
  context.beginPath();
  context.moveTo(x + dx, y + dy);
  context.lineTo(x + dx - barb * ux - 0.45 * barb * uy, y + dy - barb * uy + 0.45 * barb * ux);
  context.lineTo(x + dx - barb * ux + 0.45 * barb * uy, y + dy - barb * uy - 0.45 * barb * ux);
  context.fill();
}

/** The arrows of a step, each at the scale of the map, but grown or shrunk so that the longest of its group has a length that can be read. */
export function drawStep(context: CanvasRenderingContext2D, view: View, width: number, height: number, { from, groups }: Step): void {
  const [x, y] = project(view, width, height, ...from);
  const scale = [width / (view.x[1] - view.x[0]), -height / (view.y[1] - view.y[0])] as const;
  for (const group of groups) {
    const sizes = group.arrows.map(({ by }) => Math.hypot(by[0] * scale[0], by[1] * scale[1]));
    const longest = Math.max(...sizes);
    if (!Number.isFinite(longest) || longest === 0) continue;
    const factor = Math.min(group.most, Math.max(24, longest)) / longest;
    for (const { by, colour, pen } of group.arrows) arrow(context, x, y, by[0] * scale[0] * factor, by[1] * scale[1] * factor, colour, pen);
  }
}
