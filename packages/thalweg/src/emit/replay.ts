/**
 * Steps to replay: what a method does to a few weights in twenty steps, in float64, with the bits of the `reference` backend; and the data it is given, by rules
 * that any language follows exactly. Knows programs and arrays of plain numbers; no target.
 */
import { elementsOf, wholeForm } from '../language/form.ts';
import { inputVariable } from '../language/part.ts';
import { gradient, parameter, type Variable } from '../language/variable.ts';
import { isSchedule } from '../define/hyper.ts';
import type { Method } from '../define/method.ts';
import { programOf } from '../define/program.ts';
import type { BoundPart } from '../define/recipe.ts';
import { withoutZero } from './model.ts';
import { rewrite } from '../plan/rewrite.ts';
import { prepareRoutines } from '../plan/routines.ts';
import { hostConditions, specialize } from '../plan/specialize.ts';
import { FormTable } from '../language/form-table.ts';
import { numbersOf } from '../targets/arrays/numbers.ts';
import { ArrayStep } from '../targets/arrays/step.ts';

/** The parameters of a recording, and all weights after each step. */
export interface Recording {
  readonly tensors: readonly { readonly name: string; readonly shape: readonly number[] }[];
  readonly weights: readonly (readonly number[])[];
}

/** How many steps are recorded. */
export const recordedSteps = 20;

/** The rules of the data for element `i`, counted over all parameters, as formulas that mean the same in JavaScript, Python and C. */
export const rules = {
  weight: '((i * 7 + 3) % 11 - 5) / 4',
  gradient: '((t * 5 + i * 7) % 13 - 6) / 8',
  loss: '2 + t % 3 / 4',
} as const;

const weightOf = (i: number): number => (((i * 7 + 3) % 11) - 5) / 4;
const gradientOf = (t: number, i: number, scale: number): number => (((t * 5 + i * 7) % 13) - 6) / scale;
const lossOf = (t: number): number => 2 + (t % 3) / 4;

/** By what gradients are divided in those rules, and where rounding of float32 must be small beside ε: a gradient in its own eigenbasis is zero but for rounding. */
export const scales = { usual: 8, small: 2 ** 17 } as const;

/** Takes the steps. `matricesOnly` is for methods that step no vectors. */
export function record(method: Method, matricesOnly: boolean, scale: number = scales.usual): Recording {
  const [group] = method.groups;
  if (group === undefined) throw new RangeError(`${method.name} has no parameters`);
  const program = programOf(group);
  const tensors = matricesOnly ? [{ name: 'W', shape: [2, 3] }] : [{ name: 'W', shape: [2, 3] }, { name: 'b', shape: [2] }]; // prettier-ignore
  const { graph, states } = program;
  const writes = prepareRoutines(graph, rewrite(program, 'float64'), states);
  const conditions = hostConditions(writes.values(), states);
  let element = 0;
  const numbered = tensors.map(({ shape }) => Array.from({ length: elementsOf(wholeForm, shape) }, () => element++));
  const values = new Map<Variable, readonly (readonly number[])[]>([[parameter, numbered.map((all) => all.map(weightOf))]]);
  for (const [state, { kind, form = wholeForm }] of program.states) {
    const each = tensors.map(({ shape }) => new Array<number>(kind === 'array' ? elementsOf(form, shape) : 1).fill(0));
    values.set(state, kind === 'array' || kind === 'tensor' ? each : [[0]]);
  }
  const weights = Array.from({ length: recordedSteps }, (_, before) => {
    const t = before + 1;
    const g = numbered.map((all) => all.map((i) => gradientOf(t, i, scale)));
    values.set(gradient, g);
    // A number is the loss, an array an estimate of curvature.
    for (const input of program.inputs)
      values.set(inputVariable(input), input.kind === 'scalar' ? [[lossOf(t)]] : g.map((all) => all.map((x) => x * x)));
    const hyper = new Map<string, readonly number[]>();
    const factors = new Map<string, readonly number[]>();
    for (const { key, name, part } of program.hyper) {
      const [value, factor] = valueAt(group.parts[part], name, t);
      hyper.set(key, [value]);
      factors.set(key, [factor]);
    }
    const step = new ArrayStep(numbersOf('float64'), program, { tensors, time: [t], hyper, factors, values });
    // What a condition of the step alone decides is decided first: the branch that is not taken is not computed.
    const outcomes = new Map(conditions.map((condition) => [condition, step.of(condition)[0]?.[0] !== 0]));
    const after = step.written(specialize(graph, writes, outcomes, new FormTable(states)));
    for (const [written, next] of after) values.set(written, next);
    return values.get(parameter)!.flat();
  });
  return { tensors, weights };
}

/** A hyperparameter's value at a step, and its schedule's over its base. */
function valueAt(part: BoundPart | undefined, name: string, t: number): readonly [value: number, factor: number] {
  const value = part?.values.get(name);
  if (isSchedule(value)) return [value.at(t), value.at(t) / value.base];
  return [typeof value === 'number' ? withoutZero(name, value) : NaN, 1];
}
