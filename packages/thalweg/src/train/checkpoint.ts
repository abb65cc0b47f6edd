/**
 * Checkpoints: what an optimizer holds as one safetensors file, and back. Arrays are keyed by parameter name, so that neither the order of
 * parameters nor how they are grouped in memory matters. A file is compared whole before anything changes.
 */
import { CheckpointError, ThalwegError } from '../language/error.ts';
import { elementsOf, wholeForm } from '../language/form.ts';
import type { AnyArray } from './arrays.ts';
import type { Core } from './core.ts';
import { checkHyper, describe, type HyperValue } from './hyper.ts';
import { hidden } from './policy.ts';
import type { RosterMember } from './roster.ts';
import { decodeHeader, encodeHeader, headerLength, lengthBytes, type StoredArray, type StoredFile } from './safetensors.ts';
import { decodeHyper, encodeHyper } from './saved-hyper.ts';

const version = '1';
const prefix = 'optimizer/';

/** An array of an optimizer, or a scalar state as an array of one number. */
interface Slot {
  readonly shape: readonly number[];
  readonly array: AnyArray;
}

/** The file, header first, then one array after the other. */
export function* checkpoint(core: Core): Generator<Uint8Array> {
  const wrong = Object.keys(core.views).find((name) => name.startsWith(prefix) || name === '__metadata__');
  if (wrong !== undefined)
    throw new ThalwegError(
      'checkpoint',
      `${core.name}: a parameter called ${wrong} cannot be saved, because names in the file that begin with ${prefix} are states`,
    );
  const slots = slotsOf(core);
  const stored = new Map([...slots].map(([name, slot]) => [name, store(slot)]));
  yield encodeHeader(metadataOf(core), stored);
  for (const { bytes } of stored.values()) yield bytes;
}

function metadataOf(core: Core): Record<string, string> {
  const { options, roster } = core;
  const born = [...roster.places].filter(([name, { member }]) => member.born > 0 && !core.removed.has(name));
  return {
    thalweg: version,
    optimizer: core.name,
    equations: core.equations,
    t: String(core.steps),
    hyper: JSON.stringify(Object.fromEntries(core.names.map((one) => [one.name, encodeHyper(core.hyperValue(one))]))),
    born: JSON.stringify(Object.fromEntries(born.map(([name, { member }]) => [name, member.born]))),
    frozen: JSON.stringify([...core.frozen].filter((name) => !core.removed.has(name))),
    pending: JSON.stringify({ count: core.pending, inputs: Object.fromEntries(core.inputValues) }),
    lossScale: JSON.stringify(options.scale === undefined ? null : { value: options.scale.value, streak: options.scale.streak }),
  };
}

/** Every array and scalar state by the name it has in a file; `pending` says whether accumulated gradients are among them. */
function slotsOf(core: Core, pending = core.pending): Map<string, Slot> {
  const out = new Map<string, Slot>();
  const places = [...core.roster.places].filter(([name]) => !core.removed.has(name));
  for (const [name, { member, index }] of places)
    out.set(name, { shape: shapeOf(member, index), array: member.stepper.arena.view('w', index) });
  for (const [name, { member, index }] of places) {
    const { arena, scalarStates } = member.stepper;
    for (const [state, kind] of member.program.states) {
      const key = `${prefix}${state}/${name}`;
      const form = member.program.forms.get(state) ?? wholeForm;
      const shape = form === wholeForm ? shapeOf(member, index) : dimensions(form, shapeOf(member, index));
      if (kind === 'array') out.set(key, { shape, array: arena.view(state, index) });
      else {
        const numbers = scalarStates.get(state) ?? new Float64Array(1);
        out.set(key, { shape: [], array: kind === 'tensor' ? numbers.subarray(index, index + 1) : numbers });
      }
    }
    if (pending > 0)
      out.set(`${prefix}${hidden.accumulated}/${name}`, {
        shape: shapeOf(member, index),
        array: arena.view(`input.${hidden.accumulated}`, index),
      });
  }
  return out;
}

function shapeOf({ stepper }: RosterMember, index: number): readonly number[] {
  return stepper.arena.tensors[index]?.shape ?? [];
}

function dimensions(form: string, shape: readonly number[]): readonly number[] {
  return [elementsOf(`${form.charAt(0) as 'r'}1`, shape), elementsOf(`1${form.charAt(1) as 'c'}`, shape)];
}

function store({ shape, array }: Slot): StoredArray {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  return { dtype: array instanceof Float32Array ? 'F32' : 'F64', shape, bytes };
}

/** What a file says, read and checked. */
interface Plan {
  readonly t: number;
  readonly hyper: ReadonlyMap<string, HyperValue>;
  readonly born: ReadonlyMap<RosterMember, number>;
  readonly frozen: readonly string[];
  readonly pending: number;
  readonly inputs: ReadonlyMap<string, number>;
  readonly scale: { readonly value: number; readonly streak: number } | null;
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
  const { parts, finish } = compare(core, checked(core, decodeHeader(bytes.subarray(lengthBytes, lengthBytes + length), bytes.length)));
  for (const { at, into } of parts) into.set(bytes.subarray(at, at + into.length));
  finish();
}

