/**
 * Checkpoints: saves the whole state of an optimizer as one safetensors file, and loads it. Arrays are keyed by parameter name, so neither the order of
 * parameters nor how they are grouped in memory matters. A file is compared with the optimizer in full before anything changes.
 */
import { ThalwegError } from '../language/error.ts';
import { CheckpointError } from '../language/run-error.ts';
import { variable } from '../language/variable.ts';
import type { Core } from '../train/core.ts';
import { crc32 } from './crc32.ts';
import { isObserved } from './file-names.ts';
import { converts, type Encoded } from './conversion.ts';
import type { SaveOptions } from './format.ts';
import { otherwiseTaken, type LoadOptions, type LoadReport } from './load-options.ts';
import { describe } from '../language/options.ts';
import { frozenWords, hyperWords, inWords, judge, matching, parametersOnly, reportOf, type Decision } from './partial.ts';
import {
  checkedFrom,
  decodeHeader,
  digitsOf,
  encodeHeader,
  headerLength,
  lengthBytes,
  type Checksum,
  type StoredFile,
} from './safetensors.ts';
import { readMetadataOf, writeMetadata } from './notes.ts';
import { metadataOf, readMetadata, readStory, type Plan } from './saved-plan.ts';
import { slotsOf, store } from './slots.ts';
import { beginWindow, completeWindow } from '../train/window.ts';

/**
 * The current state as a file: the header, then one array after the other. Before each next array, the last one is compared with the checksum in the
 * header; throws a ThalwegError if an array was changed meanwhile.
 */
export function* checkpoint(core: Core, sumOf: Checksum = crc32, options: SaveOptions = {}): Generator<Uint8Array> {
  const { metadata, arrays } = encode(core, options);
  const { header, sum } = encodeHeader(metadata, arrays, sumOf);
  yield header;
  let written = sumOf(header.subarray(checkedFrom));
  for (const { bytes } of arrays.values()) {
    yield bytes;
    written = sumOf(bytes, written);
  }
  if (written === sum) return;
  const problem = 'an array changed while it was written; await the save before the next step, or write the bytes that save() returns';
  throw new ThalwegError('overtaken', `${core.name}: ${problem}`);
}

/** All texts and arrays of a file, in Thalweg's format unless another is given. */
function encode(core: Core, { format, metadata: own }: SaveOptions): Encoded {
  const { metadata, arrays } = converts(format) ? format.encode(core) : encodeOwn(core);
  return { metadata: { ...metadata, ...writeMetadata(own) }, arrays };
}

function encodeOwn(core: Core): Encoded {
  if (core.pending > 0) completeWindow(core);
  return { metadata: metadataOf(core), arrays: new Map([...slotsOf(core)].map(([key, slot]) => [key, store(slot)])) };
}

/** The same as one array of bytes. */
export function wholeCheckpoint(core: Core, options: SaveOptions = {}): Uint8Array<ArrayBuffer> {
  const { metadata, arrays } = encode(core, options);
  const { header } = encodeHeader(metadata, arrays);
  const all = [header, ...[...arrays.values()].map(({ bytes }) => bytes)];
  const out = new Uint8Array(all.reduce((total, chunk) => total + chunk.length, 0));
  let at = 0;
  for (const chunk of all) {
    out.set(chunk, at);
    at += chunk.length;
  }
  return out;
}

/** A file, or another source of its bytes. */
export interface CheckpointSource {
  /** The size in bytes. */
  readonly size: number;
  /** Fills `into` with the bytes from offset `at` on. */
  read(at: number, into: Uint8Array): Promise<void>;
  /** Computes the CRC-32 of `bytes`, continued from `before`, the CRC-32 of the preceding bytes. Optional: a faster one than the built-in, such as zlib's. */
  readonly checksum?: (bytes: Uint8Array, before?: number) => number;
}

/** A file that fits, and what remains to be done. */
interface Incoming {
  /** Prepares loading, and returns which bytes of the file belong where. */
  readonly begin: () => readonly { readonly at: number; readonly into: Uint8Array }[];
  /** Loads everything but the arrays. */
  readonly finish: () => LoadReport;
}

