/**
 * What typesets formulas in a browser. Those that a page came with are taken from it, so that nothing is fetched for them; for others KaTeX is fetched,
 * which weighs as much as all else that draws a chapter. Knows no page.
 */
import type { render } from 'katex';
import { typesetting } from './typesetting.ts';

/** Formulas as a page holds them, and what makes more. */
class Typesetter {
  #render = $state.raw<typeof render>();
  #failed = $state(false);
  /** What is typeset already, by `key`. */
  readonly #written = new Map<string, Element>();

  /** Takes the formulas that stand in a page. */
  take(page: ParentNode): void {
    for (const one of page.querySelectorAll('.katex')) {
      const tex = one.querySelector('annotation')?.textContent;
      const display = one.parentElement?.classList.contains('katex-display') === true ? one.parentElement : undefined;
      if (tex !== undefined) this.#written.set(key(tex, display !== undefined), display ?? one);
    }
  }

  /** Fetches what typesets, unless it is there; a browser fetches it once, whoever asks. */
  async fetch(): Promise<void> {
    if (this.#render !== undefined) return;
    try {
      this.#render = (await import('katex')).default.render;
      this.#failed = false;
    } catch {
      // Formulas then stand as their source, which can be read.
      this.#failed = true;
    }
  }

  /** Puts a formula into `node`, once it can; again when what it reads changes, if called in an effect. */
  put(node: Element, tex: string, block: boolean): void {
    const written = this.#written.get(key(tex, block));
    if (written !== undefined) node.replaceChildren(written.cloneNode(true));
    else if (this.#render !== undefined) this.#render(tex, node as HTMLElement, typesetting(block));
    else if (this.#failed) node.textContent = tex;
    else void this.fetch();
  }
}

function key(tex: string, block: boolean): string {
  return `${block ? 'block' : 'inline'} ${tex}`;
}

/** Typesets all formulas. */
export const typesetter = new Typesetter();
