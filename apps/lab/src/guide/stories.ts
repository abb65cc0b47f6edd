/** What fetches the text of each chapter. */
import type { ChapterId } from '@thalweg/guide';
import type { Component } from 'svelte';

/** The stories by chapter. */
export const stories: Readonly<Record<ChapterId, () => Promise<{ readonly default: Component }>>> = {
  problem: () => import('./ProblemChapter.svelte'),
  sgd: () => import('./SgdChapter.svelte'),
  momentum: () => import('./MomentumChapter.svelte'),
  adagrad: () => import('./AdagradChapter.svelte'),
  rmsprop: () => import('./RmspropChapter.svelte'),
  adam: () => import('./AdamChapter.svelte'),
  decay: () => import('./DecayChapter.svelte'),
  adamw: () => import('./AdamwChapter.svelte'),
  beyond: () => import('./BeyondChapter.svelte'),
};
