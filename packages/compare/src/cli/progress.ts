/** Shows progress: bars with time left on a terminal, plain lines elsewhere. Always on standard error, so that output can be piped. */
import cliProgress from 'cli-progress';
import type { Progress } from '../compare.ts';
import { counted } from '../shown.ts';

/** Receives what happens; `stop` leaves the cursor on a fresh line. */
export interface ProgressView {
  update(progress: Progress): void;
  stop(): void;
}

/** Bars on a terminal, lines on a pipe. */
export function progressView(stream: NodeJS.WriteStream): ProgressView {
  return stream.isTTY ? bars(stream) : lines(stream);
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
  const open = new Map<string, { bar: cliProgress.SingleBar; trials: number; started: number; done: number; fresh: number }>();
  return {
    update(progress) {
      if (progress.kind === 'problem') {
        const bar = multi.create(progress.trials, 0, { problem: progress.problem.padEnd(10), doing: '', remaining: '     ' });
        open.set(progress.problem, { bar, trials: progress.trials, started: performance.now(), done: 0, fresh: 0 });
        return;
      }
      const entry = open.get(progress.problem);
      if (entry === undefined || progress.kind !== 'trial') return;
      entry.done += 1;
      // What an earlier command finished comes at once and says nothing of the time that a run takes.
      if (!progress.kept) entry.fresh += 1;
      else if (entry.fresh === 0) entry.started = performance.now();
      const left = secondsLeft(entry.fresh, entry.trials - entry.done, (performance.now() - entry.started) / 1000);
      const remaining = entry.done === entry.trials ? 'done   ' : left === undefined ? '     ' : `${duration(left)} left`;
      const doing =
        stream.columns < 78
          ? ''
          : `${progress.contestant} lr ${String(progress.lr)}`.padEnd(26).slice(0, Math.max(0, stream.columns - width - 34));
      entry.bar.update(entry.done, { doing: entry.done === entry.trials ? ''.padEnd(doing.length) : doing, remaining });
    },
    stop: () => { multi.stop(); }, // prettier-ignore
  };
}

function lines(stream: NodeJS.WriteStream): ProgressView {
  return {
    update(progress) {
      if (progress.kind === 'problem') stream.write(`${progress.problem}: ${counted(progress.trials, 'run')}\n`);
      if (progress.kind === 'tuned') {
        const note = { inside: '', edge: ', the last rate tried', 'all-diverged': ', every rate diverged' }[progress.tuning];
        stream.write(`${progress.problem}: ${progress.contestant} tuned, lr ${String(progress.lr)}${note}\n`);
      }
    },
    stop: () => undefined,
  };
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
