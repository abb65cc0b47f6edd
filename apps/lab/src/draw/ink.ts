/**
 * Colours as a canvas takes them: those of the ground and of a look, on the ground of now. Knows the page; knows no optimizer, so that a page without any
 * fetches none.
 */
import type { Look } from '@thalweg/compare/look';

const darkness = typeof matchMedia === 'undefined' ? undefined : matchMedia('(prefers-color-scheme: dark)');

/** The colour of a look on the ground of now. */
export function inkOf(look: Look): string {
  return look[darkness?.matches === true ? 'dark' : 'light'];
}

/** A colour of the ground by the name of its variable. */
export function groundColour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** Calls back when day turns to night or night to day; returns how to stop that. */
export function onDarkness(change: () => void): () => void {
  darkness?.addEventListener('change', change);
  return () => darkness?.removeEventListener('change', change);
}

/** The dash pattern of a look. */
export function dashes({ dash }: Look): number[] {
  return dash
    .split(' ')
    .filter((part) => part !== '')
    .map(Number);
}
