/** The option by which commands say where the queue is. */
import { Option } from 'commander';

/** `--queue`, or the environment, where a password is not seen by others of the same machine. */
export function queueOption(): Option {
  return new Option('--queue <url>', 'the Redis that has the queue, as redis://host:6379 or rediss://me:secret@host').env('THALWEG_QUEUE').makeOptionMandatory();
} // prettier-ignore
