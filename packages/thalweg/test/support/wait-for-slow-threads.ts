/** A process that waits for a slow thread, says when it begins to, and prints how many segments were computed in the end. */
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import * as field from '../../src/device/field.ts';
import { ThreadPool } from '../../src/device/thread-pool.ts';
import { startWorker } from './start-worker.ts';

const silence = Number(process.argv[2]);
const pool = new ThreadPool(startWorker(join(import.meta.dirname, 'worker-that-is-slow.ts')), silence);
await pool.grow(2);
const control = Reflect.get(pool, 'control') as Int32Array;
/** Waits until the other thread has joined the job, which a busy machine may keep it from for long. */
const joined = (): void => {
  while (Atomics.load(control, field.active) === 0) Atomics.wait(control, field.active, 0, 5);
};
for (let job = 0; job < 4; job++) {
  let own = 0;
  // The calling thread leaves the other half to the other thread, for which it waits then.
  pool.run(1, () => {
    own += 1;
    writeSync(1, `job ${String(job)}\n`);
    joined();
    // Time for it to take its part.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
  }, 0, 2, 2); // prettier-ignore
  writeSync(1, `own ${String(own)}\n`);
}
pool.close();
