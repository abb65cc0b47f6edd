/**
 * Yields to the event loop within synchronous work, so that timers, signals and clicks are handled while a loop runs, and an AbortSignal is noticed. Knows
 * nothing of what the loop does.
 */
import { wrongOption } from '../language/options.ts';

/** Milliseconds of work between two turns: well below a frame of a page, and a thousand times what a turn costs. */
const period = 5;

/**
 * What calls back in a later turn. A browser delays a timer that a timer set by 4 ms, and in a hidden page by a second; a message is not delayed.
 * Chosen once, so that a test's mock timers, which nobody advances while a loop runs, do not stop it.
 */
const later = /* @__PURE__ */ chooseLater();

function chooseLater(): (resume: () => void) => void {
  if (typeof setImmediate === 'function') return setImmediate;
  if (typeof MessageChannel === 'function') {
    return (resume) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resume();
      };
      port2.postMessage(null);
    };
  }
  const timer = setTimeout;
  return (resume) => timer(resume, 0);
}

/** Says when a loop is to let others in, and whether it is to stop. */
export class Turns {
  private readonly signal: AbortSignal | undefined;
  private last = performance.now();

  constructor(signal: AbortSignal | undefined) {
    this.signal = signal;
  }

  /** Whether the signal was aborted, as far as the event loop has turned. */
  get aborted(): boolean {
    return this.signal?.aborted === true;
  }

  /** A promise to wait for where it is time for a turn; undefined where it is not. */
  due(): Promise<void> | undefined {
    if (performance.now() - this.last < period) return undefined;
    return new Promise((resolve) =>
      later(() => {
        this.last = performance.now();
        resolve();
      }),
    );
  }
}

/** Whether there is something to wait for: waiting for anything else would cost a turn of its own in each step. */
export function isThenable<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

/** What `f` makes of a value: at once, where nothing has to be waited for. */
export function whenThere<T, R>(value: T | PromiseLike<T>, f: (value: T) => R | PromiseLike<R>): R | PromiseLike<R> {
  return isThenable(value) ? Promise.resolve(value).then(f) : f(value);
}

/** Throws an OptionError where `signal` is neither undefined nor an AbortSignal, of whatever realm. */
export function checkSignal(owner: string, signal: unknown): void {
  if (signal === undefined) return;
  const given = typeof signal === 'object' && signal !== null ? signal : {};
  if (typeof Reflect.get(given, 'aborted') === 'boolean') return;
  wrongOption(owner, 'signal', signal, Reflect.has(given, 'signal') ? 'an AbortSignal, controller.signal' : 'an AbortSignal');
}
