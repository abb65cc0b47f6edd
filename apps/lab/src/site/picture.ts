/** The map of a race as a picture that stands alone, by day and by night. Knows races and how grounds are surveyed; draws text of SVG. */
import { ground as colours } from '@thalweg/compare/look';
import type { Trace } from '@thalweg/guide';
import { lookOf } from '../draw/colours.ts';
import { project } from '../draw/path.ts';
import { survey } from '../draw/terrain.ts';
import type { Drawn } from '../parts/still.ts';

const width = 900;
const columns = 90;
const most = 400;

/** The picture, 900 units wide. */
export function mapPicture({ surface, start, runs }: Drawn, ratio: number): string {
  const height = Math.round(width * ratio);
  const rows = Math.max(2, Math.round(columns * ratio));
  const view = { x: surface.x, y: surface.y };
  const terrain = survey(surface, view, columns, rows);
  const across = width / (columns - 1);
  const up = height / (rows - 1);
  const ground = terrain.rings.map(({ rings, index }, i) => {
    const path = rings.map((ring) => `M${ring.map(([u, v]) => `${short(u * across)} ${short(height - v * up)}`).join('L')}Z`).join('');
    const tint = Math.round(((i + 1) / Math.max(1, terrain.rings.length)) * 8);
    return path === '' ? '' : `<path class="${index ? 'i ' : ''}t" fill="var(--tint-${String(tint)})" d="${path}"/>`;
  });
  const at = (x: number, y: number): string => project(view, width, height, x, y).map((value) => short(Math.max(-width, Math.min(2 * width, value)))).join(' '); // prettier-ignore
  const looks = runs.map(({ entrant }) => lookOf(entrant.key));
  const pens = (mode: 'light' | 'dark'): string => looks.map((look, i) => `.k${String(i)}{--c:${look[mode]}}`).join('');
  const paths = runs.flatMap(({ entrant, trace }, i) => {
    if (trace === undefined || !entrant.shown) return [];
    const line = `M${rowsOf(trace).map((row) => at(trace.w[2 * row]!, trace.w[2 * row + 1]!)).join('L')}`; // prettier-ignore
    const pen = `class="k${String(i)} p" stroke-dasharray="${looks[i]!.dash}"`;
    return [`<path class="c" d="${line}"/><path ${pen} d="${line}"/>`];
  });
  const minima = surface.minima.map(([x, y]) => {
    const [u, v] = project(view, width, height, x, y);
    return `<path class="m" d="M${short(u - 6)} ${short(v)}h12M${short(u)} ${short(v - 6)}v12"/>`;
  });
  const [sx, sy] = project(view, width, height, ...start);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" preserveAspectRatio="none" viewBox="0 0 ${String(width)} ${String(height)}" width="${String(width)}" height="${String(height)}">`,
    `<style>${colours}${pens('light')}@media (prefers-color-scheme:dark){${pens('dark')}}.c,.p,.m{fill:none}.t{stroke:var(--contour);stroke-width:.45;stroke-opacity:.7}.i{stroke-width:.9}.c{stroke:var(--paper);stroke-width:4;stroke-opacity:.55}.p{stroke:var(--c);stroke-width:2}.m,.s{stroke:var(--ink);stroke-width:1.4}.s{fill:var(--paper)}</style>`,
    `<rect width="100%" height="100%" fill="var(--tint-0)"/>`,
    ...ground,
    ...minima,
    ...paths,
    `<circle class="s" cx="${short(sx)}" cy="${short(sy)}" r="6"/></svg>`,
  ].join('');
}

/** Rows of a trace that a picture shows. */
function rowsOf({ rows }: Trace): number[] {
  const every = Math.max(1, Math.ceil(rows / most));
  return Array.from({ length: Math.ceil(rows / every) }, (_, i) => i * every);
}

function short(value: number): string {
  return String(Math.round(value * 10) / 10);
}
