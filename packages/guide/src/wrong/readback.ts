/** A schedule that waits for the device at every step. What it costs is a model of a queue; what the library does instead is measured. */
import { kernelStatistics, sgd, warmupCosine } from 'thalweg';
import { figure } from '../claim.ts';
import { byStep, type WrongRule } from './rule.ts';

const [count, host] = [100, 0.05];
const schedule = warmupCosine({ peak: 1e-3, warmup: 10, total: count });

/** When each of `count` steps is done on a device that needs `device` ms for one, where the host needs 0.05 ms to send one off. */
export function queue(device: number, latency: number, readsBack: boolean): Float64Array {
  const done = new Float64Array(count + 1);
  let now = 0;
  for (let t = 1; t <= count; t++) {
    // The step count is there only when the step before is done, and takes a while to arrive.
    if (readsBack) now = Math.max(now, done[t - 1]!) + latency;
    now += host;
    done[t] = Math.max(now, done[t - 1]!) + device;
  }
  return done;
}

/** The rule. */
export const readbackRule: WrongRule = {
  id: 'readback',
  title: 'A schedule that reads the step back',
  fault: 'A published library keeps the step count in an array on the device and fetches it before each step to compute the rate.',
  harm:
    'No weight comes out wrong, so no equation shows it: only time is lost. A device works through a queue; whoever asks it for a number ' +
    'waits until the queue is empty, and while the answer travels the device has nothing to do. A schedule is a function of t, and t is ' +
    'counted by the host.',
  statement: 'A schedule on the host never waits: 1,000 scheduled steps compile nothing, and each has the rate of the closed form.',
  optimizer: { id: 'adam', label: 'the host counts' },
  knobs: [
    { name: 'device', label: 'ms for a step', symbol: 'd', fallback: 0.3, low: 0.02, high: 5, scale: 'log' },
    { name: 'latency', label: 'ms for an answer', symbol: 'l', fallback: 1, low: 0.01, high: 10, scale: 'log' },
  ],
  axes: { x: 'step', y: 'milliseconds until it is done: a model of a queue, with d ms for a step and l ms for an answer', log: [] },
  sides: {
    wrong: {
      lines: [],
      words:
        'The step count is an array on the device. Before each step: wait until it is up to date, fetch it, compute the rate, send the step off.',
    },
    right: {
      lines: [{ name: '\\eta_{t}', sign: '=', value: schedule.latex() }],
      words: 'An equation of t like any other. The host knows t, so nothing is fetched, and the rate goes along with the step.',
    },
  },
  async measure({ device, latency }) {
    const [wrong, right] = [queue(device!, latency!, true), queue(device!, latency!, false)];
    const { compiled, off } = await scheduled();
    const ratio = wrong[count]! / right[count]!;
    return {
      wrong: byStep(wrong),
      right: byStep(right),
      values: { ratio, compiled, off },
      figure:
        `in the model ${String(count)} steps take ${figure(wrong[count]!)} ms instead of ${figure(right[count]!)}, ${figure(ratio)} times as long; ` +
        `measured: ${String(compiled)} kernels compiled in 1,000 scheduled steps, rates off by ${figure(off)} at most`,
      holds: compiled === 0 && off < 1e-12,
    };
  },
};

/** Steps SGD under a schedule with a gradient of 1, so that each step is the rate. */
async function scheduled(): Promise<{ compiled: number; off: number }> {
  const [peak, warmup, total] = [1, 100, 1000];
  const opt = await sgd({ lr: warmupCosine({ peak, warmup, total }) }).init({ w: new Float64Array(1) }, { nonFinite: 'propagate' });
  opt.grads.w[0] = 1;
  const before = kernelStatistics().compiled;
  let [at, off] = [0, 0];
  for (let t = 1; t <= total; t++) {
    opt.step();
    const rate = at - opt.params.w[0]!;
    const closed = t <= warmup ? t / warmup : (1 + Math.cos((Math.PI * (t - warmup)) / (total - warmup))) / 2;
    off = Math.max(off, Math.abs(rate - peak * closed));
    at = opt.params.w[0]!;
  }
  opt.dispose();
  return { compiled: kernelStatistics().compiled - before, off };
}
