/**
 * A plan: what one step computes, in order, for one element type and one outcome of the host conditions. It has passes over arrays and a list of scalars
 * with the level at which each can be computed. `step.ts` orders the plans of all cohorts of an optimizer.
 */
import { wholeForm, type Form } from '../language/form.ts';
import { FormTable } from '../language/form-table.ts';
import { arrayOperands, isReduction, isRoutine, topological, variableOf, type Node } from '../language/graph.ts';
import { kinds, KindTable, type Kind } from '../language/kind.ts';
import { inputVariable } from '../language/part.ts';
import type { Program } from '../language/program.ts';
import { isRoutineOp } from '../language/op.ts';
import type { RoutineOp } from '../language/operations/routines.ts';
import { gradient, parameter, type Variable } from '../language/variable.ts';
import { boundsOf, type Bounds } from './bounds.ts';
import type { DType } from './dtype.ts';
import { exactWrites } from './exact.ts';
import { plain, type Quantization } from './format.ts';
import { levels, splitPasses, type Pass } from './passes.ts';
import { plainWrites } from './plain.ts';
import { routineArrays, scratchArrays, standing } from './routines.ts';
import { hostConditions, specialize } from './specialize.ts';

/** A scalar of the step: computed once (`host`, `all`, `group`) or for each tensor, when the sums below `level` are known. */
export interface ScalarSlot {
  readonly node: Node;
  readonly level: number;
  readonly kind: Kind;
  /** Whether it changes only when a hyperparameter does. */
  readonly fixed: boolean;
}

/** A routine on whole matrices: runs for each tensor when its operands are complete, before what has its level. */
export interface RoutineCall {
  readonly level: number;
  readonly op: RoutineOp;
  readonly operands: readonly FormedArray[];
  readonly scalars: readonly Node[];
  readonly result: FormedArray;
}

/** An array and its form. */
export interface FormedArray {
  readonly array: Variable;
  readonly form: Form;
}

/** One step for one outcome of the host conditions. */
export interface Plan {
  readonly dtype: DType;
  readonly passes: readonly Pass[];
  readonly routines: readonly RoutineCall[];
  /** Operands before users; the conditions are among them, so that a step can see whether this is still its plan. */
  readonly scalars: readonly ScalarSlot[];
  /** States that are scalars, with their values after the step. */
  readonly scalarWrites: ReadonlyMap<Variable, Node>;
  /** Is 0 unless some gradient is not finite; present when the step must check before it writes. */
  readonly gate: Node | undefined;
  readonly conditions: readonly Node[];
  /** How many nodes were looked at to place its writes. */
  readonly searched: number;
}

/** A program ready to be planned: rewritten for a type, with the conditions that choose the plan of a step. */
export interface Prepared {
  readonly program: Program;
  readonly dtype: DType;
  /** Each array element costs a check of the gradient before anything is written. */
  readonly gated: boolean;
  readonly conditions: readonly Node[];
  /** The scalars that the conditions need. */
  readonly scalars: readonly ScalarSlot[];
  readonly writes: ReadonlyMap<Variable, Node>;
  /** The arrays through which routines are given operands and give results. */
  readonly scratch: ReadonlyMap<Variable, Form>;
  /** The most that one pass of any variant needs. */
  readonly bounds: Bounds;
  /** The states with a format of their own. */
  readonly quantizations: ReadonlyMap<Variable, Quantization>;
}

/** How a program is to be prepared. */
export interface PrepareOptions {
  /** Check gradients before anything is written. */
  readonly gated?: boolean;
  /** The states with a format of their own. */
  readonly quantizations?: ReadonlyMap<Variable, Quantization>;
  /**
   * Whether the plan is the one that the exactness contract specifies, with its rules for reciprocals, cube roots, bounds and denormals, each of
   * which is a condition of the step (the default). Without them a step computes what the equations say, which is the same up to rounding, in
   * as few variants as these have: for code that people read and for frameworks that trace it.
   */
  readonly exact?: boolean;
}

/** Rewrites a program for arrays of `dtype` and finds its host conditions. */
export function prepare(
  program: Program,
  dtype: DType,
  { gated = false, quantizations = plain, exact = true }: PrepareOptions = {},
): Prepared {
  const writes = exact ? exactWrites(program, dtype) : plainWrites(program, dtype);
  const conditions = hostConditions(writes.values(), program.states);
  const table = new KindTable(program.states);
  return {
    program,
    dtype,
    gated,
    conditions,
    scalars: scalarSlots(conditions, table, levels(conditions)),
    writes,
    scratch: scratchArrays(writes, program.states),
    quantizations,
    bounds: boundsOf(writes, (written) => isArray(program, written), table, gated ? gatedArrays(program).length : 0),
  };
}

