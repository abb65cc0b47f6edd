/** What a worker thread does: loads each problem once, runs the trials it is sent, and says with each result which files took part in it. */
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parentPort } from 'node:worker_threads';
import { ThalwegError } from 'thalweg';
import { ProblemError } from '../problem.ts';
import type { Machine, Trial } from '../schema.ts';
import { dataOf, findContestants, findProblem, isFile, type Entry } from '../registry.ts';
import { checked, ModelError, type CheckedModel } from './checked.ts';
import type { InputFiles } from './files.ts';
import type { Trace } from './trace.ts';
import { lost } from '../lost.ts';
import { runTogether } from './together.ts';
import { isRefusedRate, runTrial, type TrialRequest } from './trial.ts';

/** A finished trial with the files that took part in it. */
export interface Finished {
  readonly result: Trial;
  readonly files: InputFiles;
  /** The seconds that it could take, where it failed by taking longer. */
  readonly timeLimit?: number;
  /** The trials of all rates of a request that has several; `result` is the first. */
  readonly together?: readonly Trial[];
  /** Who made it, where that may be another machine than the one that asked. */
  readonly machine?: Machine;
}

/** What a worker answers. */
export type WorkerAnswer = Finished | Underway | { readonly error: string } | { readonly file: string; readonly problem: string };

/** How far a run has come, with the files that took part in it so far: what is known of one that ends its thread. */
export interface Underway {
  /** What it does now. */
  readonly begun: 'load' | 'start' | 'steps';
  readonly files: InputFiles;
}

const models = new Map<string, Promise<CheckedModel>>();

async function answer(request: TrialRequest, trace: Trace): Promise<WorkerAnswer> {
  const { problem: reference, contestant: name } = request;
  try {
    trace.readFor(reference);
    const entry = await findProblem(reference);
    trace.readFor(name);
    const [contestant] = await findContestants(entry, [name]);
    if (contestant === undefined) throw new RangeError('one contestant was asked for');
    trace.readFor(reference);
    const modules = [import.meta.filename, ...[reference, name].filter(isFile).map((file) => resolve(file))];
    const files = (): InputFiles => trace.filesOf(modules, ['', reference, name]);
    const tell = (begun: Underway['begun']): void => parentPort?.postMessage({ begun, files: files() } satisfies WorkerAnswer);
    tell('load');
    const model = models.get(reference) ?? load(entry, trace);
    models.set(reference, model);
    const loaded = await model;
    // From here on the run has so long as it may take.
    tell('start');
    const loadedModel: CheckedModel = {
      ...loaded,
      async start(seed) {
        const start = await loaded.start(seed);
        tell('steps');
        return start;
      },
    };
    const alone = (one: TrialRequest): Promise<Trial> =>
      runTrial(entry.problem, loadedModel, contestant, one).catch((error: unknown) => {
        if (isRefusedRate(error, one.hyper)) return lost(one);
        // What a problem must not return is its fault with every optimizer; whatever else goes wrong is this run's failure, and the others go on.
        if (error instanceof ProblemError) throw error;
        return lost(one, messageOf(error));
      });
    const together = request.rates === undefined ? undefined : await runTogether(entry.problem, loadedModel, contestant, request);
    const result = together?.[0] ?? (await alone(request));
    return { result, files: files(), ...(together === undefined ? {} : { together }) };
  } catch (error) {
    if (error instanceof ProblemError) return { file: error.file, problem: error.problem };
    return { error: messageOf(error) };
  }
}

function messageOf(error: unknown): string {
  if (error instanceof ThalwegError || error instanceof ModelError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

async function load({ reference, problem }: Entry, trace: Trace): Promise<CheckedModel> {
  for (const path of dataOf(reference, problem)) trace.readBy(reference, path);
  let loaded: unknown;
  try {
    loaded = await problem.load();
  } catch (error) {
    throw error instanceof ThalwegError ? error : new ModelError(reference, 'load()', error);
  }
  return checked(reference, problem, loaded);
}

/** Answers requests, one at a time, as the pool sends them. */
export function serve(trace: Trace): void {
  // Its threads load a module of their own, which is not to be seen from here.
  trace.readBy('', dirname(fileURLToPath(import.meta.resolve('thalweg'))));
  parentPort?.on('message', (request: TrialRequest) => {
    void answer(request, trace).then((message) => parentPort?.postMessage(message));
  });
}
