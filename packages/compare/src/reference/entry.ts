/** What there is to say of each optimizer and transform of the library: from its definition, and from notes that a script has measured. */
import * as thalweg from 'thalweg';
import type { Note } from './note.ts';
import measured from './notes.json' with { type: 'json' };

/** A hyperparameter as its definition declares it. */
export interface HyperRow {
  readonly option: string;
  readonly symbol: string;
  /** The default; NaN where there is none. */
  readonly fallback: number;
  readonly range: string;
}

/** An optimizer or transform of the library. */
export interface Entry {
  readonly name: string;
  readonly equations: readonly string[];
  readonly latex: string;
  readonly hyper: readonly HyperRow[];
  /** Options that are words or switches, with their choices, the default first. */
  readonly choices: readonly (readonly [option: string, choices: readonly string[]])[];
  readonly inputs: readonly string[];
  /** What it keeps from step to step: state and size, as words. */
  readonly memory: readonly string[];
  readonly note: Note;
}

/** Written by `npm run reference`. */
const notes: Readonly<Record<string, Note>> = measured;

const sizes: Readonly<Record<string, string>> = {
  rc: 'a parameter',
  r1: 'a row',
  '1c': 'a column',
  rr: 'a pair of rows',
  cc: 'a pair of columns',
};

/** A state and its size, in words. */
function sizeOf({ symbol, kind, form }: thalweg.InspectedState): string {
  const size = form !== undefined ? (sizes[form] ?? form) : kind === 'tensor' ? 'a tensor' : 'a group';
  return `${symbol.name}: one number ${size}`;
}

/** What has an entry, in alphabetical order. */
const named = Object.entries(thalweg)
  .flatMap(([name, value]) => {
    const note = notes[name];
    return note === undefined || typeof value !== 'function' ? [] : [{ name, value, note }];
  })
  .sort((a, b) => a.name.localeCompare(b.name));

/** The names of all optimizers and transforms of the library, in alphabetical order. */
export const entryNames: readonly string[] = named.map(({ name }) => name);

let made: readonly Entry[] | undefined;

/** Every optimizer and transform of the library, in alphabetical order. Their equations are read when this is first called, and kept. */
export function entries(): readonly Entry[] {
  made ??= named.map(({ name, value, note }) => describe(name, value, note));
  return made;
}

interface Declared {
  readonly hyper: Readonly<Record<string, thalweg.HyperDeclaration>>;
  readonly variants?: Readonly<Record<string, thalweg.VariantDeclaration>>;
}

/** A method with its defaults, made by a factory, or by a function of one number such as `clipByGlobalNorm`. */
function methodOf(make: unknown, declared: Declared | undefined): thalweg.Method {
  return declared === undefined ? (make as (number: number) => thalweg.Method)(1) : (make as () => thalweg.Method)();
}

function describe(name: string, make: object, note: Note): Entry {
  const declared = 'definition' in make ? (make.definition as Declared) : undefined;
  const method = methodOf(make, declared);
  const parts = thalweg.inspect(method).groups.flatMap((group) => group.parts);
  const states = parts.flatMap((part) => part.states);
  const whole = states.filter(({ form }) => form === 'rc').length;
  const bytes = `${String(4 * whole)} bytes a parameter in float32, ${String(8 * whole)} in float64`;
  const together =
    states.length === whole
      ? `together ${bytes}`
      : states.some(({ form }) => form === 'rr' || form === 'cc')
        ? `those of each parameter together ${bytes}`
        : `together ${bytes}, and little besides`;
  return {
    name,
    equations: parts.flatMap(({ equations }) => equations.map(({ text }) => text)),
    latex: method.latex(),
    hyper: parts.flatMap(({ hyper }) =>
      hyper.map(({ option, symbol, fallback, range }) => ({ option, symbol, range, fallback: declared === undefined ? NaN : fallback })),
    ),
    choices: Object.entries(declared?.variants ?? {}).map(
      ([option, words]) => [option, words === false ? ['false', 'true'] : words] as const,
    ),
    inputs: method.inputs,
    memory: [...states.map(sizeOf), ...(whole === 0 ? [] : [together])],
    note,
  };
}
