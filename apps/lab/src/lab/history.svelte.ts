/** What can be undone: the states that were, as the texts of links. What is changed in one go, such as a drag, is one state. Knows no race. */

/** Milliseconds of quiet after which a change is over. */
const pause = 400;
/** States that are kept. */
const most = 100;

/** The states that were. */
export class Past {
  #states = $state.raw<readonly string[]>([]);
  #now: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #before: string | undefined;

  /** Whether there is something to undo. */
  get any(): boolean {
    return this.#states.length > 0;
  }

  /** The state is this now. */
  note(state: string): void {
    if (state === this.#now) return;
    this.#before ??= this.#now;
    this.#now = state;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#settle(), pause);
  }

  /** The state before the last change; from now on it is the present one. */
  undo(): string | undefined {
    this.#settle();
    const last = this.#states.at(-1);
    if (last === undefined) return undefined;
    this.#states = this.#states.slice(0, -1);
    this.#now = last;
    return last;
  }

  /** A change is over: what was before it can be had again. */
  #settle(): void {
    clearTimeout(this.#timer);
    const before = this.#before;
    this.#before = undefined;
    if (before !== undefined && before !== this.#now) this.#states = [...this.#states, before].slice(-most);
  }
}
