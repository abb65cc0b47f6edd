/**
 * Takes in the arguments of a step: checks gradients and inputs, copies them, and adds up those of tied names. Every loop visits each parameter once,
 * whatever names it has, so its time is proportional to what was given.
 */
import { suggestion } from '../language/error.ts';
import { ArrayError } from '../language/run-error.ts';
import { parameter, variable } from '../language/variable.ts';
import type { GivenRows, TableRows } from './step/rows.ts';
import { checkArray, checkByName, isArray, isNumeric, type AnyArray } from './arrays.ts';
import type { Core } from './core.ts';
import { floatsOf, roundInto } from './half.ts';
import { describe, isRecord } from '../language/options.ts';
import { hidden } from './policy.ts';
import { checkRows, isRows } from './sparse.ts';
import type { AnyNested } from './views.ts';

/** Inputs by name: a number, or an array per parameter, in the structure of the parameters. */
export type Inputs = Readonly<Record<string, number | Readonly<Record<string, AnyNested<Float32Array | Float64Array>>>>>;

/** No inputs at all. */
export const noInputs: Inputs = {};

type Given = Readonly<Record<string, unknown>>;

/** Gradients by name, in whatever structure parameters have. Throws an ArrayError where they are given in another. */
export function gradientsByName(core: Core, handed: unknown): Given {
  checkByName(core.name, 'gradients are', handed);
  return core.named.tree.flatten(core.name, 'the gradients', handed);
}

/** Inputs with their arrays by name. Throws an ArrayError unless they are those that the equations declare. */
export function inputsByName(core: Core, inputs: Inputs): Inputs {
  const named = core.named.tree.isFlat || !isRecord(inputs) ? inputs : flatInputs(core, inputs);
  checkInputs(core, named);
  return named;
}

function flatInputs(core: Core, inputs: Inputs): Inputs {
  const flat = ([input, given]: readonly [string, unknown]) =>
    [input, isRecord(given) ? core.named.tree.flatten(core.name, `the arrays of ${input}`, given) : given] as const;
  return Object.fromEntries(Object.entries(inputs).map(flat)) as Inputs;
}

/** Throws an ArrayError unless there is a gradient for each parameter that is trained, under one of its names. */
export function checkGradients(core: Core, handed: Given): void {
  const { name: owner, registry, named } = core;
  for (const name of Object.keys(handed)) {
    const { cohort, index } = placeOf(core, name);
    const given = handed[name];
    if (given === undefined) continue;
    const { arena } = cohort.stepper;
    if (cohort.rows !== undefined) checkRows(owner, name, given, arena.tensors[index]?.shape ?? [], arena.view(parameter, index));
    else checkArray(owner, 'gradient', name, given, named.grads[name]);
  }
  for (const { stepper, rows, active } of registry.running) {
    if (rows !== undefined) continue;
    stepper.arena.tensors.forEach(({ name }, j) => {
      if (active !== undefined && active[j] !== true) return;
      if (!givenAs(core, name, handed)) throw new ArrayError(owner, name, `the gradient of ${name} is missing`);
    });
  }
}

function checkInputs(core: Core, inputs: Inputs): void {
  const { name: owner, registry } = core;
  const declared = registry.inputs;
  checkByName(owner, 'inputs are', inputs);
  for (const name of Object.keys(inputs)) {
    if (!declared.some((input) => input.name === name)) throw new ArrayError(owner, name, `there is no input ${name}`);
  }
  for (const { name, kind } of declared) {
    const value: unknown = Object.hasOwn(inputs, name) ? inputs[name] : undefined;
    if (kind === 'tensor') checkInput(core, name, value);
    else if (typeof value !== 'number')
      throw new ArrayError(owner, name, `each step needs the number ${name} after the gradients, { ${name} }, not ${describe(value)}`);
  }
}

/** Throws an ArrayError unless `arrays` holds one for each parameter that is trained and whose equations read this input. */
function checkInput(core: Core, input: string, arrays: unknown): asserts arrays is Given {
  const { name: owner, registry, named } = core;
  if (typeof arrays !== 'object' || arrays === null)
    throw new ArrayError(owner, input, `each step needs ${input}, an array for each parameter, after the gradients, { ${input} }`);
  checkByName(owner, `the arrays of ${input} are`, arrays);
  for (const name of Object.keys(arrays)) {
    placeOf(core, name);
    if (arrays[name] !== undefined) checkArray(owner, input, name, arrays[name], named.params[name]);
  }
  for (const { stepper, active } of registry.running) {
    if (!stepper.arena.has(variable('input', input))) continue;
    stepper.arena.tensors.forEach(({ name }, j) => {
      if (active !== undefined && active[j] !== true) return;
      const given = givenFor(core, name, arrays);
      if (given.length === 0) throw new ArrayError(owner, name, `the ${input} of ${name} is missing`);
      if (given.length === 1) return;
      const names = core.named.namesOf(name).join(' and ');
      throw new ArrayError(owner, name, `${names} are one parameter and were given different arrays as ${input}; give one`);
    });
  }
}