/** Sets the optimizer to the state in a file. Throws a CheckpointError that lists every difference, with nothing changed. */
export function restore(core: Core, given: unknown, options: LoadOptions): LoadReport {
  const bytes = bytesOf(core, given);
  const length = checked(core, headerLength(bytes, bytes.length, mostHeader(core, options)));
  // A copy, since not every engine decodes memory that threads share.
  const file = checked(core, decodeHeader(bytes.slice(lengthBytes, lengthBytes + length), bytes.length));
  checkSum(core, file, () => crc32(bytes.subarray(checkedFrom)));
  const { begin, finish } = compare(core, file, options);
  for (const { at, into } of begin()) into.set(bytes.subarray(at, at + into.length));
  return finish();
}

/** The same from a source: reads it once for the checksum, then each array into its place. Until it is done, the optimizer refuses every other use. */
export async function restoreFrom(core: Core, given: unknown, options: LoadOptions): Promise<LoadReport> {
  const source = sourceOf(core, given);
  core.loading = true;
  try {
    const { size } = source;
    const first = new Uint8Array(Math.min(lengthBytes, size));
    await source.read(0, first);
    const json = new Uint8Array(checked(core, headerLength(first, size, mostHeader(core, options))));
    await source.read(lengthBytes, json);
    const file = checked(core, decodeHeader(json, size));
    const { begin, finish } = compare(core, file, options);
    if (file.checksum !== undefined) {
      const sum = await sumOf(source);
      checkSum(core, file, () => sum);
    }
    core.damage = () => new CheckpointError(core.name, ['an earlier load failed halfway, so the arrays are incomplete; load again']);
    for (const { at, into } of begin()) await source.read(at, into);
    return finish();
  } finally {
    core.loading = false;
  }
}

/** The bytes of a file, from a Uint8Array or an ArrayBuffer. Throws a CheckpointError that says how to get them from anything else. */
function bytesOf({ name }: Core, given: unknown): Uint8Array {
  // Of any realm: a frame, a virtual machine, a test runner.
  if (given instanceof Uint8Array) return given;
  const tag = Object.prototype.toString.call(given).slice('[object '.length, -1);
  if (ArrayBuffer.isView(given) && tag === 'Uint8Array') return new Uint8Array(given.buffer, given.byteOffset, given.byteLength);
  if (tag === 'ArrayBuffer' || tag === 'SharedArrayBuffer') return new Uint8Array(given as ArrayBufferLike);
  const hints: Readonly<Record<string, string>> = {
    Promise: '; await it first: load(await …)',
    String: '; loadFile of thalweg/node loads a file by its path',
    URL: '; loadFile of thalweg/node loads a file by its path',
    ...Object.fromEntries(['Blob', 'File', 'Response'].map((one) => [one, `; give load(await ${one.toLowerCase()}.arrayBuffer())`])),
  };
  throw new CheckpointError(name, [
    `load takes the bytes of a file, a Uint8Array or an ArrayBuffer, not ${describe(given)}${hints[tag] ?? ''}`,
  ]);
}

/** The argument as a source of bytes. Throws a CheckpointError if it is not one. */
function sourceOf({ name }: Core, given: unknown): CheckpointSource {
  const source = given as Partial<CheckpointSource> | null | undefined;
  const size = typeof source === 'object' ? source?.size : undefined;
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0 || typeof source?.read !== 'function')
    throw new CheckpointError(name, [`loadFrom takes { size, read }, a number of bytes and a function, not ${describe(given)}`]);
  return source as CheckpointSource;
}

/**
 * The longest header that a fitting file can have: names with every character escaped twice, the equations, and a mebibyte for the metadata of others. A
 * file that is loaded in part may have many more arrays.
 */
function mostHeader(core: Core, { only, format }: LoadOptions): number {
  let most = 2 ** 20 + 12 * core.equations.length;
  for (const [key, { name }] of slotsOf(core, 0)) most += 12 * key.length + 14 * name.length + 600;
  return only === undefined && format === undefined ? most : most + 2 ** 24;
}

const piece = 2 ** 26;

async function sumOf(source: CheckpointSource): Promise<number> {
  const { size } = source;
  const checksum = source.checksum?.bind(source) ?? crc32;
  const into = new Uint8Array(Math.min(piece, Math.max(0, size - checkedFrom)));
  let sum: number | undefined;
  for (let at = checkedFrom; at < size; at += piece) {
    const part = into.subarray(0, Math.min(piece, size - at));
    await source.read(at, part);
    sum = checksum(part, sum);
  }
  return sum ?? checksum(into);
}

