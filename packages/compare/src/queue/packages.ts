/** The two packages that queues are made with, which are installed by whoever uses queues. */
import { ProblemError } from '../problem.ts';

/** What is used of BullMQ and ioredis. */
export type Packages = Pick<typeof import('bullmq'), 'DelayedError' | 'Job' | 'Queue' | 'QueueEvents' | 'WaitingError' | 'Worker'> &
  Pick<typeof import('ioredis'), 'Redis'>;

/**
 * Loads them.
 *
 * @throws ProblemError that says what to install
 */
export async function loadPackages(): Promise<Packages> {
  try {
    const [{ DelayedError, Job, Queue, QueueEvents, WaitingError, Worker }, { Redis }] = await Promise.all([
      import('bullmq'),
      import('ioredis'),
    ]);
    return { DelayedError, Job, Queue, QueueEvents, WaitingError, Worker, Redis };
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) throw error;
    throw new ProblemError('--queue', 'a queue needs two packages that are not installed here: npm install bullmq ioredis');
  }
}
