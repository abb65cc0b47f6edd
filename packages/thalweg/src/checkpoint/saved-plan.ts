/**
 * What a checkpoint has besides its arrays: the optimizer's name and equations, t, hyperparameters, frozen parameters, when each parameter was added, and
 * the state of gradient accumulation and loss scaling. Written as texts; everything that is read back is checked before it is used.
 */
import { ThalwegError } from '../language/error.ts';
import { CheckpointError } from '../language/run-error.ts';
import { variable } from '../language/variable.ts';
import type { Core } from '../train/core.ts';
import { checkHyper, type HyperValue } from '../define/hyper.ts';
import { describe } from '../language/options.ts';
import type { TrainedCohort } from '../train/registry.ts';
import { conflicts } from './hyper-conflict.ts';
import { otherwiseTaken, type LoadOptions } from './load-options.ts';
import { namesIn, type StoredFile } from './safetensors.ts';
import { decodeHyper, decodeNumber, encodeHyper, encodeNumber } from './saved-hyper.ts';

const version = '1';
/** The most levels of a text: hyperparameters by name, a schedule, its constants. */
const deepest = 3;

/** The texts of a file. */
export function metadataOf(core: Core): Record<string, string> {
  const { options, registry } = core;
  const born = [...registry.places].filter(([, { cohort }]) => cohort.born > 0);
  const means =
    core.pending === 0
      ? []
      : numberInputs(core).map((name) => [name, encodeNumber(core.inputValues.get(variable('input', name)) ?? 0)] as const);
  return {
    thalweg: version,
    optimizer: core.name,
    equations: core.equations,
    maximize: String(options.maximize),
    t: String(core.steps),
    skipped: String(core.skipped),
    batches: String(core.batches),
    hyper: JSON.stringify(Object.fromEntries(core.names.map((one) => [one.name, encodeHyper(core.hyperValue(one))]))),
    configured: JSON.stringify(Object.fromEntries(core.names.map(({ name, value }) => [name, encodeHyper(value)]))),
    born: JSON.stringify(Object.fromEntries(born.map(([name, { cohort }]) => [name, cohort.born]))),
    frozen: JSON.stringify([...core.frozen]),
    pending: JSON.stringify({ count: core.pending, inputs: Object.fromEntries(means) }),
    lossScale: JSON.stringify(options.scale === undefined ? null : { value: options.scale.value, streak: options.scale.streak }),
  };
}

/** The inputs that are numbers, of which an accumulating optimizer keeps means. */
function numberInputs({ registry }: Core): string[] {
  return registry.inputs.filter(({ kind }) => kind === 'scalar').map(({ name }) => name);
}

/** What a file says, read and checked. */
export interface Plan {
  readonly t: number;
  readonly skipped: number;
  readonly batches: number;
  readonly hyper: ReadonlyMap<string, HyperValue>;
  readonly born: ReadonlyMap<TrainedCohort, number>;
  readonly frozen: readonly string[];
  readonly pending: number;
  readonly inputs: ReadonlyMap<string, number>;
  readonly scale: { readonly value: number; readonly streak: number } | undefined;
}

/** What changes nothing of an optimizer but that the window of accumulation is empty. */
export function planOf(core: Core): Plan {
  return {
    t: core.steps,
    skipped: core.skipped,
    batches: core.batches,
    hyper: new Map(),
    born: new Map(),
    frozen: [...core.frozen],
    pending: 0,
    inputs: new Map(),
    scale: undefined,
  };
}

/** What a file of another model says that may be of use: its t, when its parameters were added, what is frozen in it. */
export interface Story {
  readonly counts: Pick<Plan, 't' | 'skipped' | 'batches'>;
  readonly bornOf: (name: string) => number | undefined;
  readonly isFrozen: (name: string) => boolean;
  readonly hyper: Plan['hyper'];
  readonly scale: Plan['scale'];
}

