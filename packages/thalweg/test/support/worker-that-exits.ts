/** A thread that joins the first job and ends in the middle of it. */
import { parentPort } from 'node:worker_threads';
import type { InitMessage } from '../../src/device/control.ts';
import * as field from '../../src/device/field.ts';

parentPort?.once('message', (init: InitMessage) => {
  const control = new Int32Array(init.control);
  parentPort?.postMessage('ready');
  while (Atomics.load(control, field.epoch) % 2 === 0);
  Atomics.add(control, field.active, 1);
  process.exit(1);
});
