/** A thread that takes its part of every job and is at it for a fifth of a second of its own time, however long the process is stopped meanwhile. */
import { parentPort } from 'node:worker_threads';
import { share, type InitMessage } from '../../src/device/control.ts';
import * as field from '../../src/device/field.ts';

parentPort?.once('message', (init: InitMessage) => {
  const control = new Int32Array(init.control);
  parentPort?.postMessage('ready');
  for (let seen = 0; ;) {
    const epoch = Atomics.load(control, field.epoch);
    if (epoch === seen || epoch % 2 === 0) continue;
    seen = epoch;
    Atomics.add(control, field.active, 1);
    share(control, init.thread, () => {
      for (let i = 0; i < 40; i++) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    });
    Atomics.sub(control, field.active, 1);
    Atomics.notify(control, field.active);
  }
});
