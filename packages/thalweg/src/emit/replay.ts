/**
 * Recorded steps: what a method does to a few weights in twenty steps, in float64, bit-identical to the `reference` backend; and the data for it, by rules
 * that any language reproduces exactly. Knows programs and arrays of plain numbers; no target.
 */
import { elementsOf, wholeForm } from '../language/form.ts';
import { inputVariable } from '../language/part.ts';
import type { Node } from '../language/graph.ts';
import type { Program } from '../language/program.ts';
import { isRegExp } from '../language/realm.ts';
import { gradient, parameter, type Variable } from '../language/variable.ts';
import { otherwise, type Match } from '../define/match.ts';
import { matches } from '../define/matches.ts';
import { isSchedule } from '../define/hyper.ts';
import type { Method } from '../define/method.ts';
import { programOf } from '../define/program.ts';
import { inType, type BoundPart, type MethodGroup } from '../define/recipe.ts';
import type { DType } from '../plan/dtype.ts';
import { withoutZero } from './model.ts';
import { kernelRules } from '../plan/kernel-rules.ts';
import { rewrite } from '../plan/rewrite.ts';
import { prepareRoutines } from '../plan/routines.ts';
import { hostConditions, specialize } from '../plan/specialize.ts';
import { FormTable } from '../language/form-table.ts';
import { jointSteps, type JointCohort } from '../targets/arrays/joint.ts';
import { numbersOf } from '../targets/arrays/numbers.ts';
import { ArrayStep } from '../targets/arrays/step.ts';

