/**
 * Work on the page's own thread that is asked for again and again: done in slices between frames, so that the page never freezes, and the
 * last request always served. Knows time; knows no work.
 */

/** Called often by the work: waits between slices, and throws where the work has been overtaken and has already taken long. */
export type Pause = () => Promise<void>;

/** Milliseconds of a slice, and after which work that is no longer wanted is broken off. Shorter work is finished, so that a drag is followed. */
const [slice, patience] = [6, 250];

const overtaken = new DOMException('overtaken by a later request', 'AbortError');

/** A function that asks for `work` to be done once more, after what is under way. */
export function latest(work: (pause: Pause) => Promise<void>): () => Promise<void> {
  let [stale, running] = [false, false];
  async function once(): Promise<void> {
    const began = performance.now();
    let rested = began;
    try {
      await work(async () => {
        if (performance.now() - rested < slice) return;
        await new Promise((resolve) => setTimeout(resolve, 0));
        rested = performance.now();
        if (stale && rested - began > patience) throw overtaken;
      });
    } catch (error) {
      if (error !== overtaken) throw error;
    }
  }
  return async () => {
    stale = true;
    if (running) return;
    running = true;
    try {
      while (stale) {
        stale = false;
        await once();
      }
    } finally {
      running = false;
    }
  };
}
