/**
 * What a PyTorch file has besides its arrays, as one JSON text under `pytorch`: the param groups, and the entries of `state_dict()` that are not arrays.
 * Written by `thalweg_checkpoint.py` and by `write.ts`; checked when read. Knows no optimizer.
 */
import { describe, isRecord } from '../language/options.ts';
import { namesIn } from '../checkpoint/safetensors.ts';
import type { Plain } from './families.ts';

/** A param group: its optimizer's class, the names of its parameters, and its options. */
export interface FileGroup {
  readonly optimizer: string;
  readonly params: readonly string[];
  readonly options: Readonly<Record<string, Plain>>;
}

/** What a file says. Parameters are called as the first of the names that PyTorch has for them. */
export interface Layout {
  readonly groups: readonly FileGroup[];
  /** Second names of tied parameters, each with the first. */
  readonly ties: Readonly<Record<string, string>>;
  /** Parameters that need no gradient. */
  readonly frozen: readonly string[];
  /** Steps of each parameter, where its optimizer counts them. */
  readonly step: Readonly<Record<string, number>>;
  /** Steps that were taken in all; null where nobody said. */
  readonly steps: number | null;
}

/** The most levels: the whole, the groups, a group, a list in it. */
const deepest = 4;

/** The text of a layout. */
export function writeLayout({ groups, ...rest }: Layout): string {
  return JSON.stringify({
    groups: groups.map(({ optimizer, params, options }) => ({ optimizer, ...options, params })),
    ...rest,
  });
}

/** Reads what a file says, or tells what is wrong with it. */
export function readLayout(text: string): Layout | string {
  const found = parse(text);
  if (!isRecord(found)) return 'pytorch in the file cannot be read';
  const { groups, ties = {}, frozen = [], step = {}, steps = null } = found;
  if (!Array.isArray(groups)) return 'the file has no list of param groups';
  const read = groups.map(readGroup);
  const wrong = read.find((one) => typeof one === 'string');
  if (wrong !== undefined) return wrong;
  const params = read.flatMap((one) => (typeof one === 'string' ? [] : one.params));
  const twice = params.find((name, i) => params.indexOf(name) !== i);
  if (twice !== undefined) return `the parameter ${twice} is in two param groups of the file`;
  if (!isRecordOf(ties, (one) => typeof one === 'string')) return 'ties in the file is not an object of names';
  if (!isListOf(frozen, (one) => typeof one === 'string')) return 'frozen in the file is not a list of names';
  if (!isRecord(step)) return 'step in the file is not an object';
  for (const [name, count] of Object.entries(step)) if (!isCount(count)) return `the file says that step of ${name} is ${describe(count)}`;
  if (!isRecordOf(step, isCount)) return 'step in the file is not an object of whole numbers';
  if (steps !== null && !isCount(steps)) return `the file says that steps is ${describe(steps)}`;
  return { groups: read.filter((one) => typeof one !== 'string'), ties, frozen, step, steps };
}

function parse(text: string): unknown {
  if (namesIn(text, deepest) === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // No caller takes it for a layout.
  }
}

function readGroup(group: unknown, index: number): FileGroup | string {
  const which = `the param group ${String(index)} of the file`;
  if (!isRecord(group)) return `${which} is ${describe(group)}`;
  const { optimizer, params, ...options } = group;
  if (typeof optimizer !== 'string') return `${which} does not say the class of its optimizer`;
  if (!isListOf(params, (one) => typeof one === 'string')) return `${which} has no list of names, params`;
  const names = new Set(params);
  if (names.size !== params.length) return `${which} has a parameter twice`;
  for (const [key, value] of Object.entries(options)) if (!isPlain(value)) return `${which} has ${key} ${describe(value)}`;
  return isRecordOf(options, isPlain) ? { optimizer, params, options } : which;
}

function isPlain(value: unknown): value is Plain {
  return value === null || ['number', 'string', 'boolean'].includes(typeof value) || isListOf(value, (one) => typeof one === 'number');
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isListOf<T>(value: unknown, is: (one: unknown) => one is T): value is readonly T[] {
  return Array.isArray(value) && value.every(is);
}

function isRecordOf<T>(value: unknown, is: (one: unknown) => one is T): value is Readonly<Record<string, T>> {
  return isRecord(value) && Object.values(value).every(is);
}