/** The parameters of a recording, and all weights after each step. */
export interface Recording {
  readonly tensors: readonly RecordedTensor[];
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

/** A parameter of a recording. */
export interface RecordedTensor {
  readonly name: string;
  readonly shape: readonly number[];
}

/** A matrix and a vector. `matricesOnly` is for methods that step no vectors. */
export function usualTensors(matricesOnly: boolean): readonly RecordedTensor[] {
  return matricesOnly ? [{ name: 'W', shape: [2, 3] }] : [{ name: 'W', shape: [2, 3] }, { name: 'b', shape: [2] }]; // prettier-ignore
}

/** Names and shapes of which each group takes some, as far as a name can be found that a group takes; `isOf` says whether it takes matrices alone. */
export function tensorsOfGroups({ name: owner, groups }: Method, isOf: (group: number) => boolean): readonly RecordedTensor[] {
  const shapes = [[2, 3], [2], [], [2, 1, 2]];
  const taken = new Set<string>();
  return groups.flatMap(({ match }, i) => {
    const names = [...namesFor(match), 'W', 'b', 'weight', 'bias', 'layers.0.weight', 'x'].filter((name) => !taken.has(name));
    const some = names.flatMap((name) => shapes.map((shape) => ({ name, shape })));
    // A parameter that two groups take belongs to none.
    const isOwn = (tensor: RecordedTensor): boolean =>
      groups.filter((one) => matches(owner, one.match, tensor)).length < 2 && groupOf(owner, groups, tensor) === i;
    const found = some.find((tensor) => isOwn(tensor) && (tensor.shape.length > 1 || !isOf(i)));
    if (found !== undefined) taken.add(found.name);
    return found === undefined ? [] : [found];
  });
}

/** Names that a match may take. */
function namesFor(match: Match): string[] {
  if (typeof match === 'string') return [match.replaceAll('*', '0'), match.replaceAll('*', '')];
  return isRegExp(match) ? (match.source.match(/[\w.]+/g) ?? []) : [];
}

/** The group that takes a tensor. */
function groupOf(owner: string, groups: Method['groups'], tensor: RecordedTensor): number {
  const found = groups.findIndex(({ match }) => matches(owner, match, tensor));
  return found < 0 ? groups.findIndex(({ match }) => match === otherwise) : found;
}

/** What is known of the tensors of a group while they are stepped. */
interface Stepped {
  readonly group: Method['groups'][number];
  readonly program: Program;
  readonly tensors: readonly RecordedTensor[];
  /** Their elements, counted over all tensors. */
  readonly elements: readonly (readonly number[])[];
  readonly writes: ReadonlyMap<Variable, Node>;
  readonly conditions: readonly Node[];
  readonly values: Map<Variable, readonly (readonly number[])[]>;
}

/** How a recording is made, if not in float64 on the usual gradients. */
export interface RecordOptions {
  readonly dtype?: DType;
  readonly scale?: number;
}

/** Takes the steps. */
export function record(
  method: Method,
  tensors: readonly RecordedTensor[],
  { dtype = 'float64', scale = scales.usual }: RecordOptions = {},
): Recording {
  const all = inType(method.groups, dtype);
  const groups = all.map((_, i) => i);
  const ofTensor = tensors.map((tensor) => (groups.length === 1 ? 0 : groupOf(method.name, method.groups, tensor)));
  let element = 0;
  const numbered = tensors.map(({ shape }) => Array.from({ length: elementsOf(wholeForm, shape) }, () => element++));
  const stepped = groups
    .filter((i) => ofTensor.includes(i))
    .map((i) => begin(all[i]!, dtype, tensors.filter((_, j) => ofTensor[j] === i), numbered.filter((_, j) => ofTensor[j] === i))); // prettier-ignore
  const weights = Array.from({ length: recordedSteps }, (_, before) => {
    step(stepped, before + 1, dtype, scale);
    const after = new Array<number>(element);
    for (const { elements, values } of stepped) elements.forEach((own, j) => own.forEach((at, k) => (after[at] = values.get(parameter)![j]![k]!))); // prettier-ignore
    return after;
  });
  return { tensors, weights };
}

function begin(group: MethodGroup, dtype: DType, tensors: readonly RecordedTensor[], elements: readonly (readonly number[])[]): Stepped {
  const program = programOf(group);
  const { graph, states } = program;
  const writes = prepareRoutines(graph, rewrite(program, dtype, kernelRules), states);
  const values = new Map<Variable, readonly (readonly number[])[]>([[parameter, elements.map((all) => all.map(weightOf))]]);
  for (const [state, { kind, form = wholeForm }] of states) {
    const each = tensors.map(({ shape }) => new Array<number>(kind === 'array' ? elementsOf(form, shape) : 1).fill(0));
    values.set(state, kind === 'array' || kind === 'tensor' ? each : [[0]]);
  }
  return { group, program, tensors, elements, writes, conditions: hostConditions(writes.values(), states), values };
}

/** Steps all groups together. */
function step(all: readonly Stepped[], t: number, dtype: DType, scale: number): void {
  const algebra = numbersOf(dtype);
  const cohorts = all.map(({ group, program, tensors, elements, writes, conditions, values }, index): JointCohort<readonly number[]> => {
    const g = elements.map((own) => own.map((i) => gradientOf(t, i, scale)));
    values.set(gradient, g);
    // A number is the loss, an array an estimate of curvature.
    for (const input of program.inputs) values.set(inputVariable(input), input.kind === 'scalar' ? [[lossOf(t)]] : g.map((own) => own.map((x) => x * x)));
    const hyper = new Map<string, readonly number[]>();
    const factors = new Map<string, readonly number[]>();
    for (const { key, name, part } of program.hyper) {
      const [value, factor] = valueAt(group.parts[part], name, t);
      hyper.set(key, [value]);
      factors.set(key, [factor]);
    }
    const given = { tensors, time: [t], hyper, factors, values };
    // What a condition of the step alone decides is decided first: the branch that is not taken is not computed.
    const plain = new ArrayStep(algebra, program, given);
    const outcomes = new Map(conditions.map((condition) => [condition, plain.of(condition)[0]?.[0] !== 0]));
    return { program, writes: specialize(program.graph, writes, outcomes, new FormTable(program.states)), group: index, given };
  });
  const after = jointSteps(algebra, cohorts).map((one, i) => one.written(cohorts[i]!.writes));
  after.forEach((written, i) => {
    for (const [variable, next] of written) all[i]!.values.set(variable, next);
  });
} // prettier-ignore

/** A hyperparameter's value at a step, and its schedule's over its base. */
function valueAt(part: BoundPart | undefined, name: string, t: number): readonly [value: number, factor: number] {
  const value = part?.values.get(name);
  if (isSchedule(value)) return [value.at(t), value.at(t) / value.base];
  return [typeof value === 'number' ? withoutZero(name, value) : NaN, 1];
}
