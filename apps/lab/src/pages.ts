/** The pages of the app, by the first part of their addresses: what each is called and says, and what fetches it. */
import { chapterIds, type ChapterId } from '@thalweg/guide';
import type { Component } from 'svelte';
import { stories } from './guide/stories.ts';
import { leads, titles } from './guide/titles.ts';
import { fetched } from './parts/fetched.ts';

/** A page beside the guide's. */
interface Page {
  readonly title: string;
  readonly lead: string;
  readonly load: () => Promise<{ readonly default: Component }>;
}

/** Pages beside the guide's; `wide` ones take what width there is. */
export const pages: ReadonlyMap<string, Page> = new Map<string, Page>([
  [
    'lab',
    {
      title: 'The lab',
      lead: 'Race any optimizers on any landscape, scrub through time, take steps apart, write an optimizer of your own.',
      load: () => import('./lab/Lab.svelte'),
    },
  ],
  [
    'train',
    {
      title: 'Train a network',
      lead: 'Digits and words, trained in the browser by several optimizers from the same weights, and the loss around their paths.',
      load: () => import('./train/Train.svelte'),
    },
  ],
  [
    'rules',
    {
      title: 'Rules gone wrong',
      lead: 'Eight update rules as published JavaScript libraries have them, each run beside the right one.',
      load: () => import('./rules/Rules.svelte'),
    },
  ],
  [
    'replay',
    {
      title: 'Replay',
      lead: 'Opens the results of a comparison and goes through its training again, seed by seed.',
      load: () => import('./replay/Replay.svelte'),
    },
  ],
]);

/** What fetches the cover, and what stands around the story of every chapter. */
export const frames = { cover: () => import('./guide/Cover.svelte'), chapter: () => import('./guide/Chapter.svelte') } as const;

/** The chapter that a path such as `guide/sgd` means. */
export function chapterOf(path: string): ChapterId | undefined {
  return chapterIds.find((id) => path === `guide/${id}`);
}

/** Whether a path means a page of the app. */
export function isPage(path: string): boolean {
  return path === '' || pages.has(path) || chapterOf(path) !== undefined;
}

/** Whether a page has formulas from its beginning; elsewhere the first one asks for what typesets it. */
export function beginsWithFormulas(path: string): boolean {
  return chapterOf(path) !== undefined || path === 'lab' || path === 'rules';
}

/** What a page is called and says in a sentence. */
export function heading(path: string): { readonly title: string; readonly lead: string } {
  const chapter = chapterOf(path);
  if (chapter !== undefined) return { title: titles[chapter], lead: leads[chapter] };
  if (path === '')
    return { title: 'The guide', lead: 'Optimizers explained by experiments that run in the browser, and a lab to try them in.' };
  return pages.get(path) ?? { title: 'No such page', lead: 'Nothing is at this address.' };
}

/** Fetches what a page consists of, so that it can be shown at once. */
export async function prepare(path: string): Promise<void> {
  const chapter = chapterOf(path);
  if (chapter !== undefined) await Promise.all([fetched(frames.chapter), fetched(stories[chapter])]);
  else if (isPage(path)) await fetched<unknown>(pages.get(path)?.load ?? frames.cover);
}