/** Reads what may be of use here; undefined where the file was written by something else, or is of ascent where this is of descent. */
export function readStory(core: Core, { metadata }: StoredFile): Story | undefined {
  if (metadata['thalweg'] !== version || metadata['maximize'] !== String(core.options.maximize)) return undefined;
  const wrong: string[] = [];
  const counts = readCounts(core, new Doubt(metadata, wrong), 0);
  const { t } = counts;
  if (wrong.length > 0) throw new CheckpointError(core.name, wrong);
  // What does not fit is not of use, and no reason to refuse the rest.
  const doubt = new Doubt(metadata, []);
  const [born, frozen] = [doubt.record('born'), doubt.json('frozen')];
  return {
    counts,
    bornOf: (name) => {
      const step = Object.hasOwn(born, name) ? born[name] : 0;
      return typeof step === 'number' && Number.isSafeInteger(step) && step >= 0 && step <= t ? step : undefined;
    },
    isFrozen: (name) => Array.isArray(frozen) && frozen.includes(name),
    hyper: readHyper(core, doubt.record('hyper'), []),
    scale: core.options.scale === undefined ? undefined : readScale(core, doubt),
  };
}

/** Reads the texts of a file, and adds to `differences` whatever does not fit this optimizer. */
export function readMetadata(core: Core, { metadata }: StoredFile, whose: LoadOptions['hyper'], differences: string[]): Plan {
  if (metadata['thalweg'] !== version) {
    const found = metadata['thalweg'] === undefined ? 'not written by Thalweg' : `of version ${metadata['thalweg']}`;
    const other = 'it is a PyTorch checkpoint: load(file, { format: pytorch }), with pytorch from thalweg/pytorch, reads it';
    throw new CheckpointError(
      core.name,
      [`the file is ${found}, and this reads version ${version}`],
      metadata['pytorch'] === undefined ? otherwiseTaken : other,
    );
  }
  const doubt = new Doubt(metadata, differences);
  if (metadata['optimizer'] !== core.name)
    differences.push(`the file was saved by ${metadata['optimizer'] ?? 'an unnamed optimizer'}, and this optimizer is ${core.name}`);
  else if (metadata['equations'] !== core.equations) differences.push(differingLine(metadata['equations'] ?? '', core.equations));
  const maximize = String(core.options.maximize);
  if (metadata['maximize'] !== maximize)
    differences.push(`the file has maximize: ${metadata['maximize'] ?? 'nothing'}, and here it is ${maximize}`);
  const waiting = readPending(core, doubt);
  const counts = readCounts(core, doubt, waiting.pending);
  const hyper = whose === 'mine' ? new Map<string, HyperValue>() : readHyper(core, doubt.record('hyper'), differences);
  if (whose === undefined) differences.push(...conflicts(core, hyper, doubt.json('configured')));
  return {
    ...counts,
    hyper,
    born: readBirths(core, doubt, counts.t),
    frozen: readFrozen(core, doubt),
    ...waiting,
    scale: readScale(core, doubt),
  };
}

/** How many steps were taken and skipped, and how many batches came, of which so many wait for a step. */
function readCounts(core: Core, doubt: Doubt, waiting: number): Pick<Plan, 't' | 'skipped' | 'batches'> {
  const t = doubt.count('t', undefined);
  // Files of before these were counted: no step was skipped as far as they tell.
  return { t, skipped: doubt.count('skipped', 0), batches: doubt.count('batches', t * core.options.accumulate + waiting) };
}

/** The texts of a file as values of a kind, and where the complaints about them go. */
class Doubt {
  readonly differences: string[];
  private readonly metadata: Readonly<Record<string, string>>;

  constructor(metadata: Readonly<Record<string, string>>, differences: string[]) {
    this.metadata = metadata;
    this.differences = differences;
  }

  /** The text of `key` as JSON. */
  json(key: string): unknown {
    const text = this.metadata[key] ?? '';
    if (namesIn(text, deepest) === undefined) return undefined;
    try {
      return JSON.parse(text) as unknown;
    } catch {
      return undefined; // No caller takes it for a value.
    }
  }

  /** The text of `key` as an object. */
  record(key: string): Readonly<Record<string, unknown>> {
    const value = this.json(key);
    if (isRecord(value)) return value;
    this.differences.push(`${key} in the file cannot be read`);
    return {};
  }

  /** The text of `key` as a whole number from 0; `fallback` where there is none. */
  count(key: string, fallback: number | undefined): number {
    const text = this.metadata[key];
    if (text === undefined && fallback !== undefined) return fallback;
    return this.whole(/^\d+$/.test(text ?? '') ? Number(text) : text, key);
  }

