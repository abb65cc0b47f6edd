/** The entry of a thread that checks the gradient of one problem: apart from those that make runs, since a check may take as long as it likes, and is no part of them. */
import { parentPort, workerData } from 'node:worker_threads';
import { checkModel } from '../check-problem.ts';
import { findProblem } from '../registry.ts';
import { findMismatch } from './gradient-check.ts';
import type { GradientRequest } from './gradients.ts';

const { problem: reference, seed } = workerData as GradientRequest;
const { problem } = await findProblem(reference);
parentPort?.postMessage(await findMismatch(checkModel(reference, await problem.load()), seed));
