/**
 * Runs a comparison: each seed tunes each optimizer's learning rate on validation data, and the test metrics are compared. Reports progress through
 * `onProgress`; knows no terminal and no report.
 */
import { relative, sep } from 'node:path';
import { Method, ThalwegError } from 'thalweg';
import { isOptimizerFactory } from '@thalweg/guide';
import { withNames } from './code.ts';
import type { Contestant, RunOf } from './contestants.ts';
import { lost } from './lost.ts';
import { machineOf } from './machine.ts';
import type { Lengths } from './problem.ts';
import { withoutTuning } from './defaults.ts';
import { checkProtocol, runsOf } from './protocol.ts';
import { loadOwnFile } from './own-file.ts';
import { ProblemError } from './problem.ts';
import { findContestants, isFile, type Entry } from './registry.ts';
import { mismatchText } from './report/mismatch.ts';
import { checkGradient } from './run/checks.ts';
import { Ledger, type Runner } from './run/ledger.ts';
import { Gathering } from './run/gathering.ts';
import type { Store } from './store/store.ts';
import type { TrialRequest } from './run/trial.ts';
import { seedsOf, type Shard } from './shard.ts';
import { described, entrants, type Entrant, type ScheduleName } from './schedules.ts';
import type { Comparison, OptimizerResult, ProblemResult, Protocol, Trial } from './schema.ts';
import { budgetOf, type Choice } from './statistics/budget.ts';
import { compareWith, marginOf } from './statistics/compare.ts';
import { firstPlaces } from './statistics/stability.ts';
import { ranks, referenceOf, summarize } from './statistics/summary.ts';
import { search } from './search.ts';
import { rateSpace } from './spaces.ts';
import { measured, tune, untuned } from './tune.ts';

/** What to compare, and how. */
export interface Plan {
  readonly entries: readonly Entry[];
  readonly contestants: readonly string[];
  readonly schedules: readonly ScheduleName[];
  /** Optimizers to run also at their defaults, without tuning, in a separate table. */
  readonly defaults?: readonly string[];
  readonly protocol: Protocol;
  /** A preset of the problem's lengths, or a number of steps for all problems. */
  readonly steps: keyof Lengths | number;
  readonly workers: number;
  /** Runs only this part. The returned value is not a result then: the runs are in the store, and the comparison is made of those of all parts. */
  readonly shard?: Shard | undefined;
}

/** Progress of a comparison. */
export type Progress =
  | { readonly kind: 'problem'; readonly problem: string; readonly trials: number }
  | { readonly kind: 'trial'; readonly problem: string; readonly contestant: string; readonly lr: number; readonly kept: boolean }
  | {
      readonly kind: 'tuned';
      readonly problem: string;
      readonly contestant: string;
      readonly lr: number;
      readonly tuning: OptimizerResult['tuning'];
    }
  | { readonly kind: 'warning'; readonly problem: string; readonly text: string };

/** Milliseconds that the check of a gradient may still take once all runs are made. */
const patience = 5000;

/** Runs a comparison. Runs that are in the store and still valid are not repeated. */
export async function compare(plan: Plan, pool: Runner, store: Store, onProgress: (progress: Progress) => void): Promise<Comparison> {
  checkProtocol(plan.protocol);
  const machine = machineOf(plan.workers);
  const ledger = new Ledger(new Gathering(pool), store, machine);
  const fields: Field[] = [];
  for (const entry of plan.entries) fields.push(await fieldOf(entry, plan));
  // All are asked for at once, in their order: the runs of the next begin as soon as those before it leave a thread idle.
  const problems = await Promise.all(fields.map((field) => compareOn(field, plan, pool, ledger, onProgress)));
  return {
    format: 'thalweg-comparison',
    version: 2,
    createdAt: new Date().toISOString(),
    machine,
    protocol: plan.protocol,
    runs: ledger.runs,
    problems,
  };
}

/** Who takes part on a problem, tuned and without tuning, and how long a run is. */
interface Field {
  readonly entry: Entry;
  readonly steps: number;
  readonly all: readonly Entrant[];
  readonly plain: readonly Contestant[];
}

async function fieldOf(entry: Entry, { contestants, schedules, defaults, steps }: Plan): Promise<Field> {
  const own = entry.contestants.map(({ id }) => id);
  return {
    entry,
    steps: typeof steps === 'number' ? steps : entry.problem.steps[steps],
    all: entrants(await findContestants(entry, [...contestants, ...own]), schedules),
    plain: defaults === undefined ? [] : await findContestants(entry, [...defaults, ...own]),
  };
}

