/** What things are called in Redis. */
import { hostname } from 'node:os';

/** Of all keys. */
export const prefix = 'thalweg';

/** The queue of runs. A change of what messages look like is another queue, so that no version reads those of another. */
export const runs = 'runs-1';

/** Lists of files that runs are made of, by their hash, for telling which file of two differs. They wait there and nobody takes them. */
export const lists = 'files-1';

/** A list's name there. */
export const listName = (hash: string): string => `f${hash}`;

/** Seconds for which an answer waits for whoever asked: a week. */
export const keptFor = 7 * 24 * 3600;

/** This process. */
export const self = (): string => `${hostname()}:${String(process.pid)}`;
