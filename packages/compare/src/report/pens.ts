/**
 * The looks of a report's optimizers as CSS: a class for each sets the variable `--c`, which every mark of it draws with, so that one
 * picture serves paper and night and one rule dims all others. Ids never become part of the CSS. Knows looks; knows no results.
 */
import { looks, type Look } from './palette.ts';

/** How an optimizer is drawn within one document. */
export interface Pen {
  /** The class of everything drawn for it. */
  readonly name: string;
  readonly look: Look;
}

/** A pen for each optimizer of a document, by its id. */
export interface Pens {
  readonly of: (id: string) => Pen;
  readonly css: string;
}

/** What marks are drawn with inside an element that has a pen's class. */
export const ink = 'var(--c)';

/** Pens for these ids. The names start with `prefix`, so that pictures on one page do not repaint one another. */
export function pens(ids: readonly string[], prefix = 'o'): Pens {
  const byId = new Map([...looks(ids)].map(([id, look], i) => [id, { name: `${prefix}${String(i)}`, look }]));
  const rules = (ground: 'light' | 'dark'): string => [...byId.values()].map(({ name, look }) => `.${name}{--c:${look[ground]}}`).join('');
  return {
    of(id) {
      const pen = byId.get(id);
      if (pen === undefined) throw new Error(`no pen for ${id}`);
      return pen;
    },
    css: `${rules('light')}@media (prefers-color-scheme:dark){${rules('dark')}}@media print{${rules('light')}}`,
  };
}

/** The names of the pens, in order. */
export function penNames(ids: readonly string[], all: Pens): string[] {
  return [...new Set(ids)].map((id) => all.of(id).name);
}