/** Throws a CheckpointError if the bytes do not have the checksum in the header. */
function checkSum({ name }: Core, { checksum }: StoredFile, sumOf: () => number): void {
  if (checksum === undefined) return;
  const found = digitsOf(sumOf());
  if (found !== checksum)
    throw new CheckpointError(name, [`the file is damaged: the checksum of its bytes is ${found}, and its header says ${checksum}`]);
}

/** The result of reading; throws a CheckpointError if that is a text, which says what is wrong. */
function checked<T>(core: Core, read: T | string): T {
  if (typeof read === 'string') throw new CheckpointError(core.name, [read]);
  return read;
}

/** Compares a file with the optimizer. Throws a CheckpointError that lists every difference. */
function compare(core: Core, file: StoredFile, options: LoadOptions): Incoming {
  const { format, hyper } = options;
  const decision = converts(format) ? format.decide(core, file, hyper) : decide(core, file, options);
  const { taken, cleared, partings, plan, report } = decision;
  const arrays: NonNullable<Decision['arrays']> = decision.arrays ?? file.arrays;
  const metadata = readMetadataOf(core.name, file.metadata);
  const after: (() => void)[] = [];
  return {
    begin: () => {
      for (const { cohort, names, born } of partings) core.registry.part(cohort, names, born);
      const slots = slotsOf(core, plan.pending);
      for (const key of cleared) {
        const slot = slots.get(key);
        if (slot !== undefined) store(slot).bytes.fill(0);
      }
      const parts = [...slots].flatMap(([key, slot]) => {
        if (!taken.has(key)) return [];
        const { at = 0, length = 0, read } = arrays.get(key) ?? {};
        if (read === undefined) return [{ at, into: store(slot).bytes }];
        const into = new Uint8Array(length);
        after.push(() => {
          slot.array.set(read(into));
        });
        return [{ at, into }];
      });
      return parts.sort((a, b) => a.at - b.at);
    },
    finish: () => {
      for (const convert of after) convert();
      apply(core, plan);
      return metadata === undefined ? report : { ...report, metadata };
    },
  };
}

function decide(core: Core, file: StoredFile, { only, hyper }: LoadOptions): Decision {
  if (only === 'params') return parametersOnly(core, file);
  const story = only === 'matching' ? readStory(core, file) : undefined;
  if (only === 'matching' && story === undefined) return matching(core, file, story, hyper);
  const differences: string[] = [];
  const plan = readMetadata(core, file, only === 'matching' ? (hyper ?? 'mine') : hyper, differences);
  const slots = slotsOf(core, plan.pending);
  // The last update is no part of training: whether signs are observed may be another choice than it was.
  const verdicts = judge(slots, file.arrays).filter(({ key, how }) => how === 'taken' || how === 'different' || !isObserved(key));
  for (const { key, how, why } of verdicts) if (how !== 'taken') differences.push(inWords(key, why));
  if (differences.length > 0 && only === 'matching') return matching(core, file, story, hyper);
  // Of the same equations and arrays, only values differ, and each of those says its own remedy.
  const isOther = file.metadata['equations'] !== core.equations || verdicts.some(({ how }) => how !== 'taken');
  if (differences.length > 0) throw new CheckpointError(core.name, differences, isOther ? otherwiseTaken : undefined);
  const words = hyperWords(core, readStory(core, file), hyper ?? (only === undefined ? 'file' : 'mine'));
  return {
    taken: new Set(verdicts.map(({ key }) => key)),
    cleared: new Set([...slots.keys()].filter((key) => !file.arrays.has(key))),
    partings: [],
    plan,
    report: reportOf(verdicts, [...words, ...frozenWords(core, plan)], []),
  };
}

/** Loads what a file has besides its arrays. */
function apply(core: Core, plan: Plan): void {
  for (const [name, value] of plan.hyper) {
    for (const { group, key } of core.names.find((one) => one.name === name)?.slots ?? []) core.live[group]?.set(key, value);
  }
  for (const [cohort, born] of plan.born) cohort.born = born;
  core.frozen.clear();
  for (const name of plan.frozen) core.frozen.add(name);
  for (const [name, value] of plan.inputs) core.inputValues.set(variable('input', name), value);
  if (plan.scale !== undefined && core.options.scale !== undefined) Object.assign(core.options.scale, plan.scale);
  for (const cohort of core.registry.cohorts) cohort.measured = undefined;
  beginWindow(core, plan.pending);
  [core.steps, core.skipped, core.batches] = [plan.t, plan.skipped, plan.batches];
  core.watched = 0;
  core.damage = undefined;
  core.activate();
  core.roundHalves();
}