  /** A whole number from 0. */
  whole(value: unknown, what: string): number {
    if (Number.isSafeInteger(value) && Number(value) >= 0) return Number(value);
    this.differences.push(`the file says that ${what} is ${describe(value)}`);
    return 0;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readBirths({ registry }: Core, doubt: Doubt, t: number): Map<TrainedCohort, number> {
  const saved = doubt.record('born');
  const born = new Map<TrainedCohort, number>();
  for (const [name, { cohort }] of registry.places) {
    const step = Object.hasOwn(saved, name) ? doubt.whole(saved[name], `the step after which ${name} was added`) : 0;
    if (step > t) doubt.differences.push(`${name} was added after step ${String(step)}, and the file was saved after step ${String(t)}`);
    const others = born.get(cohort);
    if (others !== undefined && others !== step) {
      doubt.differences.push(
        `${name} was added after step ${String(step)} in the file, and others of its group after step ${String(others)}; pass it to add() after init() here, too`,
      );
    }
    born.set(cohort, step);
  }
  return born;
}

function readFrozen({ registry }: Core, doubt: Doubt): string[] {
  const saved = doubt.json('frozen');
  if (!Array.isArray(saved)) {
    doubt.differences.push('frozen in the file cannot be read');
    return [];
  }
  return saved.map((name: unknown) => {
    if (typeof name === 'string' && registry.places.has(name)) return name;
    doubt.differences.push(`${typeof name === 'string' ? name : describe(name)} is frozen in the file and not here`);
    return '';
  });
}

function readPending(core: Core, doubt: Doubt): Pick<Plan, 'pending' | 'inputs'> {
  const { count, inputs } = doubt.record('pending');
  const claimed = doubt.whole(count, 'the number of accumulated batches');
  // A number that cannot be is not to be looked for: an optimizer that does not accumulate has no array for the gradients.
  const pending = claimed < core.options.accumulate ? claimed : 0;
  if (pending !== claimed)
    doubt.differences.push(
      `the file holds ${String(claimed)} accumulated batches, and accumulate is ${String(core.options.accumulate)} here`,
    );
  const means = new Map<string, number>();
  for (const name of pending === 0 ? [] : numberInputs(core)) {
    const mean = isRecord(inputs) && Object.hasOwn(inputs, name) ? decodeNumber(inputs[name]) : undefined;
    if (mean === undefined) doubt.differences.push(`the mean of the input ${name} over the accumulated batches is not in the file`);
    else means.set(name, mean);
  }
  return { pending, inputs: means };
}

function readScale({ options }: Core, doubt: Doubt): Plan['scale'] {
  const saved = doubt.json('lossScale');
  const scaled = isRecord(saved);
  if (!scaled && saved !== null) doubt.differences.push('lossScale in the file cannot be read');
  else if (scaled !== (options.scale !== undefined))
    doubt.differences.push(`the file has ${scaled ? 'a' : 'no'} loss scale, and this optimizer has ${scaled ? 'none' : 'one'}`);
  if (!scaled) return undefined;
  const { value, streak } = saved;
  if (typeof value === 'number' && value > 0 && Number.isFinite(value))
    return { value, streak: doubt.whole(streak, 'the number of steps in a row with finite gradients') };
  doubt.differences.push(`the file says that the loss scale is ${describe(value)}`);
  return undefined;
}

function readHyper(core: Core, saved: Readonly<Record<string, unknown>>, differences: string[]): Map<string, HyperValue> {
  const hyper = new Map<string, HyperValue>();
  for (const one of core.names) {
    const [slot] = one.slots;
    const range = slot === undefined ? undefined : core.live[slot.group]?.range(slot.key).text;
    if (!Object.hasOwn(saved, one.name) || range === undefined) {
      differences.push(`the hyperparameter ${one.name} is not in the file`);
      continue;
    }
    const value = decodeHyper(saved[one.name]);
    if (typeof value === 'string') differences.push(`the hyperparameter ${one.name} ${value}`);
    else if (value === undefined) {
      if (typeof core.hyperValue(one) !== 'function')
        differences.push(`the hyperparameter ${one.name} was a function, which a file cannot hold; assign that function before load()`);
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
