/**
 * When to give up on threads that make no progress. A clock alone cannot tell: it jumps while a process is suspended, a debugger pauses it or the machine
 * is busy, and the other threads stood still then as well. So only time between two looks that follow each other as closely as intended is counted, because
 * then the waiting thread was running. Knows neither threads nor clocks.
 */

/** The longest time between two looks that is meant to be, in milliseconds: who waits is to wake so often. */
export const betweenLooks = 50;
/** A longer time between two looks is a jump. */
const jump = 2 * betweenLooks;

/** Counts how long nothing has moved. */
export class Silence {
  private readonly limit: number;
  private last: number;
  private still = 0;
  private jumps = 0;

  /** `limit` is in milliseconds; `now` is when it begins. */
  constructor(limit: number, now: number) {
    this.limit = limit;
    this.last = now;
  }

  /** Looks at the time `now`. Returns whether nothing has moved for too long. */
  tooLong(now: number, moved: boolean): boolean {
    const passed = now - this.last;
    this.last = now;
    if (moved) this.still = this.jumps = 0;
    else if (passed > jump || passed < 0) this.jumps += 1;
    else this.still += passed;
    // On a machine that is always late there is an end as well: so many jumps are so many real waits.
    return this.still > this.limit || this.jumps > (4 * this.limit) / betweenLooks;
  }
}
