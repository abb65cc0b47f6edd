/** A worker thread: loads each problem once and runs the trials it is sent. */
import { parentPort } from 'node:worker_threads';
import { ThalwegError } from 'thalweg';
import { ProblemError } from '../problem.ts';
import { findContestants, findProblem, type Entry } from '../registry.ts';
import { checked, ModelError, type CheckedModel } from './checked.ts';
import { isRefusedRate, runTrial, type TrialRequest, type TrialResult } from './trial.ts';

/** What a worker answers. */
export type WorkerAnswer =
  { readonly result: TrialResult } | { readonly error: string } | { readonly file: string; readonly problem: string };

const models = new Map<string, Promise<CheckedModel>>();

async function answer(request: TrialRequest): Promise<WorkerAnswer> {
  try {
    const entry = await findProblem(request.problem);
    const [contestant] = await findContestants(entry, [request.contestant]);
    if (contestant === undefined) throw new RangeError('one contestant was asked for');
    const model = models.get(request.problem) ?? load(entry);
    models.set(request.problem, model);
    return { result: await runTrial(entry.problem, await model, contestant, request) };
  } catch (error) {
    if (isRefusedRate(error)) return { result: refused(request) };
    if (error instanceof ProblemError) return { file: error.file, problem: error.problem };
    if (error instanceof ThalwegError || error instanceof ModelError) return { error: error.message };
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

async function load({ reference, problem }: Entry): Promise<CheckedModel> {
  let loaded: unknown;
  try {
    loaded = await problem.load();
  } catch (error) {
    throw error instanceof ThalwegError ? error : new ModelError(reference, 'load()', error);
  }
  return checked(reference, problem, loaded);
}

/** A learning rate outside the method's range: a trial that diverges at once. */
function refused({ seed }: TrialRequest): TrialResult {
  const none = { steps: [], values: [] };
  const seconds = { gradient: 0, optimizer: 0 };
  return {
    seed,
    diverged: true,
    divergedAt: 0,
    testMetric: null,
    finalLoss: null,
    training: none,
    validation: none,
    reached: null,
    seconds,
    score: null,
  };
}

parentPort?.on('message', (request: TrialRequest) => {
  void answer(request).then((message) => parentPort?.postMessage(message));
});
