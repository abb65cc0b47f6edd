/** The address of a Redis, as `redis://user:password@host:port/number`, and as it may be shown: without the password. Connects to nothing. */
import type { RedisOptions } from 'ioredis';
import { ProblemError } from '../problem.ts';

/** Where a Redis is. */
export interface Address {
  readonly options: RedisOptions;
  /** Without what is secret. */
  readonly shown: string;
}

/**
 * Parses an address.
 *
 * @throws ProblemError whose message does not repeat the address, since it may contain a password
 */
export function addressOf(text: string): Address {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['redis:', 'rediss:'].includes(url.protocol) || url.hostname === '')
    throw new ProblemError('--queue', 'it must be the address of a Redis, such as redis://localhost:6379, or rediss://me:secret@host');
  const database = /^\/?(\d{0,5})$/.exec(url.pathname)?.[1];
  if (database === undefined || url.search !== '' || url.hash !== '')
    throw new ProblemError('--queue', 'only a database number may follow the port, as in redis://localhost:6379/2');
  // An address of version 6 stands in brackets.
  const host = url.hostname.replaceAll(/^\[|\]$/g, '');
  const port = Number(url.port || '6379');
  const secrets = {
    ...(url.username === '' ? {} : { username: decoded(url.username) }),
    ...(url.password === '' ? {} : { password: decoded(url.password) }),
  };
  return {
    options: { host, port, db: Number(database), ...secrets, ...(url.protocol === 'rediss:' ? { tls: {} } : {}) },
    shown: `${url.protocol}//${url.hostname}:${String(port)}${Number(database) === 0 ? '' : `/${database}`}`,
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    throw new ProblemError('--queue', 'its user or password has a % that does not begin a code such as %40');
  }
}
