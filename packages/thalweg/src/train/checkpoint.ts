/**
 * Checkpoints: what an optimizer holds as one safetensors file, and back. Arrays are keyed by parameter name, so that neither the order of
 * parameters nor how they are grouped in memory matters. A file is compared whole before anything changes.
 */
import { CheckpointError, ThalwegError } from '../language/error.ts';
import { elementsOf, wholeForm } from '../language/form.ts';
import { parameter, variable } from '../language/variable.ts';
import type { Stored } from '../runtime/arena.ts';
import type { AnyArray } from './arrays.ts';
import type { Core } from './core.ts';
import type { RosterMember } from './roster.ts';
import {
  checkedFrom, decodeHeader, digitsOf, encodeHeader, headerLength, lengthBytes, type StoredArray, type StoredFile,
} from './safetensors.ts'; // prettier-ignore
import { hidden } from './policy.ts';
import { metadataOf, readMetadata, type Plan } from './saved-plan.ts';
import { crc32 } from './crc32.ts';
import { stateNames } from './shown.ts';
import { beginWindow, completeWindow, gradientSum } from './window.ts';

const prefix = 'optimizer/';

/** An array of an optimizer, numbers or codes of them, or a scalar state as an array of one number. */
interface Slot {
  readonly shape: readonly number[];
  readonly array: AnyArray | Stored['codes'];
}

/** The file, header first, then one array after the other. */
export function* checkpoint(core: Core): Generator<Uint8Array> {
  const wrong = Object.keys(core.views).find((name) => name.startsWith(prefix) || name === '__metadata__');
  if (wrong !== undefined)
    throw new ThalwegError(
      'checkpoint',
      `${core.name}: a parameter called ${wrong} cannot be saved, because names in the file that begin with ${prefix} are states`,
    );
  if (core.pending > 0) completeWindow(core);
  const slots = slotsOf(core);
  const stored = new Map([...slots].map(([name, slot]) => [name, store(slot)]));
  yield encodeHeader(metadataOf(core), stored);
  for (const { bytes } of stored.values()) yield bytes;
}

/** The same in one piece. */
export function wholeCheckpoint(core: Core): Uint8Array<ArrayBuffer> {
  const all = [...checkpoint(core)];
  const out = new Uint8Array(all.reduce((total, chunk) => total + chunk.length, 0));
  let at = 0;
  for (const chunk of all) {
    out.set(chunk, at);
    at += chunk.length;
  }
  return out;
}

/** Every array and scalar state by the name it has in a file; `pending` says whether accumulated gradients are among them. */
function slotsOf(core: Core, pending = core.pending): Map<string, Slot> {
  const out = new Map<string, Slot>();
  const places = [...core.roster.places];
  for (const [name, { member, index }] of places)
    out.set(name, { shape: shapeOf(member, index), array: member.stepper.arena.view(parameter, index) });
  for (const [name, { member, index }] of places) {
    const { arena, scalarStates } = member.stepper;
    const names = stateNames(member.program.states.keys());
    for (const [state, kind] of member.program.states) {
      const key = `${prefix}${names.get(state) ?? ''}/${name}`;
      const form = member.program.forms.get(state) ?? wholeForm;
      const shape = form === wholeForm ? shapeOf(member, index) : dimensions(form, shapeOf(member, index));
      const stored = kind === 'array' ? arena.stored(state, index) : undefined;
      if (stored !== undefined) {
        out.set(key, { shape, array: stored.codes });
        if (stored.scales !== undefined)
          out.set(`${prefix}${names.get(state) ?? ''} scale/${name}`, { shape: [stored.scales.length], array: stored.scales });
      } else if (kind === 'array') out.set(key, { shape, array: arena.view(state, index) });
      else {
        const numbers = scalarStates.get(state) ?? new Float64Array(1);
        out.set(key, { shape: [], array: kind === 'tensor' ? numbers.subarray(index, index + 1) : numbers });
      }
    }
    if (pending > 0)
      out.set(`${prefix}${hidden.accumulated.name}/${name}`, { shape: shapeOf(member, index), array: gradientSum(member, index) });
  }
  // What has the most bytes first, so that each array in the file begins at a multiple of its elements' size.
  return new Map([...out].sort(([, a], [, b]) => alignment(b) - alignment(a)));
}

function alignment({ array }: Slot): number {
  return Math.min(4, array.BYTES_PER_ELEMENT);
}

function shapeOf({ stepper }: RosterMember, index: number): readonly number[] {
  return stepper.arena.tensors[index]?.shape ?? [];
}

function dimensions(form: string, shape: readonly number[]): readonly number[] {
  return [elementsOf(`${form.charAt(0) as 'r'}1`, shape), elementsOf(`1${form.charAt(1) as 'c'}`, shape)];
}

function store({ shape, array }: Slot): StoredArray {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  return { dtype: typeOf(array), shape, bytes };
}

/** The element type as safetensors calls it. */
function typeOf(array: Slot['array']): string {
  if (array instanceof Float64Array) return 'F64';
  if (array instanceof Float32Array) return 'F32';
  if (array instanceof Uint16Array) return 'BF16';
  return array instanceof Int8Array ? 'I8' : 'U8';
}

/** A file, or another source of its bytes. */
export interface CheckpointSource {
  /** How many bytes there are. */
  readonly size: number;
  /** Fills `into` with the bytes from `at` on. */
  read(at: number, into: Uint8Array): Promise<void>;
}