async function compareOn(
  { entry, steps, all, plain }: Field,
  plan: Plan,
  pool: Runner,
  ledger: Ledger,
  onProgress: (progress: Progress) => void,
): Promise<ProblemResult> {
  const { problem } = entry;
  const { protocol } = plan;
  const parts = seedsOf(plan.shard, all.length + plain.length, protocol.seeds);
  const counts = parts.map((seeds, i) => {
    const isTuned = all[i] !== undefined && all[i].contestant.fixed !== true;
    return isTuned && seeds.length > 0 ? runsOf({ ...protocol, seeds }) : seeds.length;
  });
  onProgress({ kind: 'problem', problem: problem.id, trials: counts.reduce((sum, count) => sum + count, 0) });
  const requestOf = ({ contestant, schedule }: Entrant, lr: number, seed: number, hyper?: TrialRequest['hyper'], length = steps): TrialRequest => ({
    problem: entry.reference, contestant: contestant.file?.path ?? contestant.id, schedule, lr, seed, steps: length,
    ...(hyper === undefined ? {} : { hyper }),
    ...(problem.traced === true && seed === protocol.scanSeed ? { scan: true } : {}),
  }); // prettier-ignore
  const firstSteps = all.map((one) => requestOf(one, one.contestant.centre, protocol.scanSeed, undefined, Math.min(10, steps)));
  const gradientCheck = isFile(entry.reference) ? checkGradient({ problem: entry.reference, seed: protocol.scanSeed }) : undefined;
  void gradientCheck?.found.then((mismatch) => {
    const text = mismatchText({ batchSize: problem.batchSize, ...(mismatch === undefined ? {} : { mismatch }) });
    if (text !== '') onProgress({ kind: 'warning', problem: problem.id, text });
  });
  let seedsChecked: Promise<void> | undefined;
  const checkOnce = (): Promise<void> => (seedsChecked ??= checkSeeds(entry.reference, pool, firstSteps));
  // In the order of the optimizers, whoever has finished first.
  const choices = new Map<string, Choice[][]>(all.map(({ id }) => [id, []]));
  const runOf = async (
    own: ReadonlySet<number>,
    entrant: Entrant,
    lr: number,
    seed: number,
    hyper?: TrialRequest['hyper'],
  ): Promise<Trial> => {
    if (!own.has(seed)) return lost({ seed, lr });
    const { result, kept } = await ledger.run(problem, entrant.contestant, requestOf(entrant, lr, seed, hyper), checkOnce);
    onProgress({ kind: 'trial', problem: problem.id, contestant: entrant.id, lr, kept });
    return result;
  };
  const results = await Promise.all(
    all.map(async (entrant, i) => {
      const own = new Set(parts[i]?.length === 0 ? [] : [protocol.scanSeed, ...(parts[i] ?? [])]);
      const run = (lr: number, seed: number, hyper?: TrialRequest['hyper']): Promise<Trial> => runOf(own, entrant, lr, seed, hyper);
      const { centre, space = [], fixed } = entrant.contestant;
      const { trials: count, seeds } = protocol;
      const metric = problem.tuningMetric;
      const { tries, result: tuned } = await (fixed === true
        ? untuned(centre, seeds, count ?? protocol.rates, run)
        : count === undefined
          ? tune(centre, protocol, metric, run)
          : search([rateSpace(centre), ...space], count, seeds, metric, ({ lr = centre, ...hyper }, seed) => run(lr, seed, hyper)));
      // With some of the seeds nothing is known yet.
      if (parts[i]?.length === protocol.seeds.length)
        onProgress({ kind: 'tuned', problem: problem.id, contestant: entrant.id, lr: tuned.bestLr, tuning: tuned.tuning });
      const { contestant, schedule, id, label } = entrant;
      const { code, hyperparameters } = contestant;
      const searched = Object.fromEntries(Object.entries(tuned.search?.best ?? {}).filter(([name]) => name !== 'lr'));
      const source = await sourceOf(contestant, entry);
      const call = withNames(code, Object.keys(searched));
      choices.set(
        id,
        tries.map((own) => own.map((one) => ({ chosenBy: measured(one), result: one.testMetric }))),
      );
      return {
        id,
        label,
        ...(source === undefined ? {} : { source }),
        configuration: described(call, schedule),
        hyperparameters: { ...hyperparameters, ...searched },
        latex: latexOf(contestant, tuned.bestLr, { steps, hyper: searched }),
        ...tuned,
        ...(fixed === undefined ? {} : { fixed }),
        summary: summarize(tuned.trials, problem.testMetric),
      } as const;
    }),
  );
  // Afterwards: a run of both is then made once.
  const compareDefaults = await withoutTuning(plain, protocol.seeds, problem, (contestant, lr, seed) =>
    runOf(new Set(parts[all.length + plain.indexOf(contestant)]), { ...contestant, contestant, schedule: 'constant' }, lr, seed),
  );
  const mismatch = await gradientCheck?.end(patience);
  const scores = new Map(results.map(({ id, trials }) => [id, new Map(trials.map(({ seed, testMetric }) => [seed, testMetric]))]));
  const rank = ranks(results.map((result) => result.summary), problem.testMetric); // prettier-ignore
  const firsts = firstPlaces(scores, problem.testMetric);
  const optimizers = results.map((result, i): OptimizerResult => ({
    ...result,
    rank: rank[i] ?? results.length,
    first: firsts.get(result.id) ?? 0,
  }));
  const reference = referenceOf(optimizers, problem.tuningMetric);
  const budget = budgetOf(choices, problem.tuningMetric, problem.testMetric);
  const median = optimizers.find(({ id }) => id === reference)?.summary.median ?? null;
  const margin = problem.margin ?? (problem.testSize === undefined || median === null ? undefined : marginOf(median, problem.testSize));
  const judged = { alpha: protocol.alpha, direction: problem.testMetric, margin };
  const defaults =
    plain.length === 0
      ? undefined
      : compareDefaults({ id: reference, scores: scores.get(reference) ?? new Map<number, number | null>() }, judged);
  return {
    id: problem.id,
    title: problem.title,
    description: problem.description,
    parameters: await countParameters(entry, protocol.scanSeed),
    steps,
    batchSize: problem.batchSize,
    tuningMetric: problem.tuningMetric,
    testMetric: problem.testMetric,
    target: {
      value: problem.target,
      origin: `declared by the problem; first evaluation of the ${problem.tuningMetric.name} at or ${problem.tuningMetric.lowerIsBetter ? 'below' : 'above'} it`,
    },
    optimizers: optimizers.toSorted((a, b) => a.rank - b.rank),
    reference,
    comparisons: compareWith(reference, scores, judged),
    ...(budget === undefined ? {} : { budget }),
    ...(defaults === undefined ? {} : { defaults }),
    ...(problem.landscape === undefined ? {} : { landscape: problem.landscape }),
    ...(isFile(entry.reference) ? { own: true as const } : {}),
    ...(mismatch === undefined ? {} : { mismatch }),
  };
}

