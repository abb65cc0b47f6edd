/**
 * The colours of ground and pens, the same as in the reports. They are put into the page as constructed style sheets, which a strict
 * Content-Security-Policy allows. Knows the page; knows no experiment.
 */
import { ground, looks, pens, type Look } from '@thalweg/compare/look';
import { catalogue } from '@thalweg/guide';
import { dashes, inkOf } from './ink.ts';

/** Every id that can be drawn: the catalogue's, second and third configurations of each, and the reader's own. */
const ids = ['', '-2', '-3'].flatMap((suffix) => [...catalogue.map(({ id }) => `${id}${suffix}`), `own${suffix}`]);
const byId = looks(ids);
const all = pens(ids, 'pen-');

/** All of them as a style sheet. */
export const palette = ground + all.css;

/** Puts the colours into the page. */
export function adoptColours(): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(palette);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}

/** The class that sets `--c` to the colour of this id. */
export function penClass(id: string): string {
  return all.of(byId.has(id) ? id : 'own').name;
}

/** How this id is drawn. */
export function lookOf(id: string): Look {
  return byId.get(id) ?? byId.get('own')!;
}

/** The colour of this id on the ground of now, for a canvas. */
export function colourOf(id: string): string {
  return inkOf(lookOf(id));
}

/** The dash pattern of this id as a canvas takes it. */
export function dashOf(id: string): number[] {
  return dashes(lookOf(id));
}