/** A file that fits, and what is left to do. */
interface Incoming {
  /** Which bytes of the file belong where. */
  readonly parts: readonly { readonly at: number; readonly into: Uint8Array }[];
  /** Takes over everything but the arrays. */
  readonly finish: () => void;
}

/** Sets the optimizer to what the file says. Throws a CheckpointError, with nothing changed, that lists every difference. */
export function restore(core: Core, bytes: Uint8Array): void {
  const length = checked(core, headerLength(bytes, bytes.length));
  const file = checked(core, decodeHeader(bytes.subarray(lengthBytes, lengthBytes + length), bytes.length));
  checkSum(core, file, () => crc32(bytes.subarray(checkedFrom)));
  const { parts, finish } = compare(core, file);
  for (const { at, into } of parts) into.set(bytes.subarray(at, at + into.length));
  finish();
}

/** The same from a source: read once for the checksum, and then each array straight into its place. */
export async function restoreFrom(core: Core, source: CheckpointSource): Promise<void> {
  const { size } = source;
  const first = new Uint8Array(Math.min(lengthBytes, size));
  await source.read(0, first);
  const json = new Uint8Array(checked(core, headerLength(first, size)));
  await source.read(lengthBytes, json);
  const file = checked(core, decodeHeader(json, size));
  const { parts, finish } = compare(core, file);
  if (file.checksum !== undefined) {
    const sum = await sumOf(source);
    checkSum(core, file, () => sum);
  }
  core.damage = () => new CheckpointError(core.name, ['an earlier load was not finished, so the arrays are half-read; load again']);
  for (const { at, into } of parts) await source.read(at, into);
  finish();
}

const piece = 2 ** 26;

async function sumOf(source: CheckpointSource): Promise<number> {
  const { size } = source;
  const into = new Uint8Array(Math.min(piece, Math.max(0, size - checkedFrom)));
  let sum: number | undefined;
  for (let at = checkedFrom; at < size; at += piece) {
    const part = into.subarray(0, Math.min(piece, size - at));
    await source.read(at, part);
    sum = crc32(part, sum);
  }
  return sum ?? crc32(into);
}

/** Throws a CheckpointError where the bytes are not those that were written. */
function checkSum({ name }: Core, { checksum }: StoredFile, sumOf: () => number): void {
  if (checksum === undefined) return;
  const found = digitsOf(sumOf());
  if (found !== checksum)
    throw new CheckpointError(name, [
      `the bytes are not those that were written: their checksum is ${found}, and the file says ${checksum}`,
    ]);
}

/** What could be read; throws a CheckpointError where it is a text that says what is wrong. */
function checked<T>(core: Core, read: T | string): T {
  if (typeof read === 'string') throw new CheckpointError(core.name, [read]);
  return read;
}

/** Compares a file with the optimizer. Throws a CheckpointError that lists every difference. */
function compare(core: Core, file: StoredFile): Incoming {
  const differences: string[] = [];
  const plan = readMetadata(core, file, differences);
  const slots = slotsOf(core, plan.pending);
  compareArrays(slots, file.arrays, differences);
  if (differences.length > 0) throw new CheckpointError(core.name, differences);
  const parts = [...slots].map(([name, slot]) => ({ at: file.arrays.get(name)?.at ?? 0, into: store(slot).bytes }));
  parts.sort((a, b) => a.at - b.at);
  return {
    parts,
    finish: () => {
      apply(core, plan);
    },
  };
}

/** Takes over what a file says besides its arrays. */
function apply(core: Core, plan: Plan): void {
  for (const [name, value] of plan.hyper) {
    for (const { branch, key } of core.names.find((one) => one.name === name)?.slots ?? []) core.live[branch]?.set(key, value);
  }
  for (const [member, born] of plan.born) member.born = born;
  core.frozen.clear();
  for (const name of plan.frozen) core.frozen.add(name);
  for (const [name, value] of plan.inputs) core.inputValues.set(variable('input', name), value);
  if (plan.scale !== undefined && core.options.scale !== undefined) Object.assign(core.options.scale, plan.scale);
  for (const member of core.roster.members) member.measured = undefined;
  beginWindow(core, plan.pending);
  [core.steps, core.skipped, core.batches] = [plan.t, plan.skipped, plan.batches];
  core.damage = undefined;
  core.activate();
  core.roundHalves();
}

function compareArrays(slots: ReadonlyMap<string, Slot>, arrays: StoredFile['arrays'], differences: string[]): void {
  for (const [name, slot] of slots) {
    const saved = arrays.get(name);
    const here = store(slot);
    if (saved === undefined) differences.push(`${title(name)} is not in the file`);
    else if (saved.dtype !== here.dtype) differences.push(`${title(name)} is ${saved.dtype} in the file and ${here.dtype} here`);
    else if (saved.shape.join() !== here.shape.join()) {
      differences.push(`${title(name)} has the shape [${saved.shape.join(', ')}] in the file and [${here.shape.join(', ')}] here`);
    }
  }
  for (const name of arrays.keys()) if (!slots.has(name)) differences.push(`${title(name)} is in the file and not here`);
}

/** `optimizer/adam.m/W` is the state adam.m of W. */
function title(name: string): string {
  if (!name.startsWith(prefix)) return `the parameter ${name}`;
  const [, state = '', parameter = ''] = /^([^/]*)\/(.*)$/s.exec(name.slice(prefix.length)) ?? [];
  return `the state ${state} of ${parameter}`;
}
