/**
 * The comparer as a library: problems, the protocol, the runner, the reports.
 *
 * @packageDocumentation
 */
export { checkProblem, defineProblem } from './check-problem.ts';
export { ProblemError } from './problem.ts';
export type {
  Arrays,
  Awaitable,
  Evaluation,
  GradientResult,
  GradsOf,
  Lengths,
  LossAndRows,
  Model,
  ParamsOf,
  Problem,
  Split,
  Start,
  TableOf,
  Traced,
} from './problem.ts';
export { contestants, defaultContestants } from './contestants.ts';
export type { Contestant } from './contestants.ts';
export { findProblem, problems } from './registry.ts';
export type { Entry } from './registry.ts';
export { compare } from './compare.ts';
export type { Plan, Progress } from './compare.ts';
export { presets } from './protocol.ts';
export { compareWith } from './statistics/compare.ts';
export type { Judged, Scores } from './statistics/compare.ts';
export { scheduleNames } from './schedules.ts';
export type { ScheduleName } from './schedules.ts';
export { lower, quantile } from './quantile.ts';
export type { Direction, Measured } from './quantile.ts';
export { Pool } from './run/pool.ts';
export { Store } from './store/store.ts';
export { writeWhole } from './store/whole.ts';
export type { Runner } from './run/ledger.ts';
export type { Finished } from './run/serve.ts';
export type { TrialRequest } from './run/trial.ts';
export { readComparison, ReadError } from './read.ts';
export { draw } from './report/draw.ts';
export type { Drawing } from './report/plot.ts';
export { renderHtml } from './report/html.ts';
export { renderMarkdown } from './report/markdown.ts';
export { renderPicture } from './report/picture.ts';
export { renderTable } from './report/terminal.ts';
export type { Control } from './control.ts';
export { controlPValues, errorRates, measureErrors, searchErrors } from './statistics/control.ts';
export type { ControlOptimizer, ControlProblem, ControlRun, ErrorRate, SearchErrors } from './statistics/control.ts';
export { entries, entryNames } from './reference/entry.ts';
export type { Entry as ReferenceEntry, HyperRow } from './reference/entry.ts';
export type { Note, MeasuredPath, MeasuredRow, Source } from './reference/note.ts';
export { renderPage } from './reference/markdown.ts';
export { renderCourses } from './reference/picture.ts';
export type { Course } from './reference/picture.ts';
export { renderEntry } from './reference/terminal.ts';
export { fieldNames, loadGlosses } from './data/glosses.ts';
export type { Bags as GlossData } from './data/bags.ts';
export type { Glosses } from './models/glosses.ts';
export { loadAddresses } from './data/addresses.ts';
export type { Addresses } from './data/addresses.ts';
export type { Corpus } from './models/words.ts';
export { loadImages } from './data/images.ts';
export type { Images } from './models/digits.ts';
export { Batches, normal, permutation, random } from './data/random.ts';
export type { Random } from './data/random.ts';
export type * from './schema.ts';
