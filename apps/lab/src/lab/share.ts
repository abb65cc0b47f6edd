/** What can be taken away from a race besides code: JSON, CSV, SVG, PNG. Knows races; makes files. */
import { colourOf, dashOf } from '../draw/colours.ts';
import { groundColour } from '../draw/ink.ts';
import { project } from '../draw/path.ts';
import { survey } from '../draw/terrain.ts';
import { nameOf } from '../race/entrant.ts';
import { endOf } from '../race/outcome.ts';
import type { Race } from '../race/race.svelte.ts';
import type { LabState } from './state.ts';

/** The setup, and where each optimizer got to. */
export function asJson(setup: LabState, race: Race): string {
  const results = race.runs.map(({ entrant, trace, error }) => ({
    key: entrant.key,
    label: entrant.label,
    ...(trace === undefined
      ? { error }
      : {
          steps: trace.rows - 1,
          diverged: trace.diverged,
          end: endOf(trace),
          w: [...trace.w.subarray(2 * trace.rows - 2, 2 * trace.rows)],
          loss: trace.loss[trace.rows - 1],
        }),
  }));
  return `${JSON.stringify({ setup, results }, null, 2)}\n`;
}

/** A row for each optimizer and step: step, point, gradient, loss. */
export function asCsv(race: Race): string {
  const rows = race.runs.flatMap(({ entrant, trace }) => {
    if (trace === undefined) return [];
    return Array.from({ length: trace.rows }, (_, row) =>
      [entrant.key, row, trace.w[2 * row], trace.w[2 * row + 1], trace.g[2 * row], trace.g[2 * row + 1], trace.loss[row]].join(','),
    );
  });
  return ['optimizer,step,w1,w2,g1,g2,loss', ...rows, ''].join('\n');
}

/** The map as a picture that stands alone. */
export function asSvg(race: Race): string {
  const [width, height] = [900, 600];
  const view = { x: race.surface.x, y: race.surface.y };
  const [columns, rows] = [150, 100];
  const terrain = survey(race.surface, view, columns, rows);
  const number = (value: number): string => String(Math.round(Math.max(-4000, Math.min(5000, value)) * 10) / 10);
  const pathOf = (rings: (typeof terrain)['gaps']): string =>
    rings
      .map(
        (ring) =>
          `M${ring.map(([u, v]) => `${number((u * width) / (columns - 1))},${number(height - (v * height) / (rows - 1))}`).join('L')}Z`,
      )
      .join('');
  const ground = terrain.rings.map(({ rings, index }, i) => {
    const path = pathOf(rings);
    const tint = groundColour(`tint-${String(Math.round(((i + 1) / Math.max(1, terrain.rings.length)) * 8))}`);
    return `<path d="${path}" fill="${tint}" fill-rule="evenodd" stroke="${groundColour('contour')}" stroke-width="${index ? '0.9' : '0.45'}" stroke-opacity="0.7"/>`;
  });
  const hatched =
    terrain.gaps.length === 0
      ? ''
      : `<pattern id="gap" width="9" height="9" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="9" height="9" fill="${groundColour('paper')}"/><path d="M0 0V9" stroke="${groundColour('contour')}" stroke-opacity="0.5"/></pattern><path d="${pathOf(terrain.gaps)}" fill="url(#gap)" fill-rule="evenodd"/>`;
  const paths = race.runs.flatMap(({ entrant, trace }) => {
    if (trace === undefined || !entrant.shown) return [];
    const points = Array.from({ length: Math.min(trace.rows, Math.floor(race.t) + 1) }, (_, row) =>
      project(view, width, height, trace.w[2 * row]!, trace.w[2 * row + 1]!)
        .map(number)
        .join(','),
    );
    return [
      `<polyline points="${points.join(' ')}" fill="none" stroke="${colourOf(entrant.key)}" stroke-width="2" stroke-dasharray="${dashOf(entrant.key).join(' ')}"><title>${escaped(nameOf(entrant))}</title></polyline>`,
    ];
  });
  const shown = race.runs.filter(({ entrant, trace }) => trace !== undefined && entrant.shown);
  const legend = shown.map(({ entrant }, i) => {
    const [x, y] = [10 + 220 * (i % 4), height + 22 + 20 * Math.floor(i / 4)];
    const pen = `stroke="${colourOf(entrant.key)}" stroke-width="2" stroke-dasharray="${dashOf(entrant.key).join(' ')}"`;
    return `<line x1="${String(x)}" x2="${String(x + 30)}" y1="${String(y)}" y2="${String(y)}" ${pen}/><text x="${String(x + 38)}" y="${String(y + 4)}">${escaped(nameOf(entrant))}</text>`;
  });
  const tall = height + 14 + 20 * Math.ceil(shown.length / 4);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${String(width)} ${String(tall)}" font-family="sans-serif" font-size="13" fill="${groundColour('ink')}">`,
    `<title>${escaped(race.surface.label)}, to step ${String(Math.floor(race.t))}</title>`,
    `<rect width="100%" height="100%" fill="${groundColour('paper')}"/>`,
    `<svg width="${String(width)}" height="${String(height)}"><rect width="100%" height="100%" fill="${groundColour('tint-0')}"/>${ground.join('')}${hatched}${paths.join('')}</svg>`,
    ...legend,
    '</svg>\n',
  ].join('');
}

/** Text that can stand in XML. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

/** The canvases of the map, one over the other, or that of the surface, as PNG. */
export function asPng(map: HTMLElement): Promise<Blob> {
  const [first, ...others] = map.querySelectorAll('canvas');
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [first?.width ?? 1, first?.height ?? 1];
  const context = canvas.getContext('2d')!;
  context.fillStyle = groundColour('paper');
  context.fillRect(0, 0, canvas.width, canvas.height);
  for (const layer of [first, ...others]) if (layer !== undefined) context.drawImage(layer, 0, 0);
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob === null ? reject(new Error('the picture could not be made')) : resolve(blob)), 'image/png'),
  );
}

/** Offers a file to keep. */
export function keep(name: string, content: string | Blob, type: string): void {
  const url = URL.createObjectURL(typeof content === 'string' ? new Blob([content], { type }) : content);
  const link = document.createElement('a');
  [link.href, link.download] = [url, name];
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
