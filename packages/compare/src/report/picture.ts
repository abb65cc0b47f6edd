/** One picture of a problem for a README: a standalone SVG for light and dark pages. Knows results; knows no page around it. */
import type { ProblemResult, Protocol } from '../schema.ts';
import { curves } from './curves.ts';
import { draw } from './draw.ts';
import { map } from './map.ts';
import { escape } from './markup.ts';
import { sentence } from './number.ts';
import { pens } from './pens.ts';
import { figureWidth } from './plot.ts';
import { sensitivity } from './sensitivity.ts';
import { ground, marks } from './style.ts';

/** What of a problem is shown, and whether it must be labelled as quick. */
export interface PictureOptions {
  readonly preset?: Protocol['preset'];
}

const [gap, pad, keyHeight, titleHeight] = [26, 18, 22, 26];

/**
 * The learning curves beside the learning-rate sensitivity; for a landscape the map with the paths beside the curves. Names of the
 * optimizers stand above, with their colours and dashes.
 */
export function renderPicture(problem: ProblemResult, { preset }: PictureOptions = {}): string {
  const all = pens(problem.optimizers.map(({ id }) => id), 'p'); // prettier-ignore
  const name = problem.tuningMetric.name;
  const left = map(problem, all)?.svg ?? draw(curves(problem, 'validation', all, 320));
  const right = problem.landscape === undefined ? draw(sensitivity(problem, all, heightOf(left))) : draw(curves(problem, 'validation', all, heightOf(left)));
  const titles = problem.landscape === undefined ? [`${name} by step`, `${name} by learning rate`] : ['paths', `${name} by step`];
  const width = 2 * figureWidth + gap + 2 * pad;
  const rows = wrapped(problem.optimizers.map((one) => ({ ...one, width: 70 + 8 * one.label.length })), width - 2 * pad); // prettier-ignore
  const keys = rows.flatMap((row, line) => {
    const y = pad + 16 + titleHeight + line * keyHeight;
    return row.map(({ item, x }) => {
      const { name: pen, look } = all.of(item.id);
      const at = pad + x;
      return `<g class="${pen}"><line x1="${fixed(at)}" x2="${fixed(at + 34)}" y1="${fixed(y - 4)}" y2="${fixed(y - 4)}" stroke="var(--c)" stroke-width="2.4" stroke-dasharray="${look.dash}"/><text x="${fixed(at + 42)}" y="${fixed(y)}">${escape(item.label)}</text></g>`;
    });
  });
  const top = pad + titleHeight + rows.length * keyHeight + 34;
  const height = top + Math.max(heightOf(left), heightOf(right)) + pad;
  const quick = preset === 'quick' ? ' (quick)' : '';
  const place = (svg: string, x: number): string =>
    svg.replace('<svg ', `<svg x="${fixed(x)}" y="${fixed(top)}" width="${String(figureWidth)}" height="${String(heightOf(svg))}" `);
  const subtitle = (text: string, x: number): string => `<text class="head" x="${fixed(x)}" y="${fixed(top - 2)}">${escape(sentence(text))}</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${fixed(width)} ${fixed(height)}" role="img">
<title>${escape(`${problem.title}${quick}: ${titles.join(', ')}`)}</title>
<style>${all.css}${ground}${marks}
svg{color:var(--ink);fill:currentColor;text-anchor:middle;font:12.5px ui-sans-serif,system-ui,sans-serif;font-variant-numeric:tabular-nums}
.paper{fill:var(--paper)}text{text-anchor:start}svg svg{overflow:visible}svg svg text{text-anchor:inherit}.title{font-size:16px;font-weight:600}.head{font-weight:600}.keys{font-size:13px}</style>
<rect class="paper" width="100%" height="100%" rx="6"/>
<text class="title" x="${String(pad)}" y="${String(pad + 12)}">${escape(problem.title + quick)}</text>
<g class="keys">${keys.join('')}</g>
${subtitle(titles[0] ?? '', pad)}${subtitle(titles[1] ?? '', pad + figureWidth + gap)}
${place(left, pad)}
${place(right, pad + figureWidth + gap)}
</svg>
`;
} // prettier-ignore

/** Items from left to right, on as many lines as they need. */
function wrapped<Item extends { readonly width: number }>(items: readonly Item[], room: number): { item: Item; x: number }[][] {
  const rows: { item: Item; x: number }[][] = [[]];
  let x = 0;
  for (const item of items) {
    if (x > 0 && x + item.width > room) {
      rows.push([]);
      x = 0;
    }
    rows.at(-1)?.push({ item, x });
    x += item.width;
  }
  return rows;
}

function heightOf(svg: string): number {
  return Number(/viewBox="0 0 \S+ (\S+?)"/.exec(svg)?.[1] ?? 0);
}

function fixed(value: number): string {
  return String(Math.round(value * 10) / 10);
}
