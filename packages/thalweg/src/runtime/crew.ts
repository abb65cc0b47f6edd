/** Who runs the segments of a pass. Which thread runs which segment changes no result. */
import type { Executable } from '../lower/executable.ts';

/** Runs all `count` segments of a kernel whose arguments lie at `at`, and returns when they are done. */
export interface Crew {
  run(executable: Executable, at: number, count: number): void;
}

/** The calling thread. */
export const alone: Crew = {
  run: ({ run }, at, count) => {
    run(at, 0, count);
  },
};
