/**
 * A thread of the pool: keeps kernels ready, helps with jobs while there are any, and sleeps otherwise. It returns to its event loop only to
 * read messages. Starts itself when it is loaded as a worker; knows nothing but kernels and the control block.
 */
import { interfaceNames } from '../targets/loops/wasm/assembler/module.ts';
import { share, type Message, type Run, type InitMessage } from './control.ts';
import * as field from './field.ts';
import { loadNative } from './native/foreign.ts';

/**
 * How long a thread looks for the next job before it sleeps, in milliseconds. Passes of a step follow each other within microseconds, and so do the
 * steps of a tight loop; a virtual machine may wake it on the core of the thread that calls, and take milliseconds to part the two.
 */
const patience = 0.3;

/** As much of a port as both Node and browsers have. */
interface Port {
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  postMessage(message: unknown): void;
}

const node = typeof process === 'undefined' ? undefined : process.getBuiltinModule('node:worker_threads');
const port = (node?.parentPort ?? globalThis) as Port;
const kernels = new Map<number, Run>();

port.onmessage = ({ data }) => {
  const init = data as InitMessage;
  const control = new Int32Array(init.control);
  let { read } = init;
  const goOn = (): void => {
    serve(control, init.thread, () => Atomics.load(control, field.mail) === read);
  };
  port.onmessage = ({ data: message }) => {
    receive(message as Message);
    read += 1;
    goOn();
  };
  port.postMessage('ready');
  goOn();
};

function receive(message: Message): void {
  if ('forget' in message) {
    kernels.delete(message.forget);
    return;
  }
  const { kernel, code, memory } = message;
  const imports = { [interfaceNames.module]: { [interfaceNames.memory]: memory } };
  kernels.set(
    kernel,
    typeof code === 'string'
      ? loadNative(code, memory.buffer)
      : (new WebAssembly.Instance(code, imports).exports[interfaceNames.run] as Run),
  );
}

/** Helps until there is something to read. */
function serve(control: Int32Array, thread: number, nothingToRead: () => boolean): void {
  let seen = 0;
  let last = performance.now();
  while (nothingToRead()) {
    const epoch = Atomics.load(control, field.epoch);
    if (epoch !== seen) {
      if (epoch % 2 === 1) help(control, thread, epoch);
      seen = epoch;
      last = performance.now();
    } else if (performance.now() - last > patience) {
      Atomics.wait(control, field.epoch, epoch);
      last = performance.now();
    }
  }
}

/** Joins the job of this epoch, if it is still open and its kernel is known here. */
function help(control: Int32Array, thread: number, epoch: number): void {
  Atomics.add(control, field.active, 1);
  if (Atomics.load(control, field.epoch) === epoch && thread < control[field.threads]!) {
    const run = kernels.get(control[field.kernel]!);
    try {
      if (run !== undefined) share(control, thread, run);
    } catch {
      Atomics.store(control, field.failed, 1);
    }
  }
  if (Atomics.sub(control, field.active, 1) === 1) Atomics.notify(control, field.active);
}
