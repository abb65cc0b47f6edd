/**
 * How well the reader predicted: one mark for each question, kept in this browser, and told as a few lines that can be shared. Knows
 * questions by their names only.
 */

/** What a prediction was worth, between 0 and 1. */
export type Marks = Readonly<Record<string, number>>;

const place = 'thalweg-predictions';

class Score {
  marks = $state.raw<Marks>({});

  /** Takes what this browser remembers; where it remembers nothing, or must not, the score begins anew. */
  recall(): void {
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
    if (question in this.marks) return;
    this.marks = { ...this.marks, [question]: worth };
    this.#keep();
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

/** The questions of one chapter in a row: ■ right, ▣ half right or more, □ not, · not answered. */
export function rowOf(marks: Marks, questions: readonly string[]): string {
  return questions.map((one) => (one in marks ? (marks[one]! >= 0.9 ? '■' : marks[one]! >= 0.5 ? '▣' : '□') : '·')).join('');
}

/** How many answers count as right, of how many given. */
export function total(marks: Marks, questions: readonly string[]): { readonly given: number; readonly right: number } {
  const given = questions.filter((one) => one in marks);
  return { given: given.length, right: Math.round(10 * given.reduce((sum, one) => sum + marks[one]!, 0)) / 10 };
}
