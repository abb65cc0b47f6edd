/**
 * User metadata in a checkpoint: a seed, the position in the data, the best loss. Stored as one JSON text in the header, in every file format; checked when
 * it is written and again when it is read. Knows no optimizer.
 */
import { OptionError } from '../language/error.ts';
import { CheckpointError } from '../language/run-error.ts';
import { describe, isRecord } from '../language/options.ts';
import { namesIn } from './safetensors.ts';
import { decodeNumber, encodeNumber } from './saved-hyper.ts';

/** Strings and numbers by name. */
export type Metadata = Readonly<Record<string, string | number>>;

/** What it is called in the header. */
const key = 'thalweg.metadata';

/** The longest JSON text; with every character escaped again it stays well below what `mostHeader` leaves for others. */
const longest = 2 ** 16;

/** Throws an OptionError for metadata that no file can hold. */
export function checkMetadata(owner: string, metadata: unknown): void {
  if (metadata === undefined) return;
  const wrong = (problem: string): never => {
    throw new OptionError(owner, 'metadata', metadata, problem);
  };
  if (!isRecord(metadata)) return wrong(`must be an object of strings and numbers, { seed: 1, best: 0.3 }, not ${describe(metadata)}`);
  for (const [name, value] of Object.entries(metadata)) {
    if (typeof value === 'string' || typeof value === 'number') continue;
    const hint = typeof value === 'object' && value !== null ? '; JSON.stringify makes it a string' : '';
    wrong(`has ${describe(value)} as ${describe(name)}, and may hold only strings and numbers${hint}`);
  }
  const { length } = textOf(metadata as Metadata);
  if (length > longest) wrong(`takes ${String(length)} characters of JSON, more than ${String(longest)}; save it in a file of its own`);
}

/** The texts that a file has for it; none where there is nothing. */
export function writeMetadata(metadata: Metadata | undefined): Readonly<Record<string, string>> {
  return metadata === undefined || Object.keys(metadata).length === 0 ? {} : { [key]: textOf(metadata) };
}

/** What a file has of it; undefined for none. Throws a CheckpointError for what `writeMetadata` does not write. */
export function readMetadataOf(owner: string, texts: Readonly<Record<string, string>>): Metadata | undefined {
  const text = texts[key];
  if (text === undefined) return undefined;
  const found = parse(text);
  const values = isRecord(found) ? Object.entries(found).map(([name, saved]) => [name, valueOf(saved)] as const) : undefined;
  if (values?.every((entry): entry is readonly [string, string | number] => entry[1] !== undefined) === true)
    return Object.fromEntries(values);
  throw new CheckpointError(owner, ['metadata in the file cannot be read']);
}

/** Numbers that JSON does not know are in an object of their own, so that no text is taken for one. */
function textOf(metadata: Metadata): string {
  const saved = (value: string | number): unknown => {
    if (typeof value === 'string') return value;
    const number = encodeNumber(value);
    return typeof number === 'number' ? number : { number };
  };
  return JSON.stringify(Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, saved(value)])));
}

function valueOf(saved: unknown): string | number | undefined {
  if (typeof saved === 'string' || typeof saved === 'number') return saved;
  return isRecord(saved) && Object.keys(saved).join() === 'number' ? decodeNumber(saved['number']) : undefined;
}

function parse(text: string): unknown {
  if (text.length > longest || namesIn(text, 2) === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined; // No object, which is what the caller asks for.
  }
}
