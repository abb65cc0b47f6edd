/**
 * Makes the runs for measuring how often the protocol errs (`statistics/control.ts`): for each optimizer, every seed at each of the five rates around the
 * best, so that any choice of seeds can be tuned and compared; or, for searches, the whole search of every seed. Reports progress through `onProgress`;
 * knows no terminal.
 */
import type { Plan, Progress } from './compare.ts';
import { machineOf } from './machine.ts';
import type { Contestant } from './contestants.ts';
import { findContestants, type Entry } from './registry.ts';
import { Ledger, type Runner } from './run/ledger.ts';
import type { Store } from './store/store.ts';
import type { Machine, Trial } from './schema.ts';
import type { ControlOptimizer, ControlProblem } from './statistics/control.ts';
import { ratesAround, scan } from './tune.ts';
import type { Direction } from './quantile.ts';
import type { TrialRequest } from './run/trial.ts';
import { search } from './search.ts';
import { rateSpace } from './spaces.ts';

/** Runs of controls: what `thalweg compare --control` writes as `control.json`. */
export interface Control {
  readonly format: 'thalweg-control';
  readonly version: 1;
  readonly createdAt: string;
  readonly machine: Machine;
  readonly problems: readonly ControlProblem[];
}

/** Rates on either side of the best one that every seed is run at. */
const reach = 2;

/** The seeds of controls: others than those of comparisons. */
export function controlSeeds(count: number): number[] {
  return Array.from({ length: count }, (_, i) => 10_001 + i);
}

/** Runs everything with these seeds. Runs that are in the store and still valid are not repeated. */
export async function control(
  { entries, contestants, protocol, steps, workers }: Plan,
  seeds: readonly number[],
  pool: Runner,
  store: Store,
  onProgress: (progress: Progress) => void,
): Promise<Control> {
  const machine = machineOf(workers);
  const ledger = new Ledger(pool, store, machine);
  const fields: { readonly entry: Entry; readonly all: readonly Contestant[] }[] = [];
  for (const entry of entries)
    fields.push({ entry, all: await findContestants(entry, [...contestants, ...entry.contestants.map((one) => one.id)]) });
  type Run = (lr: number, seed: number, hyper?: TrialRequest['hyper']) => Promise<Trial>;
  const nearTheBest = async ({ centre }: Contestant, metric: Direction, run: Run): Promise<readonly Trial[]> => {
    const { best } = await scan(centre, protocol, metric, run);
    const rates = ratesAround(centre, best, 2 * reach + 1, protocol.gridRatio);
    return await Promise.all(seeds.flatMap((seed) => rates.map((lr) => run(lr, seed))));
  };
  // A seed's search does not depend on the others: its result is all that a repetition needs of it.
  const searched = async ({ centre, space = [] }: Contestant, count: number, metric: Direction, run: Run): Promise<readonly Trial[]> =>
    (await search([rateSpace(centre), ...space], count, seeds, metric, ({ lr = centre, ...hyper }, seed) => run(lr, seed, hyper))).result
      .trials;
  const controlOn = async ({ entry, all }: (typeof fields)[number]): Promise<ControlProblem> => {
    const { problem } = entry;
    const length = typeof steps === 'number' ? steps : problem.steps[steps];
    onProgress({
      kind: 'problem',
      problem: problem.id,
      trials:
        all.length * (protocol.trials === undefined ? protocol.rates + seeds.length * (2 * reach + 1) : seeds.length * protocol.trials),
    });
    const optimizers = await Promise.all(
      all.map(async (contestant): Promise<ControlOptimizer> => {
        const { id, centre } = contestant;
        const run = async (lr: number, seed: number, hyper?: TrialRequest['hyper']): Promise<Trial> => {
          const { result, kept } = await ledger.run(problem, contestant, {
            problem: entry.reference, contestant: contestant.file?.path ?? id, schedule: 'constant', lr, seed, steps: length,
            ...(hyper === undefined ? {} : { hyper }),
          }); // prettier-ignore
          onProgress({ kind: 'trial', problem: problem.id, contestant: id, lr, kept });
          return result;
        };
        const trials = await (protocol.trials === undefined
          ? nearTheBest(contestant, problem.tuningMetric, run)
          : searched(contestant, protocol.trials, problem.tuningMetric, run));
        onProgress({ kind: 'tuned', problem: problem.id, contestant: id, lr: trials[0]?.lr ?? centre, tuning: 'inside' });
        return {
          id,
          centre,
          runs: trials.map(({ lr, seed, validationMetric, validationLoss, testMetric }) => [
            lr,
            seed,
            validationMetric,
            validationLoss,
            testMetric,
          ]),
        };
      }),
    );
    return { id: problem.id, steps: length, tuningMetric: problem.tuningMetric, testMetric: problem.testMetric, optimizers };
  };
  // As in a comparison, no thread waits for the end of a problem.
  const problems = await Promise.all(fields.map(controlOn));
  return { format: 'thalweg-control', version: 1, createdAt: new Date().toISOString(), machine, problems };
}