/**
 * Runs the first steps of a run twice, on any threads: if they differ, no two runs are comparable. If the run fails, another optimizer's is used; if all
 * fail, so does the problem.
 */
async function checkSeeds(reference: string, pool: Runner, [request, ...others]: readonly TrialRequest[]): Promise<void> {
  if (request === undefined) return;
  const [a, b] = (await Promise.all([pool.run(request), pool.run(request)])).map(({ result }) => result);
  if (a?.failure !== undefined) {
    if (others.length === 0)
      throw new ThalwegError('trial', a.failure.startsWith(`${reference}: `) ? a.failure : `${reference}: ${a.failure}`);
    await checkSeeds(reference, pool, others);
    return;
  }
  const lasting = (trial: Trial | undefined): string => JSON.stringify([trial?.training, trial?.validation, trial?.testMetric]);
  if (lasting(a) === lasting(b)) return;
  const values = (trial: Trial | undefined): readonly (number | null)[] => [
    ...(trial?.validation.values ?? []),
    ...(trial?.training.values ?? []),
  ];
  const at = values(a).findIndex((value, i) => value !== values(b)[i]);
  throw new ProblemError(
    reference,
    `it is not reproducible from its seed: the same run made twice gave ${String(values(a)[at])} and ${String(values(b)[at])}. ` +
      'All randomness must come from the seed and the step passed to start and gradient, as by random(seed, step)',
  );
}

/** Where an optimizer of the user's comes from, as an import writes it. */
async function sourceOf(contestant: Contestant, { contestants, reference }: Entry): Promise<OptimizerResult['source']> {
  const file = contestant.file?.path ?? (contestants.includes(contestant) ? reference : undefined);
  if (file === undefined) return undefined;
  const path = relative('.', file).split(sep).join('/');
  const isDefault = contestant.file !== undefined && isOptimizerFactory((await loadOwnFile(file)).exported['default']);
  return { file: path.startsWith('.') ? path : `./${path}`, isDefault };
}

function latexOf({ create }: Contestant, lr: number, run: RunOf): string {
  try {
    const made = create(lr, run);
    return made instanceof Method ? made.latex() : '';
  } catch {
    // One that cannot be made so has runs that failed, which say why.
    return '';
  }
}

/** Of a seed that has been trained with: another may be one that the problem's own random numbers cannot take, such as 0. */
async function countParameters({ problem }: Entry, seed: number): Promise<number> {
  const start = await (await problem.load()).start(seed);
  const size = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1);
  return Object.values(start).reduce((sum, parameter) => sum + ('shape' in parameter ? size(parameter.shape) : parameter.length), 0);
}
