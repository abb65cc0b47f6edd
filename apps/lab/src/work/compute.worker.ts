/** A worker: one piece of work at a time. */
import { claims, decayProtocol, firstBags, heatRow, ratesByWord, trace, trainWords, type Objective, type WordsPoint } from '@thalweg/guide';
import { adamw, ThalwegError } from 'thalweg';
import { surfaceOf } from '../lab/spec.ts';
import { fetchText } from '../parts/data.ts';
import { methodOf, type Entrant } from '../race/entrant.ts';
import { tunedRate } from '../race/tune.ts';
import type { Answer, BasinsJob, ClaimJob, DecayJob, Job, Result, WordRate, WordsJob } from './jobs.ts';

addEventListener('message', ({ data }: MessageEvent<Job>) => {
  void compute(data)
    .then((result): Answer => ({ result }))
    .catch((error: unknown): Answer => ({ error: error instanceof Error ? error.message : String(error) }))
    .then((answer) => postMessage(answer));
});

async function compute(job: Job): Promise<Result<Job>> {
  switch (job.kind) {
    case 'heat':
      return heatRow(job.form, job.lr, job.seeds);
    case 'sensitivity': {
      const { objective } = await surfaceOf(job.surface);
      const values: number[] = [];
      for (const lr of job.rates) values.push(await lastLoss(withValues(job.entrant, { lr }), objective, job));
      return values;
    }
    case 'plane': {
      const { objective } = await surfaceOf(job.surface);
      const values: number[] = [];
      for (const weightDecay of job.decays)
        values.push(await lastLoss(withValues(job.entrant, { lr: job.lr, weightDecay }), objective, job));
      return values;
    }
    case 'trial': {
      const { trial } = await import('../train/trial.ts');
      return trial(job);
    }
    case 'tune': {
      const { objective } = await surfaceOf(job.surface);
      return (await tunedRate(job.entrant, objective, job)) ?? NaN;
    }
    case 'basins':
      return basins(job);
    case 'claim':
      return claim(job);
    case 'words':
      return words(job);
    case 'decay':
      return decay(job);
  }
}

async function basins({ surface, entrant, steps, columns, y }: BasinsJob): Promise<number[]> {
  const { objective, x } = await surfaceOf(surface);
  const ends: number[] = [];
  for (let column = 0; column < columns; column++) {
    const start = [x[0] + ((x[1] - x[0]) * (column + 0.5)) / columns, y];
    const run = await trace(methodOf(entrant, steps), objective, start, { steps });
    ends.push(...(run.diverged ? [NaN, NaN] : run.w.subarray(2 * (run.rows - 1), 2 * run.rows)));
  }
  return ends;
}

/** A claim that cannot be measured says so and does not stop the others. */
async function claim({ id, base }: ClaimJob): Promise<Result<ClaimJob>> {
  const found = claims.find((one) => one.id === id);
  if (found === undefined || found.kind === 'comparison') return { failed: `there is no claim ${id} to measure` };
  try {
    return await found.measure({ text: () => fetchText(base) });
  } catch (error) {
    return { failed: error instanceof Error ? error.message : String(error) };
  }
}

async function words({ base }: WordsJob): Promise<WordRate[]> {
  const text = await fetchText(base);
  const { counts, rates } = await ratesByWord(text);
  return text.vocabulary.map((word, i) => ({ word, count: counts[i]!, rate: rates[i]! })).filter(({ rate }) => Number.isFinite(rate));
}

async function decay({ base, weightDecay }: DecayJob): Promise<WordsPoint[]> {
  const text = await fetchText(base);
  const { lr, steps, paragraphs, seeds } = decayProtocol;
  const points: WordsPoint[] = [];
  await trainWords(adamw({ lr, weightDecay }), text, firstBags(text.train, paragraphs), steps, seeds[0], (point) => points.push(point));
  return points;
}

function withValues(entrant: Entrant, values: Readonly<Record<string, number>>): Entrant {
  return { ...entrant, values: { ...entrant.values, ...values } };
}

/** The loss at the end; infinite where the run diverged or the method refuses the value. */
async function lastLoss(
  entrant: Entrant,
  objective: Objective,
  {
    start,
    steps,
    noise,
    seed,
  }: { readonly start: readonly number[]; readonly steps: number; readonly noise: number; readonly seed: number },
): Promise<number> {
  try {
    const run = await trace(methodOf(entrant, steps), objective, start, { steps, noise, seed });
    return run.diverged ? Infinity : run.loss[run.rows - 1]!;
  } catch (error) {
    if (error instanceof ThalwegError && error.code === 'option') return Infinity;
    throw error;
  }
}
