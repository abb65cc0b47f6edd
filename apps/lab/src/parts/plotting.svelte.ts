/** What figures are drawn with, for all of them at once: fetched when the first comes into view, since many readers see text first. */
import type { Marks } from '../draw/draft.ts';

class Plotting {
  marks = $state.raw<Marks>();
  /** Why the marks could not be fetched; empty where they could, or nobody asked. */
  failed = $state('');

  /** Fetches the marks unless they are there; a browser fetches them once, whoever asks. */
  async fetch(): Promise<void> {
    try {
      this.marks ??= await import('../draw/marks.ts');
      this.failed = '';
    } catch (error) {
      this.failed = error instanceof Error ? error.message : String(error);
    }
  }
}

/** The marks of all figures. */
export const plotting = new Plotting();
