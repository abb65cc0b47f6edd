/** Time as a position: it plays, holds, steps and runs backwards over what has been recorded. Knows nothing of what is shown. */
import { calm } from './calm.ts';

/** A position between 0 and `steps`. */
export class Clock {
  t = $state(0);
  /** The position whose numbers are shown: while time plays, text follows it a few times a second, since text that changes is laid out anew. */
  shown = $state(0);
  playing = $state(false);
  direction = $state<1 | -1>(1);
  /** Seconds from one end to the other. */
  whole = $state(10);
  /** Where the end is. */
  steps = $state(0);
  private readonly stops: readonly number[];

  /** Stands at the end. `stops` are the positions at which something was recorded, ascending: a step goes to the next of them. */
  constructor(steps: number, stops: readonly number[]) {
    this.steps = steps;
    this.stops = stops;
    this.t = this.shown = steps;
  }

  /** How far a second goes. */
  get rate(): number {
    return this.steps / this.whole;
  }

  /** Moves time by the seconds that have passed. */
  advance(seconds: number): void {
    const next = this.t + this.direction * this.rate * seconds;
    if (this.direction === 1 ? next >= this.steps : next <= 0) this.playing = false;
    this.t = Math.max(0, Math.min(this.steps, next));
  }

  /** Plays from the start. Where the reader wants no motion it goes to the end. */
  restart(): void {
    [this.direction, this.t, this.playing] = calm() ? [1, this.steps, false] : [1, 0, true];
  }

  /** Time stands where it is put. */
  goTo(t: number): void {
    [this.t, this.playing] = [t, false];
  }

  /** Starts, from the other end where time has run out, or holds. */
  toggle(): void {
    if (!this.playing && this.direction === 1 && this.t >= this.steps) this.t = 0;
    if (!this.playing && this.direction === -1 && this.t <= 0) this.t = this.steps;
    this.playing = !this.playing;
  }

  /** To the next or the last stop. */
  step(by: number): void {
    this.playing = false;
    const next = by > 0 ? this.stops.find((stop) => stop > this.t) : this.stops.findLast((stop) => stop < this.t);
    this.t = next ?? (by > 0 ? this.steps : 0);
  }
}

/** Milliseconds between two numbers that are shown while time plays: faster ones cannot be read. */
const readable = 200;

/** Lets a clock go while it plays. Call inside a component. */
export function keepTicking(clock: Clock): void {
  $effect(() => {
    if (!clock.playing) return;
    let last = performance.now();
    let frame = requestAnimationFrame(function tick(now) {
      // The time of a frame may lie before the moment that asked for it.
      clock.advance(Math.max(0, Math.min(0.1, (now - last) / 1000)));
      last = now;
      frame = requestAnimationFrame(tick);
    });
    return () => cancelAnimationFrame(frame);
  });
  $effect(() => {
    if (!clock.playing) {
      clock.shown = Math.floor(clock.t);
      return;
    }
    const timer = setInterval(() => (clock.shown = Math.floor(clock.t)), readable);
    return () => clearInterval(timer);
  });
}
