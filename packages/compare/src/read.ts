/**
 * Reads a comparison from the text of `results.json`. The text may be hostile until it has been checked (`document.ts`); anything that is not a comparison
 * is rejected with a message that says what is wrong and where. Knows no file and no page.
 */
import * as v from 'valibot';
import { comparison } from './document.ts';
import { longest } from './limits.ts';
import type { Comparison } from './schema.ts';

/** The text is not a comparison; the message says why, and where. */
export class ReadError extends Error {}

/** Reads a comparison. Throws a ReadError. */
export function readComparison(json: string): Comparison {
  if (json.length > longest) throw new ReadError(`The file has ${String(json.length)} characters; ${String(longest)} can be read.`);
  const value = parse(json);
  checkKind(value);
  const result = v.safeParse(comparison, value, { abortEarly: true });
  if (!result.success) throw new ReadError(`The file is not as thalweg compare writes it. ${tell(result.issues[0])}.`);
  return result.output;
}

function parse(json: string): unknown {
  const trimmed = json.trim();
  if (trimmed === '') throw new ReadError('The file is empty.');
  if (trimmed.startsWith('<')) throw new ReadError('This is a web page. Open results.json, which thalweg compare writes beside it.');
  try {
    return JSON.parse(json);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    if (trimmed.startsWith('SQLite format 3'))
      throw new ReadError('This is runs.sqlite, the finished runs. Open results.json, which lies beside it.');
    if (/^\{"(?:key|trial|inputs)":.*\}\n\{"(?:key|trial|inputs)":/s.test(trimmed.slice(0, 1e6))) {
      throw new ReadError('This is trials.jsonl, the finished runs. Open results.json, which lies beside it.');
    }
    const bare = /[[:,]\s*(-?(?:NaN|Infinity))\b/.exec(json);
    if (bare !== null) {
      throw new ReadError(
        `${bare[1] ?? ''} at ${place(json, bare.index + bare[0].length - (bare[1] ?? '').length)} is not JSON: a number that is not finite is written as null.`,
      );
    }
    if (!trimmed.endsWith('}')) throw new ReadError(`The file is cut off: it ends in the middle, at ${place(json, json.length)}.`);
    const position = /position (\d+)/.exec(error.message)?.[1];
    throw new ReadError(
      `The file is not JSON${position === undefined ? '' : `, from ${place(json, Number(position))} on`}: ${shortened(error.message, 160)}.`,
    );
  }
}

/** Says at once what is another format or version, before details are looked at. */
function checkKind(value: unknown): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new ReadError('The file is not a JSON object.');
  const { format, version }: { format?: unknown; version?: unknown } = value;
  if (format !== 'thalweg-comparison') {
    throw new ReadError(`format must be "thalweg-comparison", not ${shown(format)}: the file was not written by thalweg compare.`);
  }
  if (version === 1)
    throw new ReadError(
      'The file is of an earlier version of Thalweg, whose protocol tuned each rate once for all seeds. Run the comparison again.',
    );
  if (version !== 2) throw new ReadError(`version must be 2, not ${shown(version)}: the file is of another version of Thalweg.`);
}

/** `problems[0].steps must be 1 or more`, or `… must be number, not "many"`. */
function tell(issue: v.BaseIssue<unknown>): string {
  const path = (issue.path ?? [])
    .map(({ key }) => (typeof key === 'number' ? `[${String(key)}]` : `.${shortened(String(key), 60)}`))
    .join('');
  const where = path.replace(/^\./, '') || 'The whole';
  if (issue.kind === 'validation') return `${where} ${issue.message}`;
  if (issue.input === undefined) return `${where} is missing`;
  return `${where} must be ${(issue.expected ?? 'another').replaceAll(' | ', ' or ')}, not ${shown(issue.input)}`;
}

function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  return shortened(JSON.stringify(value), 60);
}

function shortened(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

function place(json: string, position: number): string {
  const before = json.slice(0, position);
  const line = before.split('\n').length;
  return `line ${String(line)}, column ${String(position - before.lastIndexOf('\n'))}`;
}