/** The same from a source, each array read straight into its place when all that can be checked has been. */
export async function restoreFrom(core: Core, source: CheckpointSource): Promise<void> {
  const { size } = source;
  const first = new Uint8Array(Math.min(lengthBytes, size));
  await source.read(0, first);
  const json = new Uint8Array(checked(core, headerLength(first, size)));
  await source.read(lengthBytes, json);
  const { parts, finish } = compare(core, checked(core, decodeHeader(json, size)));
  core.damage = () => new CheckpointError(core.name, ['an earlier load was not finished, so the arrays are half-read; load again']);
  for (const { at, into } of parts) await source.read(at, into);
  finish();
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
  for (const [name, value] of plan.inputs) core.inputValues.set(name, value);
  if (plan.scale !== null && core.options.scale !== undefined) Object.assign(core.options.scale, plan.scale);
  core.pending = plan.pending;
  core.steps = plan.t;
  core.damage = undefined;
  core.activate();
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

function readMetadata(core: Core, { metadata }: StoredFile, differences: string[]): Plan {
  if (metadata['thalweg'] !== version) {
    const found = metadata['thalweg'] === undefined ? 'not written by Thalweg' : `of version ${metadata['thalweg']}`;
    throw new CheckpointError(core.name, [`the file is ${found}, and this reads version ${version}`]);
  }
  if (metadata['optimizer'] !== core.name)
    differences.push(`the file is of ${metadata['optimizer'] ?? 'an unnamed optimizer'}, and this is ${core.name}`);
  else if (metadata['equations'] !== core.equations) differences.push(differingLine(metadata['equations'] ?? '', core.equations));
  const json = (key: string): Record<string, unknown> => {
    try {
      const value: unknown = JSON.parse(metadata[key] ?? '');
      if (typeof value === 'object') return (value ?? {}) as Record<string, unknown>;
    } catch {
      // Reported below, like any other value that is no object.
    }
    differences.push(`what the file says of ${key} cannot be read`);
    return {};
  };
  const whole = (value: unknown, what: string): number => {
    if (Number.isSafeInteger(value) && Number(value) >= 0) return Number(value);
    differences.push(`the file says that ${what} is ${describe(value)}`);
    return 0;
  };
  const t = whole(metadata['t'] === undefined ? undefined : Number(metadata['t']), 't');
  const hyper = readHyper(core, json('hyper'), differences);
  const bornByName = json('born');
  const born = new Map<RosterMember, number>();
  for (const [name, { member }] of core.roster.places) {
    if (core.removed.has(name)) continue;
    const step = Object.hasOwn(bornByName, name) ? whole(bornByName[name], `the birth of ${name}`) : 0;
    const others = born.get(member);
    if (others !== undefined && others !== step) {
      differences.push(
        `${name} was added after step ${String(step)}, and others here after step ${String(others)}; give it to add() after init()`,
      );
    }
    born.set(member, step);
  }
  const frozen = Object.values(json('frozen')).map(String);
  for (const name of frozen) if (!core.roster.places.has(name)) differences.push(`${name} is frozen in the file and not here`);
  const { count, inputs } = json('pending');
  const claimed = whole(count, 'the number of accumulated gradients');
  // A number that cannot be is not to be looked for: an optimizer that does not accumulate has no array for the gradients.
  const pending = claimed < core.options.accumulate ? claimed : 0;
  if (pending !== claimed)
    differences.push(
      `the file holds ${String(claimed)} accumulated gradients, and here every ${String(core.options.accumulate)} make a step`,
    );
  const means = Object.entries(typeof inputs === 'object' && inputs !== null ? inputs : {}).map(
    ([name, value]) => [name, Number(value)] as const,
  );
  const { value, streak } = json('lossScale');
  const scaled = value !== undefined;
  if (scaled !== (core.options.scale !== undefined))
    differences.push(`the file has ${scaled ? 'a' : 'no'} loss scale, and this has ${scaled ? 'none' : 'one'}`);
  if (scaled && !(Number(value) > 0)) differences.push(`the file says that the loss scale is ${describe(value)}`);
  const scale = scaled ? { value: Number(value), streak: whole(streak, 'the streak of the loss scale') } : null;
  return { t, hyper, born, frozen, pending, inputs: new Map(means), scale };
}

function readHyper(core: Core, saved: Readonly<Record<string, unknown>>, differences: string[]): Map<string, HyperValue> {
  const hyper = new Map<string, HyperValue>();
  for (const one of core.names) {
    const [slot] = one.slots;
    const range = slot === undefined ? undefined : core.live[slot.branch]?.range(slot.key);
    if (!Object.hasOwn(saved, one.name) || range === undefined) {
      differences.push(`the hyperparameter ${one.name} is not in the file`);
      continue;
    }
    const value = decodeHyper(saved[one.name]);
    if (typeof value === 'string') differences.push(`the hyperparameter ${one.name} ${value}`);
    else if (value === undefined) {
      if (typeof core.hyperValue(one) !== 'function')
        differences.push(`the hyperparameter ${one.name} was a function, which no file can hold; set it to that function before load()`);
    } else {
      try {
        hyper.set(one.name, checkHyper(core.name, one.name, value, range));
      } catch (error) {
        if (!(error instanceof ThalwegError)) throw error;
        differences.push(`the hyperparameter ${error.message.replace(`${core.name}: `, '')}`);
      }
    }
  }
  for (const name of Object.keys(saved)) {
    if (!core.names.some((one) => one.name === name)) differences.push(`the hyperparameter ${name} is in the file and not here`);
  }
  return hyper;
}

function differingLine(saved: string, here: string): string {
  const [a, b] = [saved.split('\n'), here.split('\n')];
  const i = a.findIndex((line, at) => line !== b[at]);
  const at = i < 0 ? a.length : i;
  return `the equations differ in line ${String(at + 1)}: ${a[at] ?? 'nothing'} in the file, ${b[at] ?? 'nothing'} here`;
}
