/** Shows progress: bars with time left on a terminal, plain lines elsewhere, one a minute at least. Always on standard error, so that output can be piped. */
import cliProgress from 'cli-progress';
import type { Progress } from '../compare.ts';
import { counted } from '../shown.ts';

/** Receives what happens; `stop` leaves the cursor on a fresh line. */
export interface ProgressView {
  update(progress: Progress): void;
  /** Tells something besides. */
  say(line: string): void;
  stop(): void;
}

/** Bars on a terminal, lines on a pipe. */
export function progressView(stream: NodeJS.WriteStream): ProgressView {
  return stream.isTTY ? bars(stream) : lines(stream);
}

/** How far a problem is. */
class Tally {
  readonly trials: number;
  done = 0;
  private fresh = 0;
  private started: number;

  constructor(trials: number) {
    this.trials = trials;
    this.started = performance.now();
  }

  /** Counts a run. `before`: when another problem's last one was made, since this one's may have waited for them. */
  count(kept: boolean, before: number): void {
    this.done += 1;
    // What an earlier command finished comes at once and says nothing of the time that a run takes.
    if (kept && this.fresh === 0) this.started = performance.now();
    if (kept) return;
    if (this.fresh === 0) this.started = Math.max(this.started, before);
    this.fresh += 1;
  }

  /** Seconds that are left; undefined where that is not known yet. */
  get left(): number | undefined {
    return secondsLeft(this.fresh, this.trials - this.done, (performance.now() - this.started) / 1000);
  }
}

/** How far each problem is. */
class Tallies {
  private readonly all = new Map<string, Tally>();
  private last = 0;

  /** The tally that has changed; none where nothing is counted. */
  update(progress: Progress): Tally | undefined {
    if (progress.kind === 'problem') this.all.set(progress.problem, new Tally(progress.trials));
    const tally = this.all.get(progress.problem);
    if (progress.kind !== 'trial') return tally;
    tally?.count(progress.kept, this.last);
    if (!progress.kept) this.last = performance.now();
    return tally;
  }

  /** `digits: 42 of 132 runs, about 3:20 left`, for each problem that is not finished. */
  get text(): string {
    const open = [...this.all].filter(([, { done, trials }]) => done < trials);
    return open
      .map(([problem, { done, trials, left }]) => {
        const time = left === undefined ? '' : `, about ${duration(left)} left`;
        return `${problem}: ${String(done)} of ${counted(trials, 'run')}${time}`;
      })
      .join('; ');
  }
}

function bars(stream: NodeJS.WriteStream): ProgressView {
  const width = Math.max(10, Math.min(40, stream.columns - 44));
  const multi = new cliProgress.MultiBar(
    {
      stream,
      format: '{problem} {bar} {value}/{total}  {remaining}  {doing}',
      barsize: width,
      barCompleteChar: '━',
      barIncompleteChar: '╌',
      hideCursor: true,
      etaBuffer: 20,
      autopadding: true,
      clearOnComplete: false,
    },
    cliProgress.Presets.shades_classic,
  );
  const open = new Map<string, cliProgress.SingleBar>();
  const tallies = new Tallies();
  return {
    update(progress) {
      const tally = tallies.update(progress);
      if (progress.kind === 'problem') {
        open.set(
          progress.problem,
          multi.create(progress.trials, 0, { problem: progress.problem.padEnd(10), doing: '', remaining: '     ' }),
        );
        return;
      }
      if (tally === undefined || progress.kind !== 'trial') return;
      const { done, trials, left } = tally;
      const remaining = done === trials ? 'done   ' : left === undefined ? '     ' : `${duration(left)} left`;
      const doing =
        stream.columns < 78
          ? ''
          : `${progress.contestant} lr ${String(progress.lr)}`.padEnd(26).slice(0, Math.max(0, stream.columns - width - 34));
      open.get(progress.problem)?.update(done, { doing: done === trials ? ''.padEnd(doing.length) : doing, remaining });
    },
    say: (line) => { multi.log(`${line}\n`); }, // prettier-ignore
    stop: () => { multi.stop(); }, // prettier-ignore
  };
}

function lines(stream: NodeJS.WriteStream): ProgressView {
  const tallies = new Tallies();
  const stop = everyMinute(stream, () => tallies.text);
  return {
    update(progress) {
      tallies.update(progress);
      if (progress.kind === 'problem') stream.write(`${progress.problem}: ${counted(progress.trials, 'run')}\n`);
      if (progress.kind === 'tuned') {
        const note = { inside: '', edge: ', the last rate tried', 'all-diverged': ', every rate diverged' }[progress.tuning];
        stream.write(`${progress.problem}: ${progress.contestant} tuned, lr ${String(progress.lr)}${note}\n`);
      }
    },
    say: (line) => { stream.write(`${line}\n`); }, // prettier-ignore
    stop,
  };
}

/** Writes a line a minute, where there is something to say; returns what ends it. */
export function everyMinute(stream: { write(text: string): unknown }, text: () => string): () => void {
  const timer = setInterval(() => {
    const line = text();
    if (line !== '') stream.write(`${line}\n`);
  }, 60_000).unref();
  return () => { clearInterval(timer); }; // prettier-ignore
}

/**
 * How long `left` runs take where `made` took so many seconds. Undefined before a few are made, or a few in a hundred: until then the time is mostly
 * that of threads that start, load the data and have runs under way that do not count yet.
 */
export function secondsLeft(made: number, left: number, seconds: number): number | undefined {
  return made < Math.max(6, 0.05 * (made + left)) ? undefined : (left * seconds) / made;
}

/** 75 seconds as `1:15`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return `${String(Math.floor(whole / 60))}:${String(whole % 60).padStart(2, '0')}`;
}