/** The plan for one outcome of the conditions, given in their order. */
export function planFor(variants: Prepared, outcomes: readonly boolean[]): Plan {
  const { program, dtype, gated } = variants;
  const decided = new Map(variants.conditions.map((condition, i) => [condition, outcomes[i] ?? false]));
  const writes = specialize(program.graph, variants.writes, decided);
  const kindTable = new KindTable(program.states);
  const gate = gated ? finiteGate(program) : undefined;
  const idle = ([written, node]: readonly [Variable, Node]): boolean => variableOf(node) === written;
  const entries = [...writes].filter((entry) => !idle(entry));
  const arrayWrites = new Map(entries.filter(([written]) => isArray(program, written)));
  const scalarWrites = new Map(entries.filter(([written]) => !isArray(program, written)));
  const roots = [...arrayWrites.values(), ...scalarWrites.values(), ...(gate === undefined ? [] : [gate])];
  const level = levels([...roots, ...variants.conditions]);
  // Where a condition took a number, the arrays of a routine keep the forms that they were made with.
  const { scratch } = variants;
  const forms = new FormTable(program.states, (node) => (isRoutine(node) ? scratch.get(routineArrays(node).result) : undefined));
  const routines = routineCalls(roots, level, (array, node) => scratch.get(array) ?? forms.of(node) ?? wholeForm);
  const stored = new Map([...arrayWrites, ...routines.operands]);
  const formOf = (written: Variable, node: Node): Form =>
    written === parameter ? wholeForm : (program.states.get(written)?.form ?? scratch.get(written) ?? forms.of(node) ?? wholeForm);
  const sums = topological(roots).filter(isReduction);
  const sumForm = (sum: Node): Form => sum.operands.map((operand) => forms.of(operand)).find((form) => form !== undefined) ?? wholeForm;
  const used = new Set([...[...stored].map(([written, node]) => formOf(written, node)), ...sums.map(sumForm)]);
  const split = [...used].map((form) =>
    splitPasses({
      dtype,
      form,
      writes: new Map([...stored].filter(([written, node]) => formOf(written, node) === form)),
      sums: sums.filter((sum) => sumForm(sum) === form),
      kinds: kindTable,
      level,
      firstWrite: gated ? 1 : 0,
      prompt: new Set(routines.operands.keys()),
      quantizations: variants.quantizations,
    }),
  );
  const passes = split.flatMap((one) => one.passes).sort((a, b) => a.level - b.level);
  const gates = gate === undefined ? [] : [gate];
  const passRoots = [...passes.flatMap((pass) => [...pass.scalars, ...pass.sums]), ...routines.calls.flatMap((call) => call.scalars)];
  const scalarRoots = [...variants.conditions, ...passRoots, ...scalarWrites.values(), ...gates];
  return {
    dtype,
    passes,
    routines: routines.calls,
    scalars: scalarSlots(scalarRoots, kindTable, level),
    scalarWrites,
    gate,
    conditions: variants.conditions,
    searched: split.reduce((sum, one) => sum + one.searched, 0),
  };
}

/** The routines that `roots` need, and the operands that have to be stored for them, by the array that they are stored in. */
function routineCalls(
  roots: readonly Node[],
  level: ReadonlyMap<Node, number>,
  formOf: (array: Variable, node: Node) => Form,
): { readonly calls: readonly RoutineCall[]; readonly operands: ReadonlyMap<Variable, Node> } {
  const operands = new Map<Variable, Node>();
  const formed = (array: Variable, node: Node): FormedArray => ({ array, form: formOf(array, node) });
  const calls = topological(roots).flatMap((node): RoutineCall[] => {
    if (!isRoutineOp(node.op)) return [];
    const names = routineArrays(node);
    const arrays = arrayOperands(node);
    const given = arrays.map((operand, i) => {
      const array = standing(operand) ?? names.operands[i] ?? names.result;
      if (standing(operand) === undefined) operands.set(array, operand);
      return formed(array, operand);
    });
    const scalars = node.operands.slice(arrays.length);
    return [{ level: level.get(node) ?? 0, op: node.op, operands: given, scalars, result: formed(names.result, node) }];
  });
  return { calls: calls.sort((a, b) => a.level - b.level), operands };
}

/** Whether what is assigned to a variable is an array. */
function isArray({ states }: Program, written: Variable): boolean {
  return written === parameter || states.get(written)?.kind === 'array';
}

/** What a check of the gradients has to read. */
function gatedArrays({ inputs }: Program): Variable[] {
  return [gradient, ...inputs.filter((input) => input.kind === 'tensor').map(inputVariable)];
}

/** Σ 0·g over all parameters, and over tensor inputs: 0 if every element is finite, else NaN. */
function finiteGate(program: Program): Node {
  const { graph } = program;
  const sums = gatedArrays(program).map((array) =>
    graph.reduce('sum', [graph.node('mul', [graph.variable('array', array), graph.constant(0)])], 'all'),
  );
  return sums.reduce((total, sum) => graph.node('add', [total, sum]));
}

/** All scalars that `roots` need, operands first; a sum's array operands belong to the passes. */
function scalarSlots(roots: readonly Node[], table: KindTable, level: ReadonlyMap<Node, number>): ScalarSlot[] {
  const slots = new Map<Node, ScalarSlot>();
  const operandsOf = (node: Node): readonly Node[] => (isReduction(node) ? [] : node.operands);
  for (const node of topological(roots, undefined, operandsOf)) {
    const varying = isReduction(node) || ['time', 'input', 'state', 'factor', 'shape'].includes(node.op);
    const fixed = !varying && operandsOf(node).every((operand) => slots.get(operand)?.fixed === true);
    slots.set(node, { node, level: level.get(node) ?? 0, kind: table.of(node), fixed });
  }
  return [...slots.values()].sort((a, b) => a.level - b.level || kinds.indexOf(a.kind) - kinds.indexOf(b.kind));
}
