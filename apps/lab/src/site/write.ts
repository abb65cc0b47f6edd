/**
 * Writes the pages of the app as HTML, in Node, from the components that a browser runs. What a page computes is awaited and the page written again
 * until nothing new is asked for; maps and figures become pictures. Knows no file: who calls it says what draws and where pictures go.
 */
import { rounded } from '@thalweg/compare/look';
import { chapterIds, figure as figureOf } from '@thalweg/guide';
import katex from 'katex';
import { render } from 'svelte/server';
import App from '../App.svelte';
import { lookOf, palette, penClass } from '../draw/colours.ts';
import { around } from '../draw/draft.ts';
import * as marks from '../draw/marks.ts';
import { heading, pages, prepare } from '../pages.ts';
import { to, writeFrom } from '../parts/address.ts';
import { recorded } from '../parts/evidence.ts';
import { typesetting } from '../parts/typesetting.ts';
import { stillKey, type Drawn, type Still } from '../parts/still.ts';
import Text from './Text.svelte';
import { mapPicture } from './picture.ts';
import { raster } from './raster.ts';
import { referenceRace } from './races.ts';
import type { Tools, Writer } from './written.ts';

export { heading, palette };

/** The paths of all pages of the app, and the modules of each. */
export const appPages: Writer['appPages'] = [
  { path: '', modules: ['src/guide/Cover.svelte'] },
  ...chapterIds.map((id) => ({ path: `guide/${id}`, modules: ['src/guide/Chapter.svelte', `src/guide/${capital(id)}Chapter.svelte`] })),
  ...[...pages.keys()].map((path) => ({ path, modules: [`src/${path}/${capital(path)}.svelte`] })),
];

function capital(word: string): string {
  return `${word[0]!.toUpperCase()}${word.slice(1)}`;
}

/** The first race that each page shows. */
const drawn = new Map<string, Drawn>();

/** The preview of a page that has been written and shows a race: 1200 × 630 pixels, three bytes each. */
export function previewOf(path: string): Uint8Array | undefined {
  const race = drawn.get(path);
  return race === undefined ? undefined : raster(race);
}

/** What has been computed for any page, by name. */
const known = new Map<string, unknown>();

/** The inside of the page's body; `root` is the way from the page to the site's root. */
export async function write(path: string, root: string, tools: Tools): Promise<string> {
  writeFrom(root);
  recorded(tools.evidence);
  await prepare(path);
  for (;;) {
    const pending: Promise<unknown>[] = [];
    const asked = new Map<string, number>();
    const stillOf: Still = {
      known<T>(name: string, make: () => Promise<T>): T | undefined {
        const nth = asked.get(name) ?? 0;
        asked.set(name, nth + 1);
        const key = `${path} ${name} ${String(nth)}`;
        if (known.has(key)) return known.get(key) as T;
        pending.push(make().then((value) => known.set(key, value)));
        return undefined;
      },
      map: (race, ratio, label) => {
        // Until its runs are known there is nothing to show.
        if (race.runs.length > 0) drawn.set(path, drawn.get(path) ?? race);
        const picture = mapPicture(race, ratio);
        return `<img class="still" src="${root}${tools.keep(picture)}" alt="${escaped(label)}" width="900" height="${String(Math.round(900 * ratio))}" loading="lazy">`;
      },
      figure: (draft, height, label) => figure(tools.document, draft, height, label),
      formula: typeset,
    };
    const { body } = render(App, { props: { first: path }, context: new Map([[stillKey, stillOf]]) });
    if (pending.length === 0) return body;
    await Promise.all(pending);
  }
}

/** The inside of the body of a page of text. */
export function writeDocument(page: string, content: string, root: string): string {
  writeFrom(root);
  return render(Text, { props: { page, content }, context: new Map([[stillKey, {}]]) }).body;
}

/** The race of an optimizer and its rivals: markup of its map, who runs, and the lab's link to it. */
export const raceOf: Writer['raceOf'] = async (name, rivals, root, keep) => {
  const race = await referenceRace(name, rivals);
  if (race === undefined) return undefined;
  writeFrom(root);
  const keys = race.runs.map(({ entrant, trace }) => ({
    pen: penClass(entrant.key),
    dash: lookOf(entrant.key).dash,
    label: entrant.label,
    lr: entrant.values['lr'],
    left: figureOf(trace.loss[trace.rows - 1]!),
  }));
  return {
    picture: keep(mapPicture(race, 0.5)),
    surface: race.surface.label,
    keys,
    lab: to(race.link),
    setup: race.link.slice('lab?s='.length),
    pixels: raster(race),
  };
};

/** Markup of a formula. */
export function typeset(tex: string, block: boolean): string {
  return katex.renderToString(tex, typesetting(block));
}

function figure(document: Document, draft: Parameters<Still['figure']>[0], height: number, label: string): string {
  const svg = marks.plot({
    ...around,
    ...draft(marks),
    width: 640,
    height,
    document,
  });
  for (const style of svg.querySelectorAll('style')) style.remove();
  for (const part of svg.querySelectorAll('[aria-label]')) part.removeAttribute('aria-label');
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', label);
  return rounded(svg.outerHTML);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
