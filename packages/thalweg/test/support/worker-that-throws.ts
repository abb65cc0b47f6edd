/** A thread whose kernel traps in the middle of the first job, as `worker.ts` reports it. */
import { parentPort } from 'node:worker_threads';
import { share, type InitMessage } from '../../src/device/control.ts';
import * as field from '../../src/device/field.ts';

parentPort?.once('message', (init: InitMessage) => {
  const control = new Int32Array(init.control);
  parentPort?.postMessage('ready');
  while (Atomics.load(control, field.epoch) % 2 === 0);
  Atomics.add(control, field.active, 1);
  try {
    share(control, init.thread, () => {
      throw new WebAssembly.RuntimeError('unreachable');
    });
  } catch {
    Atomics.store(control, field.failed, 1);
  }
  Atomics.sub(control, field.active, 1);
  Atomics.notify(control, field.active);
});
