/** Drawings as SVG text, by Observable Plot on a small DOM, for Node. Knows no results; a browser draws the same options itself. */
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { escape } from './markup.ts';
import { hash } from './palette.ts';
import { figureWidth, margins, type Drawing } from './plot.ts';
import { rounded } from './rounded.ts';

const { document } = parseHTML('<!doctype html><html><body></body></html>');

/** A plot as SVG text that a screen reader announces as one picture. */
export function draw({ label, options }: Drawing): string {
  const svg = Plot.plot({ document, width: figureWidth, ...margins, ...options });
  for (const name of ['width', 'height', 'font-family', 'font-size', 'class']) svg.removeAttribute(name);
  for (const part of svg.querySelectorAll('[aria-label]')) part.removeAttribute('aria-label');
  for (const part of svg.querySelectorAll('style')) part.remove();
  return stable(rounded(svg.outerHTML)).replace('<svg', `<svg role="img" aria-label="${escape(label)}"`);
}

/** Plot counts its clip paths up for ever; named by what is drawn they are unique in a document and the same in each. */
function stable(svg: string): string {
  const key = hash(svg.replaceAll(/plot-clip-\d+/g, '')).toString(36);
  const names = [...new Set(svg.match(/plot-clip-\d+/g) ?? [])];
  return names.reduce((text, name, i) => text.replaceAll(new RegExp(`${name}(?!\\d)`, 'g'), `clip-${key}-${String(i)}`), svg);
}
