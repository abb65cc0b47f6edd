/**
 * What passes through the queue: data, never code. A requested run names its problem and optimizer, with their provenance; an answer is the record of the
 * run, or why there is none. Both are untrusted until they have been checked. Knows no queue.
 */
import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import { trial } from '../document.ts';
import type { FileState } from '../run/files.ts';
import type { Finished } from '../run/serve.ts';
import type { TrialRequest } from '../run/trial.ts';
import { scheduleNames } from '../schedules.ts';
import type { Machine } from '../schema.ts';

/** What a run must be made of, so that it is the one that was meant. */
export interface Provenance {
  readonly thalweg: string;
  readonly node: string;
  /** Hashes: of the equations with all that they depend on, of what the problem is judged by, and of every file that takes part, modules and data. */
  readonly method: string;
  readonly judgement: string;
  readonly files: string;
}

/** A run that is asked for. Files are named by their paths within the project. */
export interface Asked {
  readonly request: TrialRequest;
  readonly provenance: Provenance;
  /** The seconds that it may take; null for as long as it likes. */
  readonly timeout: number | null;
}

/** The files that take part, by their paths within the project. */
export interface Files {
  readonly modules: readonly FileState[];
  readonly data: readonly FileState[];
}

/** What became of it: a run, with the files that took part besides those that were known; what is wrong with the problem; or another error. */
export type Answer = { readonly worker: string } & (
  | (Omit<Finished, 'files' | 'machine'> & { readonly machine: Machine; readonly more: Files })
  | { readonly file: string; readonly problem: string }
  | { readonly error: string }
);

/** Why a worker has put a run back. */
export interface Refusal {
  readonly worker: string;
  readonly refused: string;
}

const text = (most: number) => v.pipe(v.string(), v.minLength(1), v.maxLength(most));
const finite = v.pipe(v.number(), v.finite());
const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$|^refused$|^not made$/));
const positive = v.pipe(finite, v.minValue(1e-9), v.maxValue(1e9));

const asked = v.strictObject({
  request: v.strictObject({
    problem: text(4000),
    contestant: text(4000),
    schedule: v.picklist(scheduleNames),
    lr: finite,
    hyper: v.exactOptional(v.pipe(v.record(v.pipe(v.string(), v.regex(/^[a-z][A-Za-z0-9]{0,60}$/)), finite), v.maxEntries(100))),
    seed: v.pipe(v.number(), v.safeInteger()),
    steps: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1e9)),
    scan: v.exactOptional(v.literal(true)),
    rates: v.exactOptional(v.pipe(v.array(finite), v.minLength(1), v.maxLength(1000))),
  }),
  provenance: v.strictObject({ thalweg: text(60), node: text(60), method: hash, judgement: hash, files: hash }),
  timeout: v.nullable(positive),
});

const states = v.pipe(v.array(v.strictTuple([text(4000), v.pipe(v.string(), v.regex(/^[0-9a-f]{24}$|^absent$/))])), v.maxLength(100_000));
const files = v.strictObject({ modules: states, data: states });
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const worker = text(300);
const answer = v.union([
  v.strictObject({
    worker,
    result: trial,
    together: v.exactOptional(v.pipe(v.array(trial), v.maxLength(1000))),
    timeLimit: v.exactOptional(positive),
    machine: v.strictObject({ node: text(120), thalweg: text(120), os: text(300), cpu: text(300), cores: count, workers: count }),
    more: files,
  }),
  v.strictObject({ worker, file: text(4000), problem: text(20_000) }),
  v.strictObject({ worker, error: text(20_000) }),
]);
const refusal = v.strictObject({ worker, refused: text(4000) });

/** What is wrong with a message, in words. */
export interface Wrong {
  readonly wrong: string;
}

/** Checks a run that is asked for. */
export const askedOf = (value: unknown): Asked | Wrong => check(asked, value);

/** Checks an answer. */
export const answerOf = (value: unknown): Answer | Wrong => check(answer, value);

/** Checks a list of files. */
export const filesOf = (value: unknown): Files | Wrong => check(files, value);

/** Checks a refusal. */
export const refusalOf = (value: unknown): Refusal | Wrong => check(refusal, value);

/** The value itself where it is as the schema says: its members keep their order, so that what is kept of it is the same text wherever it was made. */
function check<const Value>(schema: v.GenericSchema<unknown, Value>, value: unknown): Value | Wrong {
  const { success, output, issues } = v.safeParse(schema, value, { abortEarly: true });
  if (success) return isDeepStrictEqual(output, value) ? (value as Value) : { wrong: 'it has unknown members' };
  const [issue] = issues;
  return { wrong: `${v.getDotPath(issue) ?? 'it'}: ${issue.message}` };
}
