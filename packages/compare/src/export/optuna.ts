/**
 * Runs in the format of Optuna's journal storage: a study for each optimizer on a problem, a trial for each run. The tuning metric is the value, curves are
 * intermediate values, and what Optuna has no field for, such as the test metric and the seed, are user attributes. A line is a JSON object; `op_code` 0
 * creates a study, 2 sets one of its attributes, 4 creates a trial.
 */
import type { RunRow } from './table.ts';

interface Study {
  readonly index: number;
  /** The least and the greatest value of each hyperparameter. */
  readonly ranges: Map<string, [number, number]>;
}

const worker = 'thalweg';

/** The lines of a journal. `runs` is asked twice: what a study is must be known before its first trial. */
export function* optuna(runs: () => Iterable<RunRow>): Generator<string> {
  const studies = new Map<string, Study>();
  for (const run of runs()) {
    const name = studyOf(run);
    const study = studies.get(name) ?? { index: studies.size, ranges: new Map<string, [number, number]>() };
    if (!studies.has(name)) {
      studies.set(name, study);
      const lower = run.metrics?.tuning.lowerIsBetter;
      yield line({ op_code: 0, study_name: name, directions: [lower === undefined ? 0 : lower ? 1 : 2] });
      const about = {
        problem: run.problem,
        optimizer: run.optimizer,
        schedule: run.schedule,
        steps: run.steps,
        metric: run.metrics?.tuning.name ?? null,
      };
      for (const [key, value] of Object.entries(about)) yield line({ op_code: 2, study_id: study.index, user_attr: { [key]: value } });
    }
    for (const [key, value] of Object.entries({ lr: run.lr, ...run.settings })) {
      const [low, high] = study.ranges.get(key) ?? [value, value];
      study.ranges.set(key, [Math.min(low, value), Math.max(high, value)]);
    }
  }
  for (const run of runs()) {
    const study = studies.get(studyOf(run));
    if (study !== undefined) yield line(trialOf(run, study));
  }
}

function trialOf(run: RunRow, { index, ranges }: Study): object {
  const { result, made, state, lr, settings, validationMetric } = run;
  const seconds = result.seconds.gradient + result.seconds.optimizer;
  const params = { lr, ...settings };
  const { testMetric, testLoss, validationLoss, failure, seed, equations, machine } = run;
  return {
    op_code: 4,
    study_id: index,
    // COMPLETE or FAIL: a run that diverged has no value.
    state: state === 'finished' && validationMetric !== null ? 1 : 3,
    value: state === 'finished' ? validationMetric : null,
    values: null,
    params,
    distributions: Object.fromEntries(Object.keys(params).map((key) => [key, distribution(key, ranges.get(key) ?? [0, 0])])),
    intermediate_values: Object.fromEntries(result.validation.steps.map((step, i) => [step, result.validation.values[i] ?? NaN] as const).filter(([, value]) => Number.isFinite(value))),
    user_attrs: { run: run.number, seed, state, failure, test_metric: testMetric, test_loss: testLoss, validation_loss: validationLoss, training_loss: result.finalLoss, seconds, equations, machine },
    system_attrs: {},
    datetime_start: made === null ? null : moment(Date.parse(made) - 1000 * seconds),
    ...(made === null ? {} : { datetime_complete: moment(Date.parse(made)) }),
  };
} // prettier-ignore

/** `digits/adamw+cosine/300`. */
function studyOf({ problem, optimizer, schedule, steps }: RunRow): string {
  return `${problem}/${schedule === 'constant' ? optimizer : `${optimizer}+${schedule}`}/${String(steps)}`;
}

function distribution(name: string, [low, high]: readonly [number, number]): string {
  return JSON.stringify({ name: 'FloatDistribution', attributes: { step: null, low, high, log: name === 'lr' && low > 0 } });
}

function moment(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('Z', '+00:00');
}

function line(entry: object): string {
  return `${JSON.stringify({ ...entry, worker_id: worker })}\n`;
}
