/** Safe HTML templates: interpolated values are escaped unless they are markup themselves. Knows no report. */

/** A piece of finished HTML. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in a hole: text and numbers are escaped, markup is not, lists are joined. */
export type Hole = string | number | Markup | readonly Hole[];

/** Builds markup: html`<p>${text}</p>`. */
export function html(parts: TemplateStringsArray, ...holes: readonly Hole[]): Markup {
  return new Markup(parts.map((part, i) => part + (i < holes.length ? fill(holes[i] ?? '') : '')).join(''));
}

/** Nothing. */
export const empty = new Markup('');

/** Text with the five characters replaced that could end it. */
export function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');
}

function fill(hole: Hole): string {
  if (hole instanceof Markup) return hole.text;
  if (typeof hole === 'string' || typeof hole === 'number') return escape(String(hole));
  return hole.map(fill).join('');
}
