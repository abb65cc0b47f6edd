/**
 * Keeps finished trials on disk, one JSON line each, so that a comparison that is stopped goes on where it was. A line that a crash cut
 * short is ignored. Other files are written whole or not at all.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ProblemError } from '../problem.ts';
import type { TrialResult } from './trial.ts';

/** The trials of one output folder, by key. */
export class Store {
  private readonly path: string;
  private readonly known = new Map<string, TrialResult>();

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
    for (const line of readFileSync(path, 'utf8').split('\n')) {
      const entry = parseLine(line);
      if (entry !== undefined) this.known.set(entry.key, entry.result);
    }
    // A line that was cut short must not swallow the next one.
    if (!readFileSync(path, 'utf8').endsWith('\n')) appendFileSync(path, '\n');
  }

  /** How many trials are kept. */
  get size(): number {
    return this.known.size;
  }

  /** A finished trial, if there is one. */
  get(key: string): TrialResult | undefined {
    return this.known.get(key);
  }

  /** Keeps a trial at once. */
  add(key: string, result: TrialResult): void {
    this.known.set(key, result);
    appendFileSync(this.path, `${JSON.stringify({ key, result })}\n`);
  }

  /** Forgets everything, on disk too. */
  clear(): void {
    this.known.clear();
    rmSync(this.path, { force: true });
  }
}

function parseLine(line: string): { key: string; result: TrialResult } | undefined {
  if (line === '') return undefined;
  try {
    return JSON.parse(line) as { key: string; result: TrialResult };
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
