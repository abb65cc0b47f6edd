/**
 * Checks what a user's file exports as a problem, field by field, before anything is trained. Knows what a problem is; what its functions return is checked
 * when they are called.
 */
import { largestOfRun, lengths, mostCells, mostMinima } from './limits.ts';
import { nearest } from './near.ts';
import { ProblemError, type Model, type Problem, type Start } from './problem.ts';
import type { Metric } from './schema.ts';
import { isObject, shown } from './shown.ts';

/** What a field must be: in words, and as a test. */
export type Rule = readonly [expected: string, accepts: (value: unknown) => boolean];

/** A string short enough for reports to show. */
export function textUpTo(most: number): Rule {
  return [`a string of at most ${String(most)} characters`, (value) => typeof value === 'string' && value.length <= most];
}

/** Whether a value is a finite number, and small enough to be shown. */
export function isShowable(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) <= largestOfRun;
}

const finite: Rule = ['a finite number, within ±1e90', isShowable];
const interval: Rule = ['[low, high], two finite numbers', (value) => isPair(value) && value[0] < value[1]];

const fields: Readonly<Record<keyof Problem, Rule>> = {
  id: [
    'lower-case letters, digits and -, a letter first',
    (value) => typeof value === 'string' && new RegExp(`^[a-z][a-z0-9-]{0,${String(lengths.id - 1)}}$`).test(value),
  ],
  load: ['a function', (value) => typeof value === 'function'],
  title: textUpTo(lengths.title),
  description: textUpTo(lengths.description),
  steps: ['{ quick, standard, thorough }, whole numbers from 1', isLengths],
  batchSize: ['a whole number from 1, or null where there are no examples', (value) => value === null || isCount(value)],
  tuningMetric: ['{ name, lowerIsBetter, unit }', isObject],
  testMetric: ['{ name, lowerIsBetter, unit }', isObject],
  testSize: ['a whole number from 1', isCount],
  margin: ['a positive number', (value) => isShowable(value) && value > 0],
  target: finite,
  data: ['an array of file names', (value) => Array.isArray(value) && value.every((one) => typeof one === 'string')],
  traced: ['true if the model that load() returns has traced, or omitted', (value) => value === true],
  sparse: ['true if some of its parameters are made by sparse(shape), or omitted', (value) => value === true],
  landscape: ['{ x, y, columns, rows, values, minima }', isObject],
};

const metricFields: Readonly<Record<keyof Metric, Rule>> = {
  name: [
    `a string, not empty, of at most ${String(lengths.metric)} characters`,
    (value) => typeof value === 'string' && value.trim() !== '' && value.length <= lengths.metric,
  ],
  lowerIsBetter: ['true or false', (value) => typeof value === 'boolean'],
  unit: textUpTo(lengths.unit),
};

const cells: Rule = [`a whole number from 2 to ${String(mostCells)}`, (value) => isCount(value) && value > 1 && value <= mostCells];

const landscapeFields: Readonly<Record<keyof NonNullable<Problem['landscape']>, Rule>> = {
  x: interval,
  y: interval,
  columns: cells,
  rows: cells,
  values: [
    'an array of numbers within ±1e90, row by row, null where there is none',
    (value) => Array.isArray(value) && value.every((one) => one === null || isShowable(one)),
  ],
  minima: [
    `an array of [x, y], at most ${String(mostMinima)}`,
    (value) => Array.isArray(value) && value.length <= mostMinima && value.every(isPair),
  ],
};

const loss: Metric = { name: 'loss', lowerIsBetter: true, unit: '' };

/**
 * Declares a problem and checks it; use it as the default export of a file for `thalweg compare ./file.ts`.
 *
 * @throws ProblemError that names the first field that is missing, unknown or of the wrong type
 */
export function defineProblem<P extends Start>(problem: Problem<P>): Problem {
  return checkProblem('defineProblem', problem);
}

/** Returns `value` as a problem, or throws a ProblemError that says what is missing. `file` is the file it came from. */
export function checkProblem(file: string, value: unknown): Problem {
  if (!isObject(value)) {
    throw new ProblemError(file, 'must export a problem by default: export default defineProblem({ id, title, steps, load, … })');
  }
  const { id, steps } = value as Partial<Problem>;
  const defaults = { title: id, description: '', batchSize: null, tuningMetric: loss, testMetric: loss };
  const lengths = typeof steps === 'number' ? { quick: steps, standard: steps, thorough: steps } : steps;
  const problem = { ...defaults, ...value, steps: lengths } as Problem;
  checkFields(file, "the problem's ", fields, problem, ['data', 'landscape', 'testSize', 'margin', 'traced', 'sparse']);
  for (const which of ['tuningMetric', 'testMetric'] as const)
    checkFields(file, `the problem's ${which}.`, metricFields, problem[which], []);
  const { landscape } = problem;
  if (landscape === undefined) return problem;
  checkFields(file, "the problem's landscape.", landscapeFields, landscape, []);
  if (landscape.values.length !== landscape.columns * landscape.rows)
    throw new ProblemError(file, `the problem's landscape has ${String(landscape.values.length)} values; it must have columns × rows`);
  return problem;
}

/** Throws a ProblemError unless a loaded model has the functions it must have. */
export function checkModel(file: string, model: unknown): Model {
  for (const name of ['start', 'gradient', 'evaluate']) {
    const found: unknown = isObject(model) ? Reflect.get(model, name) : undefined;
    if (typeof found !== 'function')
      throw new ProblemError(
        file,
        `load() must return { start, gradient, evaluate }; ${isObject(model) ? `${name} is ${shown(found)}` : `it returned ${shown(model)}`}`,
      );
  }
  const monitor: unknown = isObject(model) ? Reflect.get(model, 'monitor') : undefined;
  if (monitor !== undefined && typeof monitor !== 'function')
    throw new ProblemError(file, `the model's monitor must be a function, if present; it is ${shown(monitor)}`);
  const traced: unknown = isObject(model) ? Reflect.get(model, 'traced') : undefined;
  if (traced !== undefined && !(isObject(traced) && ['loss', 'batch'].every((name) => typeof Reflect.get(traced, name) === 'function')))
    throw new ProblemError(file, `the model's traced must be { loss, batch }, two functions, if present; it is ${shown(traced)}`);
  return model as Model;
}

/** Checks that every field is present, is as its rule says, and that there are no others: a misspelled one would silently do nothing. */
export function checkFields(
  file: string,
  where: string,
  rules: Readonly<Record<string, Rule>>,
  value: object,
  optional: readonly string[],
): void {
  for (const [name, [expected, accepts]] of Object.entries(rules)) {
    const found: unknown = Reflect.get(value, name);
    if (found === undefined && optional.includes(name)) continue;
    if (found === undefined) throw new ProblemError(file, `${where}${name} is missing; it must be ${expected}`);
    if (!accepts(found)) throw new ProblemError(file, `${where}${name} must be ${expected}; it is ${shown(found)}`);
  }
  for (const name of Object.keys(value)) {
    if (Object.hasOwn(rules, name)) continue;
    const hint = nearest(name, Object.keys(rules)) ?? `there are ${Object.keys(rules).join(', ')}`;
    throw new ProblemError(file, `${where}${name} is not known; ${hint}`);
  }
}

function isLengths(value: unknown): boolean {
  return isObject(value) && ['quick', 'standard', 'thorough'].every((name) => isCount(Reflect.get(value, name)));
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1;
}

function isPair(value: unknown): value is [number, number] {
  return Array.isArray(value) && value.length === 2 && value.every(isShowable);
}
