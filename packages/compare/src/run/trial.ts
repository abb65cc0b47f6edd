/** One training run: a problem, an optimizer, a learning rate, a seed. Everything but the seconds follows from these. */
import { Method, minimize, OptionError, type Minimizer, type Rows } from 'thalweg';
import type { Contestant } from '../contestants.ts';
import type { Arrays, LossAndRows, Problem, Start } from '../problem.ts';
import { applySchedule, type ScheduleName } from '../schedules.ts';
import type { Trial } from '../schema.ts';
import type { CheckedModel } from './checked.ts';
import { RunRecord, type Weights } from './record.ts';

/** What identifies a run, as sent to workers and kept in the store. */
export interface TrialRequest {
  readonly problem: string;
  readonly contestant: string;
  readonly schedule: ScheduleName;
  readonly lr: number;
  /** What a search chose besides the learning rate. */
  readonly hyper?: Readonly<Record<string, number>>;
  readonly seed: number;
  /** The number of gradients that it may compute: its steps, if each needs one. */
  readonly steps: number;
  /** Whether it is of a scan that may be run together with others of other rates, and the rates that it stands for then (`together.ts`). */
  readonly scan?: true;
  readonly rates?: readonly number[];
}

/** What is followed while it trains: an optimizer, or one run of several that are taken together. */
export interface Trainee {
  readonly params: Arrays;
  readonly grads: Arrays;
  step(gradients: Readonly<Record<string, Float32Array | Float64Array | Rows>>, inputs: Readonly<Record<string, number>>): unknown;
  evaluate(): Arrays;
  dispose(): void;
}

/** Where the gradient is noisy a method with line searches stays on one batch for so many evaluations, as `torch.optim.LBFGS` does for 20 iterations. */
const evaluationsOfBatch = 20;

/** Trains once, with `steps` gradients. */
export async function runTrial(problem: Problem, model: CheckedModel, contestant: Contestant, request: TrialRequest): Promise<Trial> {
  const { steps, seed, lr, schedule, hyper = {} } = request;
  const made = contestant.create(lr, { steps, hyper });
  const start = await model.start(seed);
  if (!(made instanceof Method)) {
    const record = new RunRecord(problem, model, seed, steps);
    await descend(made, start, record);
    return record.trial(lr);
  }
  // One thread: the cores are for other runs.
  const opt = await made.init(start, { nonFinite: 'propagate', threads: 1 });
  applySchedule(opt.hyper, schedule, steps);
  const { around } = contestant;
  const stepOf = around === undefined ? undefined : (gradient: () => Promise<number>) => around(opt, gradient, { steps, hyper });
  return await follow(problem, model, opt, made.inputs.includes('loss'), request, stepOf);
}

/**
 * Has an optimizer take the steps of a run, each with one gradient or as many as what stands around it asks for, and measures on the way; disposes of it.
 * `needsLoss`: whether its steps are given the loss.
 */
export async function follow(
  problem: Problem,
  model: CheckedModel,
  opt: Trainee,
  needsLoss: boolean,
  { steps, seed, lr }: TrialRequest,
  stepOf?: (gradient: () => Promise<number>) => () => Promise<number>,
): Promise<Trial> {
  const record = new RunRecord(problem, model, seed, steps);
  const weights: Weights = { params: opt.params, evaluated: () => opt.evaluate() };
  await record.begin(weights);
  let t = 0;
  const gradient = (): Promise<LossAndRows> => record.gradient(opt.params, opt.grads, t);
  const step = stepOf?.(async () => (await gradient()).loss);
  // What a step costs is known after the first.
  let most = 1;
  while (record.left >= most) {
    t += 1;
    const [before, spent] = [step === undefined ? undefined : copied(weights), record.spent];
    const { loss, rows } = step === undefined ? await gradient() : { loss: await step(), rows: {} };
    if (record.lose(loss)) break;
    // The views themselves need no look: they are where a step reads.
    if (step === undefined) opt.step(Object.keys(rows).length === 0 ? opt.grads : { ...opt.grads, ...rows }, needsLoss ? { loss } : {});
    most = Math.max(most, record.spent - spent);
    await record.took(loss, weights, before);
  }
  await record.end(weights);
  opt.dispose();
  return record.trial(lr);
}

/**
 * A method with line searches: on a batch for so many evaluations, then on the next from where it is. Where a second batch has the loss of the first at the first
 * weights, which costs a gradient to know, nothing is noisy and it stays on the first.
 */
async function descend(method: Minimizer, start: Start, record: RunRecord): Promise<void> {
  let at: Start = start;
  let now: Weights | undefined;
  let evaluations = evaluationsOfBatch;
  const both = (w: Arrays): Weights => copied({ params: w, evaluated: () => w });
  for (let batch = 1; record.left > 0; batch++) {
    const [stop, from] = [new AbortController(), record.spent];
    const objective = async (w: Arrays, g: Arrays): Promise<number> => {
      const isFirst = now === undefined;
      if (now === undefined) await record.begin((now = both(w)));
      const { loss } = await record.gradient(w, g, batch);
      if (isFirst && record.left > 0 && (await record.gradient(w, copied(now).params, batch + 1)).loss === loss) evaluations = Infinity;
      if (record.left === 0 || record.spent - from >= evaluations) stop.abort();
      return loss;
    };
    let t = 0;
    // Called at the start of each step, where the one before has led.
    const note = async (steps: number, loss: number, w: Arrays): Promise<void> => {
      const [next, before, count] = [both(w), now, steps - t];
      [now, t] = [next, steps];
      await record.took(loss, next, before, count);
    };
    const found = await minimize(objective, at, {
      optimizer: method,
      steps: record.left,
      signal: stop.signal,
      onStep: (step) => note(step.t, step.loss, step.w),
    });
    if (record.spent > from) await note(found.steps, found.loss, found.w);
    at = found.w;
    // It has arrived: no more of its steps would change anything.
    if (evaluations === Infinity) break;
  }
  if (now !== undefined) await record.end(now);
}

/** Weights as they are now. */
function copied({ params, evaluated }: Weights): Weights {
  const copy = (arrays: Arrays): Arrays => Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, array.slice()]));
  const own = copy(params);
  const given = evaluated();
  const other = given === params ? own : copy(given);
  return { params: own, evaluated: () => other };
}

/** Whether an error says that a learning rate, or another value that a search tried, cannot be: it counts as diverged rather than ending the comparison. */
export function isRefusedRate(error: unknown, hyper: TrialRequest['hyper'] = {}): boolean {
  return error instanceof OptionError && (error.option === 'lr' || Object.hasOwn(hyper, error.option));
}
