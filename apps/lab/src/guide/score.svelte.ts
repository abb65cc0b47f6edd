/**
 * How well the reader predicted: one mark for each question, kept in this browser, and told as a few lines that can be shared. Knows
 * questions by their names only.
 */
import type { Marks } from './total.ts';

const place = 'thalweg-predictions';

class Score {
  marks = $state.raw<Marks>({});
  /** The questions whose veil has been lifted since the page was opened. */
  lifted = $state.raw<ReadonlySet<string>>(new Set());

  #recalled = false;

  /** Takes what this browser remembers, once; where it remembers nothing, or must not, the score begins anew. */
  recall(): void {
    if (this.#recalled) return;
    this.#recalled = true;
    try {
      const kept: unknown = JSON.parse(localStorage.getItem(place) ?? '{}');
      if (typeof kept !== 'object' || kept === null) return;
      const good = Object.entries(kept).filter(
        (pair): pair is [string, number] => typeof pair[1] === 'number' && pair[1] >= 0 && pair[1] <= 1,
      );
      this.marks = { ...Object.fromEntries(good), ...this.marks };
    } catch {
      this.marks = { ...this.marks };
    }
  }

  /** Keeps the first answer to a question: it is the prediction. */
  mark(question: string, worth: number): void {
    this.recall();
    if (question in this.marks) return;
    this.marks = { ...this.marks, [question]: worth };
    this.#keep();
  }

  /** Notes that the reader has seen what happens. */
  lift(question: string): void {
    this.lifted = new Set([...this.lifted, question]);
  }

  /** Forgets everything. */
  clear(): void {
    this.marks = {};
    this.#keep();
  }

  #keep(): void {
    try {
      localStorage.setItem(place, JSON.stringify(this.marks));
    } catch (error) {
      // A browser that keeps nothing is no fault of the page: the score then lasts as long as the page.
      if (!(error instanceof DOMException)) throw error;
    }
  }
}

/** The score of this reader. */
export const score = new Score();
