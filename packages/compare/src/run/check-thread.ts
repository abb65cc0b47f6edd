/** The entry of a thread that checks one problem: apart from those that make runs, since a user's code may take as long as it likes, or end its thread. */
import { parentPort, workerData } from 'node:worker_threads';
import { checkModel } from '../check-problem.ts';
import { findProblem } from '../registry.ts';
import type { CheckRequest } from './checks.ts';
import { findMismatch } from './gradient-check.ts';
import { whyRefused } from './refused.ts';

const request = workerData as CheckRequest;
// Where what the problem awaits never comes nothing is found, which Node would warn of; its runs say so.
process.once('beforeExit', () => process.exit());
if (request.kind === 'gradient') {
  const { problem } = await findProblem(request.problem);
  parentPort?.postMessage(await findMismatch(checkModel(request.problem, await problem.load()), request.seed));
} else {
  parentPort?.postMessage((await whyRefused(request)).map(({ file, problem }) => ({ file, problem })));
}
