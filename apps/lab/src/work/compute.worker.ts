/** A worker: one row of a map at a time. */
import { heatRow, trace, type Objective } from '@thalweg/guide';
import { ThalwegError } from 'thalweg';
import { surfaceOf } from '../lab/spec.ts';
import { methodOf, type Entrant } from '../race/entrant.ts';
import type { Answer, Job } from './jobs.ts';

addEventListener('message', ({ data }: MessageEvent<Job>) => {
  void compute(data)
    .then((values): Answer => ({ values }))
    .catch((error: unknown): Answer => ({ error: error instanceof Error ? error.message : String(error) }))
    .then((answer) => postMessage(answer));
});

async function compute(job: Job): Promise<readonly number[]> {
  switch (job.kind) {
    case 'heat':
      return heatRow(job.form, job.lr, 200, job.seed);
    case 'sensitivity': {
      const { objective } = await surfaceOf(job.surface);
      const values: number[] = [];
      for (const lr of job.rates) values.push(await lastLoss(withValue(job.entrant, 'lr', lr), objective, job.start, job.steps, job.noise));
      return values;
    }
    case 'plane': {
      const { objective } = await surfaceOf(job.surface);
      const values: number[] = [];
      for (const decay of job.decays) {
        const entrant = withValue(withValue(job.entrant, 'lr', job.lr), 'weightDecay', decay);
        values.push(await lastLoss(entrant, objective, job.start, job.steps, 0));
      }
      return values;
    }
    case 'basins': {
      const { objective, x } = await surfaceOf(job.surface);
      const ends: number[] = [];
      for (let column = 0; column < job.columns; column++) {
        const start = [x[0] + ((x[1] - x[0]) * (column + 0.5)) / job.columns, job.y];
        const run = await trace(methodOf(job.entrant, job.steps), objective, start, { steps: job.steps });
        ends.push(run.diverged ? NaN : run.w[2 * (run.rows - 1)]!, run.diverged ? NaN : run.w[2 * (run.rows - 1) + 1]!);
      }
      return ends;
    }
  }
}

function withValue(entrant: Entrant, name: string, value: number): Entrant {
  return { ...entrant, values: { ...entrant.values, [name]: value } };
}

/** The loss at the end; infinite where the run diverged or the method refuses the value. */
async function lastLoss(entrant: Entrant, objective: Objective, start: readonly number[], steps: number, noise: number): Promise<number> {
  try {
    const run = await trace(methodOf(entrant, steps), objective, start, { steps, noise });
    return run.diverged ? Infinity : run.loss[run.rows - 1]!;
  } catch (error) {
    if (error instanceof ThalwegError && error.code === 'option') return Infinity;
    throw error;
  }
}
