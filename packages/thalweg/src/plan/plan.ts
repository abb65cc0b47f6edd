/**
 * A plan: what one step does, in order, for one element type and one outcome of the host conditions. Made of passes over arrays and
 * a list of scalars with the time at which each can be computed. A plan is data; `runtime/` executes it and `lower/` compiles it.
 */
import { isReduction, printGraph, topological, type Node } from '../language/graph.ts';
import { kinds, KindTable, type Kind } from '../language/kind.ts';
import type { Program } from '../language/program.ts';
import type { DType } from './dtype.ts';
import { levels, splitPasses, type Pass } from './passes.ts';
import { rewrite } from './rewrite.ts';
import { hostConditions, specialise } from './specialise.ts';

/** A scalar of the step: computed once (`host`, `all`, `group`) or for each tensor, when the sums below `level` are known. */
export interface ScalarSlot {
  readonly node: Node;
  readonly level: number;
  readonly kind: Kind;
  /** Whether it changes only when a hyperparameter does. */
  readonly fixed: boolean;
}

/** One step for one outcome of the host conditions. */
export interface Plan {
  readonly dtype: DType;
  readonly passes: readonly Pass[];
  /** Operands before users; the conditions are among them, so that a step can see whether this is still its plan. */
  readonly scalars: readonly ScalarSlot[];
  /** States that are scalars, with their values after the step. */
  readonly scalarWrites: ReadonlyMap<string, Node>;
  /** Is 0 unless some gradient is not finite; present when the step must check before it writes. */
  readonly gate: Node | undefined;
  readonly conditions: readonly Node[];
}

/** A program ready to be planned: rewritten for a type, with the conditions that choose the plan of a step. */
export interface Variants {
  readonly program: Program;
  readonly dtype: DType;
  /** Each array element costs a check of the gradient before anything is written. */
  readonly gated: boolean;
  readonly conditions: readonly Node[];
  /** The scalars that the conditions need. */
  readonly scalars: readonly ScalarSlot[];
  readonly writes: ReadonlyMap<string, Node>;
}

/** Rewrites a program for arrays of `dtype` and finds its host conditions. */
export function prepare(program: Program, dtype: DType, gated: boolean): Variants {
  const writes = rewrite(program.graph, program.writes, program.states, dtype);
  const conditions = hostConditions(writes.values(), program.states);
  const table = new KindTable(program.states);
  return {
    program,
    dtype,
    gated,
    conditions,
    scalars: scalarSlots(conditions, table, levels(conditions)),
    writes,
  };
}

/** The plan for one outcome of the conditions, given in their order. */
export function planVariant(variants: Variants, outcomes: readonly boolean[]): Plan {
  const { program, dtype, gated } = variants;
  const decided = new Map(variants.conditions.map((condition, i) => [condition, outcomes[i] ?? false]));
  const writes = specialise(program.graph, variants.writes, program.states, decided);
  const kindTable = new KindTable(program.states);
  const gate = gated ? finiteGate(program) : undefined;
  const isArray = (name: string): boolean => name === 'w' || program.states.get(name) === 'array';
  const idle = ([name, node]: readonly [string, Node]): boolean =>
    (node.op === 'array' || node.op === 'state') && String(node.attribute) === name;
  const entries = [...writes].filter((entry) => !idle(entry));
  const arrayWrites = new Map(entries.filter(([name]) => isArray(name)));
  const scalarWrites = new Map(entries.filter(([name]) => !isArray(name)));
  const roots = [...arrayWrites.values(), ...scalarWrites.values(), ...(gate === undefined ? [] : [gate])];
  const level = levels([...roots, ...variants.conditions]);
  const sums = topological(roots).filter(isReduction);
  const passes = splitPasses({
    dtype,
    writes: arrayWrites,
    sums,
    kinds: kindTable,
    level,
    firstWrite: gated ? 1 : 0,
  });
  const gates = gate === undefined ? [] : [gate];
  const passRoots = passes.flatMap((pass) => [...pass.scalars, ...pass.sums]);
  const scalarRoots = [...variants.conditions, ...passRoots, ...scalarWrites.values(), ...gates];
  return {
    dtype,
    passes,
    scalars: scalarSlots(scalarRoots, kindTable, level),
    scalarWrites,
    gate,
    conditions: variants.conditions,
  };
}

/** Σ 0·g over all parameters, and over tensor inputs: 0 if every element is finite, else NaN. */
function finiteGate({ graph, inputs }: Program): Node {
  const arrays = ['g', ...inputs.filter((input) => input.kind === 'tensor').map((input) => `input.${input.name}`)];
  const sums = arrays.map((name) => graph.reduce('sum', [graph.node('mul', [graph.node('array', [], name), graph.constant(0)])], 'all'));
  return sums.reduce((total, sum) => graph.node('add', [total, sum]));
}

/** All scalars that `roots` need, operands first; a sum's array operands belong to the passes. */
function scalarSlots(roots: readonly Node[], table: KindTable, level: ReadonlyMap<Node, number>): ScalarSlot[] {
  const slots = new Map<Node, ScalarSlot>();
  const visit = (node: Node): boolean => {
    const known = slots.get(node);
    if (known !== undefined) return known.fixed;
    const varying = isReduction(node) || ['time', 'input', 'state', 'factor'].includes(node.op);
    const operands = isReduction(node) ? [] : node.operands;
    const fixed = operands.map(visit).every(Boolean) && !varying;
    slots.set(node, {
      node,
      level: level.get(node) ?? 0,
      kind: table.of(node),
      fixed,
    });
    return fixed;
  };
  roots.forEach(visit);
  return [...slots.values()].sort((a, b) => a.level - b.level || kinds.indexOf(a.kind) - kinds.indexOf(b.kind));
}

/** The plan as text, for THALWEG_DEBUG and tests. */
export function printPlan(plan: Plan): string {
  const scalarGraph = printGraph(
    new Map(plan.scalars.filter(({ node }) => !isReduction(node)).map(({ node }, i) => [`s${String(i)}`, node])),
  );
  const passes = plan.passes.map((pass, i) => {
    const arrays = pass.arrays.map((name, a) => `a${String(a)}=${name}`).join(' ');
    return `pass ${String(i)} (level ${String(pass.level)}; ${arrays})\n${pass.kernel.key}`;
  });
  return [`scalars\n${scalarGraph}`, ...passes].join('\n\n');
}
