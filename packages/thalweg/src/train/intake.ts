/** Takes in what a step is given: checks gradients and inputs, then copies, adds up and averages them. */
import { ArrayError } from '../language/error.ts';
import { gradient, variable } from '../language/variable.ts';
import { checkArrays, isNumeric } from './arrays.ts';
import type { Core } from './core.ts';
import { floatsOf, roundInto } from './half.ts';
import { hidden } from './policy.ts';
import { checkRows, Rows } from './sparse.ts';

/** Inputs by name: a number, or an array per parameter. */
export type Inputs = Readonly<Record<string, number | Readonly<Record<string, Float32Array | Float64Array>>>>;

/** No inputs at all. */
export const noInputs: Inputs = {};

/** Throws an ArrayError unless there is a gradient for each parameter that is trained, one of two names sufficing where names are tied. */
export function checkGradients(core: Core, handed: Readonly<Record<string, unknown>>): void {
  const { name, roster, gradientViews, frozen, ties } = core;
  const dense = roster.hasTables ? checkTables(core, handed) : handed;
  const viaTie = (parameter: string): boolean => [...ties].some(([alias, to]) => to === parameter && Object.hasOwn(handed, alias));
  const wanted = (parameter: string): boolean => !frozen.has(parameter) && !ties.has(parameter) && !viaTie(parameter);
  checkArrays(name, 'gradient', dense, gradientViews, wanted);
}

/** Throws an ArrayError unless sparse parameters are given rows; returns what is given for the others. */
function checkTables({ name, roster, views, ties }: Core, handed: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const dense: Record<string, unknown> = {};
  for (const [parameter, given] of Object.entries(handed)) {
    const place = roster.places.get(ties.get(parameter) ?? parameter);
    const view = views[parameter];
    if (place?.member.rows === undefined || view === undefined) dense[parameter] = given;
    else if (given !== undefined) checkRows(name, parameter, given, place.member.stepper.arena.tensors[place.index]?.shape ?? [], view);
  }
  return dense;
}

/** Throws an ArrayError unless the inputs are those that the equations declare. */
export function checkInputs({ name: owner, roster, views, frozen }: Core, inputs: Inputs): void {
  const declared = roster.inputs;
  if (inputs === noInputs && declared.length === 0) return;
  for (const name of Object.keys(inputs)) {
    if (!declared.some((input) => input.name === name)) throw new ArrayError(owner, name, `there is no input ${name}`);
  }
  for (const { name, kind } of declared) {
    const value = inputs[name];
    if (kind === 'scalar' && typeof value !== 'number') {
      throw new ArrayError(owner, name, `each step needs the number ${name}: step(gradients, { ${name} })`);
    }
    if (kind === 'tensor' && typeof value !== 'object') {
      throw new ArrayError(owner, name, `each step needs ${name}, an array for each parameter: step(gradients, { ${name} })`);
    }
    if (typeof value !== 'object') continue;
    const reads = (parameter: string): boolean => roster.places.get(parameter)?.member.stepper.arena.has(variable('input', name)) === true;
    checkArrays(owner, name, value, views, (parameter) => !frozen.has(parameter) && reads(parameter));
  }
}

/** Copies gradients; those of tied names are added. */
export function copyGradients({ ties, gradientViews, options }: Core, handed: Readonly<Record<string, unknown>>): void {
  const { half } = options;
  for (const [name, array] of Object.entries(handed)) {
    const view = gradientViews[name];
    if (isNumeric(array) && view !== undefined && array !== view && !ties.has(name)) view.set(array);
  }
  for (const [name, to] of ties) {
    const [array, view] = [handed[name], gradientViews[to]];
    if (!isNumeric(array) || view === undefined) continue;
    if (handed[to] === undefined) view.set(array);
    else if (half !== undefined && view instanceof Uint16Array && array instanceof Uint16Array) {
      const sum = floatsOf(half, view);
      floatsOf(half, array).forEach((x, i) => (sum[i]! += x));
      roundInto(half, view, sum);
    } else for (let i = 0; i < view.length; i++) view[i] = view[i]! + array[i]!;
  }
}

/** Takes the rows over that are given for sparse parameters, under their own names and those tied to them; no others have a gradient. */
export function takeRows({ ties, roster }: Core, handed: Readonly<Record<string, unknown>>): void {
  if (!roster.hasTables) return;
  const given = Object.entries(handed).flatMap(([name, rows]) => {
    const place = roster.places.get(ties.get(name) ?? name);
    return place !== undefined && rows instanceof Rows ? [{ ...place, rows }] : [];
  });
  for (const { rows: tables } of roster.members) {
    tables?.take(
      given
        .filter(({ member }) => member.rows === tables)
        .map(({ index, rows: { indices, values } }) => ({ tensor: index, indices, values })),
    );
  }
}

/** Takes inputs over: numbers as their mean since the last step, arrays as they are. */
export function takeInputs({ options, inputValues, pending, roster }: Core, inputs: Inputs): void {
  if (options.scale !== undefined) inputValues.set(hidden.unscale, 1 / options.scale.value);
  if (inputs === noInputs) return;
  for (const [name, value] of Object.entries(inputs)) {
    const input = variable('input', name);
    if (typeof value === 'number') {
      const before = pending === 0 ? 0 : (inputValues.get(input) ?? 0);
      inputValues.set(input, pending === 0 ? value : before + (value - before) / (pending + 1));
      continue;
    }
    for (const [parameter, array] of Object.entries(value)) {
      const { member, index } = roster.places.get(parameter) ?? {};
      if (member?.stepper.arena.has(input) !== true || index === undefined) continue;
      const view = member.stepper.arena.view(input, index);
      // A view from `opt.inputs` is filled already.
      if (array.buffer !== view.buffer || array.byteOffset !== view.byteOffset) view.set(array);
    }
  }
}

/** Adds the gradients to those since the last step. Returns whether it is time for a step. */
export function accumulateGradients(core: Core): boolean {
  for (const { stepper } of core.roster.running) {
    const { arena } = stepper;
    arena.tensors.forEach((_, j) => {
      const sum = arena.view(hidden.accumulated, j);
      const g = arena.values(gradient, j);
      if (core.pending === 0) sum.set(g);
      else for (let i = 0; i < sum.length; i++) sum[i]! += g[i]!;
    });
  }
  core.pending = (core.pending + 1) % core.options.accumulate;
  return core.pending === 0;
}
