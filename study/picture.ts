/** Panels side by side in one SVG for light and dark pages, with a legend of the optimizers above. Knows no results. */
import { draw, type Drawing } from '@thalweg/compare';
import { ground, marks, pens, type Pens } from '@thalweg/compare/look';

/** A drawing with a title. */
export interface Panel extends Drawing {
  readonly title: string;
}

/** An optimizer in the legend of a picture. */
export interface Key {
  readonly id: string;
  readonly label: string;
}

const [gap, pad, keyHeight, headHeight, titleHeight] = [24, 18, 22, 24, 21];

/** Optimizers without a style of their own use that of an optimizer that is not in the study, so that all ten have different colours. */
const borrowed: Readonly<Record<string, string>> = { nadamw: 'radam', 'schedule-free': 'lamb', muon: 'polyak' };

/** A picture of panels in `columns` columns, with `keys` as its legend; the panels draw with the pens they are given. */
export function picture(title: string, keys: readonly Key[], columns: number, panelsOf: (all: Pens) => readonly Panel[]): string {
  const width = columns === 1 ? 760 : 480;
  const lookOf = (id: string): string => borrowed[id] ?? id;
  const made = pens(keys.map(({ id }) => lookOf(id)), 'p'); // prettier-ignore
  const all = { of: (id: string) => made.of(lookOf(id)), css: made.css };
  const panels = panelsOf(all).map((panel) => {
    const svg = draw({ ...panel, options: { width, ...panel.options } });
    return { ...panel, svg, height: Number(/viewBox="0 0 \S+ (\S+?)"/.exec(svg)![1]) };
  });
  const full = columns * width + (columns - 1) * gap + 2 * pad;
  const lines = wrapped(title, Math.floor((full - 2 * pad) / 9));
  const below = pad + titleHeight * (lines.length - 1);
  let [x, y] = [pad, below + 34];
  const named = keys.map(({ id, label }) => {
    const room = 74 + 8 * label.length;
    if (x > pad && x + room > full - pad) [x, y] = [pad, y + keyHeight];
    const { name, look } = all.of(id);
    const mark = `<g class="${name}"><line x1="${String(x)}" x2="${String(x + 34)}" y1="${String(y - 4)}" y2="${String(y - 4)}" stroke="var(--c)" stroke-width="2.4" stroke-dasharray="${look.dash}"/><text x="${String(x + 42)}" y="${String(y)}">${escape(label)}</text></g>`;
    x += room;
    return mark;
  });
  const placed = [];
  let top = keys.length === 0 ? below + 28 : y + 20;
  for (let row = 0; row < panels.length; row += columns) {
    const inRow = panels.slice(row, row + columns);
    for (const [i, { title: head, svg, height }] of inRow.entries()) {
      const left = pad + i * (width + gap);
      placed.push(`<text class="head" x="${String(left)}" y="${String(top + 14)}">${escape(head)}</text>`);
      placed.push(
        svg.replace(
          '<svg ',
          `<svg x="${String(left)}" y="${String(top + headHeight)}" width="${String(width)}" height="${String(height)}" `,
        ),
      );
    }
    top += headHeight + Math.max(...inRow.map(({ height }) => height)) + 14;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${String(full)} ${String(Math.round(top + pad - 10))}" role="img">
<title>${escape(title)}</title>
<style>${all.css}${ground}${marks}
svg{color:var(--ink);fill:currentColor;text-anchor:middle;font:12.5px ui-sans-serif,system-ui,sans-serif;font-variant-numeric:tabular-nums}
.paper{fill:var(--paper)}text{text-anchor:start}svg svg{overflow:visible}svg svg text{text-anchor:inherit}.title{font-size:16px;font-weight:600}.head{font-weight:600}.keys{font-size:13px}</style>
<rect class="paper" width="100%" height="100%" rx="6"/>
${lines.map((line, i) => `<text class="title" x="${String(pad)}" y="${String(pad + 10 + titleHeight * i)}">${escape(line)}</text>`).join('')}
<g class="keys">${named.join('')}</g>
${placed.join('\n')}
</svg>
`;
}

/** A text in lines of at most so many characters. */
function wrapped(text: string, most: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= most) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
} // prettier-ignore
