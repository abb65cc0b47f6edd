/** The picture of the races, a standalone SVG for light and dark pages: time per parameter against the size of the model, warm and evicted. */
import * as Plot from '@observablehq/plot';
import { ground, looks } from '@thalweg/compare/look';
import { parseHTML } from 'linkedom';
import { rowOf, type Results } from './results.ts';
import { quartiles } from './statistics.ts';

const { document } = parseHTML('<!doctype html><html><body></body></html>');

/** What is drawn: one colour a family, broken where there are two threads. The colours are those of the six that are furthest apart. */
const lines = [
  { name: 'Thalweg wasm', label: 'Thalweg', colour: 'adam', dash: '' },
  { name: 'Thalweg wasm, 2 threads', label: 'Thalweg, 2 threads', colour: 'adam', dash: '5 3' },
  { name: 'C, widest vectors', label: 'C', colour: 'sgd', dash: '' },
  { name: 'C, widest vectors, 2 threads', label: 'C, 2 threads', colour: 'sgd', dash: '5 3' },
  { name: 'PyTorch fused', label: 'PyTorch fused', colour: 'sgd-momentum', dash: '' },
  { name: 'PyTorch fused, 2 threads', label: 'PyTorch, 2 threads', colour: 'sgd-momentum', dash: '5 3' },
  { name: 'Optax jit', label: 'Optax jit', colour: 'adamw', dash: '' },
  { name: 'jax-js jit, wasm', label: 'jax-js jit', colour: 'rmsprop', dash: '' },
  { name: 'TF.js wasm', label: 'TF.js wasm', colour: 'adagrad', dash: '' },
  { name: 'plain JavaScript', label: 'plain JavaScript', colour: 'polyak', dash: '2 2' },
] as const;

const [panelWidth, panelHeight, pad, gap, keyHeight, keyWidth] = [480, 330, 18, 26, 22, 196];
const columns = 5;

/** The picture. */
export function picture({ race }: Results): string {
  const rows = race?.results.rows ?? [];
  const sizes = [...new Set(rows.filter(({ case: one }) => one.tensors === 1 && one.condition === 'normal').map(({ case: one }) => one.each))];
  const points = (cache: 'warm' | 'evicted'): readonly Point[] =>
    lines.flatMap(({ name }, k) =>
      sizes.toSorted((a, b) => a - b).flatMap((each) => {
        const row = rowOf(rows, { each, cache }, name);
        if (row === undefined) return [];
        const [low, middle, high] = quartiles(row.times);
        return [{ k, each, low, middle, high }];
      }),
    );
  const [warm, evicted] = [points('warm'), points('evicted')];
  const shown = [...warm, ...evicted].map(({ middle }) => middle);
  const domain = [Math.min(...shown) / 1.5, Math.max(...shown) * 1.5] as const;
  const width = 2 * panelWidth + gap + 2 * pad;
  const keyTop = pad + 40;
  const top = keyTop + Math.ceil(lines.length / columns) * keyHeight + 24;
  const height = top + panelHeight + pad;
  const keys = lines.map(({ label, dash }, k) => {
    const [x, y] = [pad + (k % columns) * keyWidth, keyTop + Math.floor(k / columns) * keyHeight];
    return `<g class="l${String(k)}"><line x1="${String(x)}" x2="${String(x + 30)}" y1="${String(y - 4)}" y2="${String(y - 4)}" stroke="var(--c)" stroke-width="2.4" stroke-dasharray="${dash}"/><text x="${String(x + 38)}" y="${String(y)}">${label}</text></g>`;
  });
  const panel = (title: string, own: readonly Point[], x: number): string =>
    `<text class="head" x="${String(x)}" y="${String(top - 6)}">${title}</text>${draw(own, domain).replace('<svg ', `<svg x="${String(x)}" y="${String(top)}" width="${String(panelWidth)}" height="${String(panelHeight)}" `)}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${String(width)} ${String(height)}" role="img">
<title>Nanoseconds per parameter of an AdamW step against the number of parameters, for Thalweg, C, PyTorch, Optax, jax-js, TF.js and plain JavaScript</title>
<style>${colours()}${ground}
svg{color:var(--ink);fill:currentColor;text-anchor:middle;font:12.5px ui-sans-serif,system-ui,sans-serif;font-variant-numeric:tabular-nums}
.paper{fill:var(--paper)}.grid{stroke:var(--grid)}text{text-anchor:start}svg svg{overflow:visible}svg svg text{text-anchor:inherit}.title{font-size:16px;font-weight:600}.head{font-weight:600}.keys{font-size:13px}</style>
<rect class="paper" width="100%" height="100%" rx="6"/>
<text class="title" x="${String(pad)}" y="${String(pad + 12)}">A step of AdamW: nanoseconds per parameter by number of parameters</text>
<g class="keys">${keys.join('')}</g>
${panel('Warm caches', warm, pad)}
${panel('Evicted caches', evicted, pad + panelWidth + gap)}
</svg>
`;
} // prettier-ignore