/** Copies gradients; different arrays for names of one parameter are added. */
export function copyGradients(core: Core, handed: Given): void {
  const { registry, named, options } = core;
  const ours = new Set<ArrayBufferLike>(registry.cohorts.map(({ stepper }) => stepper.arena.buffer));
  // A gradient that lies in our memory, but not where it belongs, might be overwritten before its turn.
  const apart = new Map<unknown, AnyArray | Uint16Array>();
  for (const name of Object.keys(handed)) {
    const array = handed[name];
    if (isNumeric(array) && ours.has(array.buffer) && !isSame(array, named.grads[name])) apart.set(array, array.slice());
  }
  for (const [name, { cohort }] of registry.places) {
    const view = cohort.rows === undefined ? named.grads[name] : undefined;
    if (view === undefined) continue;
    if (apart.size === 0 && !core.named.aliases.has(name)) {
      const only = own(handed, name);
      if (isNumeric(only) && !isSame(only, view)) view.set(only);
      continue;
    }
    const given = givenFor(core, name, handed).map((array) => apart.get(array) ?? array);
    const [first, ...others] = given.filter((array) => !isSame(array, view)).filter(isNumeric);
    if (first === undefined) continue;
    if (others.length + 1 === given.length) view.set(first);
    else others.unshift(first); // What lies in the view already is one of them.
    if (others.length > 0) add(view, others, options.half);
  }
}

/** Adds arrays to `view`; bits of half precision are rounded once. */
function add(view: AnyArray | Uint16Array, arrays: readonly (AnyArray | Uint16Array)[], half: Core['options']['half']): void {
  const codes = half === undefined ? undefined : (view as Uint16Array);
  const sum = half === undefined || codes === undefined ? view : floatsOf(half, codes);
  for (const array of arrays) {
    const numbers = half === undefined ? array : floatsOf(half, array as Uint16Array);
    for (let i = 0; i < sum.length; i++) sum[i]! += numbers[i]!;
  }
  if (half !== undefined && codes !== undefined) roundInto(half, codes, sum as Float32Array);
}

/** Takes the rows over that are given for sparse parameters, under any of their names; no others have a gradient. */
export function takeRows(core: Core, handed: Given): void {
  const { registry } = core;
  const given = new Map<TableRows, GivenRows[]>();
  for (const { rows } of registry.cohorts) if (rows !== undefined) given.set(rows, []);
  for (const [name, { cohort, index }] of registry.places) {
    const list = cohort.rows === undefined ? undefined : given.get(cohort.rows);
    if (list === undefined) continue;
    for (const rows of givenFor(core, name, handed)) {
      if (isRows(rows)) list.push({ tensor: index, indices: rows.indices, values: rows.values });
    }
  }
  for (const [rows, list] of given) rows.take(list);
}

/** Takes inputs over: numbers as their mean over the window, arrays as they are. */
export function takeInputs(core: Core, inputs: Inputs): void {
  const { options, inputValues, pending, registry } = core;
  if (options.scale !== undefined) inputValues.set(hidden.unscale, 1 / options.scale.value);
  if (inputs === noInputs) return;
  for (const [name, value] of Object.entries(inputs)) {
    const input = variable('input', name);
    if (typeof value === 'number') {
      const before = pending === 0 ? 0 : (inputValues.get(input) ?? 0);
      inputValues.set(input, pending === 0 ? value : before + (value - before) / (pending + 1));
      continue;
    }
    for (const [owner, array] of Object.entries(value)) {
      const { cohort, index } = registry.places.get(core.named.ownName(owner)) ?? {};
      if (!isArray(array) || cohort?.stepper.arena.has(input) !== true || index === undefined) continue;
      const view = cohort.stepper.arena.view(input, index);
      // A view from `opt.inputs` is filled already.
      if (!isSame(array, view)) view.set(array);
    }
  }
}

/** Where a parameter lives, given any of its names. Throws an ArrayError where there is none. */
export function placeOf(core: Core, name: string): NonNullable<ReturnType<Core['registry']['places']['get']>> {
  const place = core.registry.places.get(core.named.ownName(name));
  if (place === undefined) {
    throw new ArrayError(core.name, name, `there is no parameter ${name}${suggestion(name, core.named.tree.names)}`);
  }
  return place;
}

/** Whether something was given under a name of a parameter. */
function givenAs(core: Core, name: string, handed: Given): boolean {
  return own(handed, name) !== undefined || core.named.aliases.get(name)?.some((alias) => own(handed, alias) !== undefined) === true;
}

/** What was given under the names of a parameter, each array or list of rows once. */
export function givenFor(core: Core, name: string, handed: Given): unknown[] {
  if (!core.named.aliases.has(name)) {
    const only = own(handed, name);
    return only === undefined ? [] : [only];
  }
  const seen = new Map<unknown, Set<unknown>>();
  return core.named.namesOf(name).flatMap((one) => {
    const given = own(handed, one);
    if (given === undefined) return [];
    const [memory, place] = isRows(given) ? [given.indices, given.values] : isNumeric(given) ? [given.buffer, given.byteOffset] : [];
    const places = seen.get(memory) ?? new Set();
    if (places.has(place)) return [];
    seen.set(memory, places.add(place));
    return [given];
  });
}

/** What an object holds itself under a name. */
function own(handed: Given, name: string): unknown {
  return Object.hasOwn(handed, name) ? handed[name] : undefined;
}

/** Whether two arrays of one length are the same memory. */
function isSame(a: unknown, b: AnyArray | Uint16Array | undefined): boolean {
  return a === b || (isNumeric(a) && a.buffer === b?.buffer && a.byteOffset === b.byteOffset);
}
