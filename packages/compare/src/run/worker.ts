/** A worker thread: loads each problem once and runs the trials it is sent. */
import { parentPort } from 'node:worker_threads';
import { ThalwegError } from 'thalweg';
import type { Model } from '../problem.ts';
import { findContestants, findProblem } from '../registry.ts';
import { isRefusedRate, runTrial, type TrialRequest, type TrialResult } from './trial.ts';

/** What a worker answers. */
export type WorkerAnswer = { readonly result: TrialResult } | { readonly error: string };

const models = new Map<string, Promise<Model>>();

async function answer(request: TrialRequest): Promise<WorkerAnswer> {
  try {
    const entry = await findProblem(request.problem);
    const [contestant] = await findContestants(entry, [request.contestant]);
    if (contestant === undefined) throw new RangeError('one contestant was asked for');
    const model = models.get(request.problem) ?? Promise.resolve(entry.problem.load());
    models.set(request.problem, model);
    return { result: await runTrial(entry.problem, await model, contestant, request) };
  } catch (error) {
    if (isRefusedRate(error)) return { result: refused(request) };
    if (error instanceof ThalwegError) return { error: error.message };
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
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
