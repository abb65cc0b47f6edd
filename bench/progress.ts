/** How far the run is, on standard error: one line that is written over on a terminal, a line for each part elsewhere. */

/** Parts have a weight, the seconds that they are thought to take; what is left is scaled by how long the parts before took. */
export class Progress {
  private readonly started = performance.now();
  private readonly total: number;
  private done = 0;
  private title = '';
  private weight = 0;

  constructor(weights: readonly number[]) {
    this.total = weights.reduce((sum, weight) => sum + weight, 0);
  }

  /** A part begins. */
  part(title: string, weight: number): void {
    this.done += this.weight;
    [this.title, this.weight] = [title, weight];
    if (process.stderr.isTTY) this.within(0, '');
    else process.stderr.write(`${title}${this.left(this.done)}\n`);
  }

  /** A share of the part is done. */
  within(share: number, doing: string): void {
    if (!process.stderr.isTTY) return;
    const line = `${this.title}: ${doing}${this.left(this.done + share * this.weight)}`;
    process.stderr.write(`\r\x1b[2K${line.slice(0, Math.max(20, process.stderr.columns - 1))}`);
  }

  /** All is done. */
  end(): void {
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[2K');
    process.stderr.write(`${clock((performance.now() - this.started) / 1000)} in all\n`);
  }

  private left(done: number): string {
    const passed = (performance.now() - this.started) / 1000;
    // Before much is done, what was thought counts more than what was seen.
    const rate = (passed + 30) / (done + 30);
    return `, about ${clock(Math.max(0, this.total - done) * rate)} left`;
  }
}

function clock(seconds: number): string {
  const whole = Math.round(seconds);
  return `${String(Math.floor(whole / 60))}:${String(whole % 60).padStart(2, '0')}`;
}
