/**
 * A connection to Redis that is retried indefinitely, and reports once when Redis cannot be reached and once when it can again. Errors that waiting cannot
 * fix, such as a wrong password, are reported separately. Knows nothing of runs.
 */
import type { Redis as Connection } from 'ioredis';
import { ProblemError } from '../problem.ts';
import { withoutSecrets } from '../shown.ts';
import type { Address } from './address.ts';
import type { Packages } from './packages.ts';

/** How a connection tells of itself. */
export interface Listener {
  say(line: string): void;
  /** What waiting does not mend. */
  refused(error: ProblemError): void;
}

/** A connection, and what was duplicated from it. */
export interface Link {
  readonly redis: Connection;
  /** Once there has been a connection; rejected where there will be none. */
  readonly ready: Promise<void>;
  /** Ends it, and no duplicate is tried again. */
  end(): void;
}

/** Milliseconds between tries. */
const pause = 1000;

/** Connects; commands wait until there is a connection. */
export function connect({ Redis }: Packages, { options, shown }: Address, listener: Listener): Link {
  let [lost, ended] = [false, false];
  const retryStrategy = (times: number): number | null => (ended ? null : Math.min(50 * times, pause));
  const redis = new Redis({ ...options, maxRetriesPerRequest: null, retryStrategy });
  const end = (): void => {
    ended = true;
    redis.disconnect();
  };
  const ready = new Promise<void>((resolve, reject) => {
    redis.on('error', (error: Error & { readonly code?: string }) => {
      const message = withoutSecrets(error.message);
      if (/^(WRONGPASS|NOAUTH|NOPERM|ERR AUTH|ERR invalid password|ERR invalid DB index|ERR DB index is out of range)/.test(message)) {
        end();
        const refused = new ProblemError('--queue', `Redis at ${shown} answers: ${message}`);
        reject(refused);
        listener.refused(refused);
        return;
      }
      if (!lost) listener.say(`Redis at ${shown} cannot be reached (${error.code ?? message}); trying again until it can`);
      lost = true;
    });
    redis.on('close', () => {
      if (!lost && !ended) listener.say(`The connection to Redis at ${shown} is lost; trying again`);
      lost = true;
    });
    redis.on('ready', () => {
      if (lost) listener.say(`Redis at ${shown} can be reached`);
      lost = false;
      resolve();
    });
  });
  return { redis, ready, end };
}

/** What BullMQ's own connections say is what the one above has said; anything else is worth a line, once. */
export function otherErrors(say: Listener['say']): (error: Error) => void {
  const said = new Set<string>();
  return (error) => {
    const message = withoutSecrets(error.message);
    if (/ECONN|ENOTFOUND|EAI_AGAIN|EPIPE|ETIMEDOUT|Connection is closed|LOADING|could not renew lock|Missing lock|Missing key/.test(`${message} ${String(Reflect.get(error, 'code'))}`)) return;
    if (said.has(message)) return;
    said.add(message);
    say(`The queue says: ${message}`);
  };
} // prettier-ignore
