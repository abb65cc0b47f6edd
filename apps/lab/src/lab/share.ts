/** What can be taken away from a race: code, JSON, CSV, SVG, PNG. Knows races; makes files. */
import { findEntry } from '@thalweg/guide';
import { colourOf, dashOf, groundColour } from '../draw/colours.ts';
import { project } from '../draw/path.ts';
import { sample, survey } from '../draw/terrain.ts';
import type { Entrant } from '../race/entrant.ts';
import type { Race } from '../race/race.svelte.ts';
import type { LabState } from './state.ts';

/** TypeScript that makes the same optimizers. */
export function asCode(entrants: readonly Entrant[], state: LabState): string {
  const calls = entrants.map((one) => {
    const values = Object.entries(one.values).map(([name, value]) => `${name}: ${String(value)}`);
    if (one.own !== undefined) {
      const hyper = Object.entries(one.own.hyper).map(
        ([name, [symbol, value]]) => `${name}: [${JSON.stringify(symbol)}, ${String(value)}, '(-∞, ∞)']`,
      );
      const lines = one.own.equations.split('\n').map((line) => `    ${line.replaceAll('`', "'").replaceAll('${', '$')}`);
      return `  optimizer({\n    name: 'own',\n    hyper: { ${hyper.join(', ')} },\n    equations: \`\n${lines.join('\n')}\n    \`,\n  })({ ${values.join(', ')} })`;
    }
    const { factory, fixed } = findEntry(one.id).call;
    return `  ${factory}({ ${[...values, ...(fixed === '' ? [] : [fixed])].join(', ')} })`;
  });
  const names = [...new Set(entrants.map((one) => (one.own === undefined ? findEntry(one.id).call.factory : 'optimizer')))];
  const guide = names.filter((name) => ['averagedMomentum', 'scheduleFree'].includes(name));
  const library = names.filter((name) => !guide.includes(name)).sort();
  const schedules = entrants
    .filter(({ shape }) => shape !== 'constant')
    .map(({ label, shape }) => `// ${label}: its rate follows the schedule “${shape}” over ${String(state.steps)} steps.`);
  return [
    ...(library.length === 0 ? [] : [`import { ${library.join(', ')} } from 'thalweg';`]),
    ...(guide.length === 0 ? [] : [`import { ${guide.join(', ')} } from '@thalweg/guide';`]),
    '',
    ...schedules,
    `const start = Float64Array.of(${state.start.join(', ')});`,
    'const methods = [',
    `${calls.join(',\n')},`,
    '];',
    '',
  ].join('\n');
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
  const terrain = survey(sample(race.surface.objective, view, columns, rows), view, columns, rows);
  const number = (value: number): string => String(Math.round(Math.max(-4000, Math.min(5000, value)) * 10) / 10);
  const ground = terrain.rings.map(({ rings, index }, i) => {
    const path = rings
      .map(
        (ring) =>
          `M${ring.map(([u, v]) => `${number((u * width) / (columns - 1))},${number(height - (v * height) / (rows - 1))}`).join('L')}Z`,
      )
      .join('');
    const tint = groundColour(`tint-${String(Math.round(((i + 1) / Math.max(1, terrain.rings.length)) * 8))}`);
    return `<path d="${path}" fill="${tint}" fill-rule="evenodd" stroke="${groundColour('contour')}" stroke-width="${index ? '0.9' : '0.45'}" stroke-opacity="0.7"/>`;
  });
  const paths = race.runs.flatMap(({ entrant, trace }) => {
    if (trace === undefined || !entrant.shown) return [];
    const points = Array.from({ length: Math.min(trace.rows, Math.floor(race.t) + 1) }, (_, row) =>
      project(view, width, height, trace.w[2 * row]!, trace.w[2 * row + 1]!)
        .map(number)
        .join(','),
    );
    return [
      `<polyline points="${points.join(' ')}" fill="none" stroke="${colourOf(entrant.key)}" stroke-width="2" stroke-dasharray="${dashOf(entrant.key).join(' ')}"><title>${entrant.label.replaceAll(/[<&"]/g, '')}</title></polyline>`,
    ];
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${String(width)} ${String(height)}"><rect width="100%" height="100%" fill="${groundColour('tint-0')}"/>${ground.join('')}${paths.join('')}</svg>`;
}

/** The canvases of the map, one over the other, as PNG. */
export function asPng(map: HTMLElement): Promise<Blob> {
  const [first, ...others] = map.querySelectorAll('canvas');
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [first?.width ?? 1, first?.height ?? 1];
  const context = canvas.getContext('2d')!;
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