interface Point {
  /** The number of the line. */
  readonly k: number;
  readonly each: number;
  readonly low: number;
  readonly middle: number;
  readonly high: number;
}

function draw(points: readonly Point[], domain: readonly [number, number]): string {
  const decades = Array.from({ length: 9 }, (_, i) => 10 ** (i - 1)).filter((tick) => tick >= domain[0] && tick <= domain[1]);
  const sizes = [1, 1e3, 1e5, 1e7];
  const marks = lines.flatMap(({ dash }, k) => {
    const own = points.filter((point) => point.k === k);
    const shared = { x: 'each', y: 'middle', className: `l${String(k)}` } as const;
    return [
      Plot.ruleX(own, { x: 'each', y1: 'low', y2: 'high', stroke: 'var(--c)', strokeOpacity: 0.45, className: `l${String(k)}` }),
      Plot.line(own, { ...shared, stroke: 'var(--c)', strokeDasharray: dash, strokeWidth: k < 2 ? 2.4 : 1.5 }),
      Plot.dot(own, { ...shared, fill: 'var(--c)', r: k < 2 ? 2.6 : 1.8 }),
    ];
  });
  const svg = Plot.plot({
    document,
    width: panelWidth,
    height: panelHeight,
    marginTop: 10,
    marginRight: 14,
    marginBottom: 40,
    marginLeft: 48,
    x: { type: 'log', domain: [1, 1e7], ticks: sizes, tickFormat: (value: number) => (value === 1 ? '1' : `10${'⁰¹²³⁴⁵⁶⁷⁸⁹'.charAt(Math.round(Math.log10(value)))}`), label: 'parameters', labelAnchor: 'center' },
    y: { type: 'log', domain: [...domain], ticks: decades, tickFormat: (value: number) => value.toLocaleString('en', { maximumSignificantDigits: 2 }), label: 'ns per parameter' },
    marks: [Plot.gridX(sizes, { className: 'grid', stroke: 'var(--grid)', strokeOpacity: 1 }), Plot.gridY(decades, { className: 'grid', stroke: 'var(--grid)', strokeOpacity: 1 }), ...marks],
  });
  for (const name of ['width', 'height', 'font-family', 'font-size', 'class']) svg.removeAttribute(name);
  for (const part of svg.querySelectorAll('[aria-label]')) part.removeAttribute('aria-label');
  for (const part of svg.querySelectorAll('style')) part.remove();
  return svg.outerHTML.replaceAll(/-?\d+\.\d{2,}(?![\de])/g, (digits) => String(Math.round(Number(digits) * 10) / 10));
} // prettier-ignore

/** A class for each line, which sets the variable that its marks are drawn with. */
function colours(): string {
  const all = looks(lines.map(({ colour }) => colour));
  const rules = (by: 'light' | 'dark'): string => lines.map(({ colour }, k) => `.l${String(k)}{--c:${all.get(colour)?.[by] ?? 'currentColor'}}`).join('');
  return `${rules('light')}@media (prefers-color-scheme:dark){${rules('dark')}}@media print{${rules('light')}}`;
} // prettier-ignore
