/** The paths of one optimizer on several landscapes as a standalone SVG for light and dark pages. */
import type { Landscape } from '../schema.ts';
import { map } from '../report/map.ts';
import { escape } from '../report/markup.ts';
import { pens } from '../report/pens.ts';
import { figureWidth } from '../report/plot.ts';
import { shortened } from '../report/shorten.ts';
import { ground, marks } from '../report/style.ts';

/** A landscape with the path that was taken on it. */
export interface Course {
  readonly title: string;
  readonly landscape: Landscape;
  readonly path: readonly (readonly [number, number])[];
}

const [gap, pad, head] = [26, 18, 30];

/** The maps side by side. */
export function renderCourses(id: string, courses: readonly Course[]): string {
  const all = pens([id], 'q');
  const maps = courses.map(({ title, landscape, path }) =>
    map({ title: `${id}, ${title}`, landscape, optimizers: [{ id, label: id, trials: [{ path }] }] }, all),
  );
  const width = courses.length * figureWidth + (courses.length - 1) * gap + 2 * pad;
  const height = head + Math.max(...maps.map((one) => one?.height ?? 0)) + 2 * pad;
  const parts = courses.map(({ title }, i) => {
    const x = pad + i * (figureWidth + gap);
    const drawn = maps[i];
    const svg =
      drawn?.svg.replace(
        '<svg ',
        `<svg x="${String(x)}" y="${String(head)}" width="${String(figureWidth)}" height="${String(drawn.height)}" `,
      ) ?? '';
    return `<text class="head" x="${String(x)}" y="${String(pad + 8)}">${escape(title)}</text>\n${svg}`;
  });
  return shortened(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${String(width)} ${String(height)}" role="img">
<title>${escape(`Paths of ${id}: ${courses.map(({ title }) => title).join(', ')}`)}</title>
<style>${all.css}${ground}${marks}
svg{color:var(--ink);fill:currentColor;text-anchor:middle;font:12.5px ui-sans-serif,system-ui,sans-serif;font-variant-numeric:tabular-nums}
.paper{fill:var(--paper)}text{text-anchor:start}svg svg{overflow:visible}svg svg text{text-anchor:inherit}.head{font-weight:600}</style>
<rect class="paper" width="100%" height="100%" rx="6"/>
${parts.join('\n')}
</svg>
`);
}
