/** The offsets of the integers of the control block. Separate constants, which a minifier inlines as numbers. */

/** Integers in a cache line: counters that different threads write lie apart. */
export const line = 16;

/** Counts openings and closings of jobs. */
export const epoch = 0;
/** Counts messages sent. */
export const mail = line;
/** Threads at work on the open job. */
export const active = 2 * line;
/** Whether one of them failed. */
export const failed = 3 * line;

// The job: which kernel, where its arguments are, how many segments, for how many threads, so many at a time.
export const kernel = 4 * line;
export const at = 4 * line + 1;
export const count = 4 * line + 2;
export const threads = 4 * line + 3;
export const batch = 4 * line + 4;

/** The first of the counters from which each thread takes segments. */
export const next = 5 * line;
