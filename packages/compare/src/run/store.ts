/**
 * Keeps finished trials on disk, one JSON line each, so that a comparison that is stopped goes on where it was. A trial is known by what it
 * computes: which run it is, under which conditions, and the files that took part in it, modules and data, with what was in them. One whose
 * conditions or files are others now is not used, and the store says why. A line that a crash cut short is ignored.
 */
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { ProblemError } from '../problem.ts';
import type { Trial } from '../schema.ts';
import { hashes, type FileState } from './files.ts';
import type { Finished } from './serve.ts';
import type { TrialRequest } from './trial.ts';

/** What a result depends on besides the run and its files, in words each: `machine`, `method`. */
export type Conditions = Readonly<Record<string, string>>;

/** A kept trial that can be used, or why those that there are cannot; neither where there is none. */
export type Found = { readonly result: Trial } | { readonly reason: string } | undefined;

interface Kept {
  readonly trial: TrialRequest;
  readonly conditions: Conditions;
  /** Names the list of files, which many trials share. */
  readonly inputs: string;
  readonly result: Trial;
}

interface Inputs {
  readonly inputs: string;
  readonly files: readonly FileState[];
}

/** The trials of one output folder. */
export class Store {
  private readonly path: string;
  private readonly known = new Map<string, Kept[]>();
  private readonly inputs = new Map<string, readonly FileState[]>();
  private count = 0;

  constructor(path: string) {
    this.path = path;
    try {
      mkdirSync(dirname(path), { recursive: true });
    } catch (error) {
      throw new ProblemError(
        dirname(path),
        `it cannot be a folder for the results (${error instanceof Error ? error.message : String(error)})`,
      );
    }
    if (!existsSync(path)) return;
    const text = readFileSync(path, 'utf8');
    for (const line of text.split('\n')) {
      const entry = parseLine(line);
      if (isInputs(entry)) this.inputs.set(entry.inputs, entry.files);
      else if (isKept(entry)) this.keep(entry);
    }
    // A line that was cut short must not swallow the next one.
    if (!text.endsWith('\n')) appendFileSync(path, '\n');
  }

  /** How many trials are kept. */
  get size(): number {
    return this.count;
  }

  /** Looks up trials as things are now: a file is read once by what this returns. */
  lookup(): (trial: TrialRequest, conditions: Conditions) => Found {
    const hash = hashes();
    const changedOf = new Map<string, readonly string[]>();
    const changed = (inputs: string): readonly string[] => {
      const known = changedOf.get(inputs) ?? changes(this.inputs.get(inputs), hash);
      changedOf.set(inputs, known);
      return known;
    };
    return (trial, conditions) => {
      let fewest: readonly string[] | undefined;
      // The newest first; what is said is what the most similar one differs in.
      for (const kept of (this.known.get(keyOf(trial)) ?? []).toReversed()) {
        const names = Object.keys({ ...kept.conditions, ...conditions });
        const others = names.filter((name) => kept.conditions[name] !== conditions[name]).map((name) => `another ${name}`);
        const differences = [...others, ...changed(kept.inputs)];
        if (differences.length === 0) return { result: kept.result };
        if (fewest === undefined || differences.length < fewest.length) fewest = differences;
      }
      if (fewest === undefined) return undefined;
      const [first = '', ...more] = fewest;
      return { reason: more.length === 0 ? first : `${first}, and ${String(more.length)} more` };
    };
  }

  /** Keeps a trial at once. */
  add(trial: TrialRequest, conditions: Conditions, { result, files }: Finished): void {
    const inputs = createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 16);
    const lines: object[] = this.inputs.has(inputs) ? [] : [{ inputs, files } satisfies Inputs];
    this.inputs.set(inputs, files);
    const kept: Kept = { trial, conditions, inputs, result };
    this.keep(kept);
    appendFileSync(this.path, [...lines, kept].map((line) => `${JSON.stringify(line)}\n`).join(''));
  }

  /** Forgets everything, on disk too. */
  clear(): void {
    this.known.clear();
    this.inputs.clear();
    this.count = 0;
    rmSync(this.path, { force: true });
  }

  private keep(kept: Kept): void {
    const key = keyOf(kept.trial);
    this.known.set(key, [...(this.known.get(key) ?? []), kept]);
    this.count += 1;
  }
}

function keyOf({ problem, contestant, schedule, lr, hyper, seed, steps }: TrialRequest): string {
  return JSON.stringify([problem, contestant, schedule, lr, seed, steps, ...(hyper === undefined ? [] : [hyper])]);
}

/** Which of these files are not as they were, in words. */
function changes(files: readonly FileState[] | undefined, now: (path: string) => string): string[] {
  if (files === undefined) return ['its files are unknown'];
  return files.filter(([path, hash]) => now(path) !== hash).map(([path]) => `${relative('.', path)} changed`);
}

function isInputs(entry: unknown): entry is Inputs {
  return typeof entry === 'object' && entry !== null && 'inputs' in entry && 'files' in entry && Array.isArray(entry.files);
}

function isKept(entry: unknown): entry is Kept {
  return typeof entry === 'object' && entry !== null && 'trial' in entry && 'conditions' in entry && 'result' in entry;
}

function parseLine(line: string): unknown {
  if (line === '') return undefined;
  try {
    return JSON.parse(line);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Writes a file so that a reader, or a crash, sees the old one or the new one and nothing between. */
export function writeWhole(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${String(process.pid)}.tmp`;
  writeFileSync(temporary, text);
  renameSync(temporary, path);
}
