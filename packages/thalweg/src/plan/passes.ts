/**
 * Splits array work into passes. A sum must be complete before what depends on it, so nodes have levels, and pass q runs after the sums of level q are
 * known. A temporary is recomputed rather than stored, but never from an array that was overwritten: each write may be put in any pass from its own level
 * on (`placement.ts` chooses). Writing everything in the last pass is always possible, so no temporary ever needs memory of its own.
 */
import type { Form } from '../language/form.ts';
import { isReduction, isRoutine, topological, variableOf, type Node } from '../language/graph.ts';
import { isComparison, isElementOp } from '../language/op.ts';
import type { Variable } from '../language/variable.ts';
import { isScaled, scalesOf } from './format.ts';
import { makeKernel, type Coded, type Instruction, type Kernel } from './kernel.ts';
import { placeWrites, type Placement, type Work } from './placement.ts';
import { routineArrays } from './routines.ts';

/** A kernel with what its numbered arrays, scalars and sums are. */
export interface Pass {
  /** Runs when the sums of all lower levels are known. */
  readonly level: number;
  readonly kernel: Kernel;
  /** The form of all its arrays. */
  readonly form: Form;
  readonly arrays: readonly Variable[];
  readonly scalars: readonly Node[];
  readonly sums: readonly Node[];
}

/** The level of each node: how many sums and routines must be complete, one after the other, before it can be computed. */
export function levels(roots: Iterable<Node>): Map<Node, number> {
  const level = new Map<Node, number>();
  for (const node of topological(roots)) {
    const below = node.operands.reduce((most, operand) => Math.max(most, level.get(operand) ?? 0), 0);
    level.set(node, isReduction(node) || isRoutine(node) ? below + 1 : below);
  }
  return level;
}

/** The passes of a program, in order; passes with nothing to do are left out. `searched` counts the nodes that the search for placements looked at. */
export function splitPasses(work: Work): { readonly passes: readonly Pass[]; readonly searched: number } {
  const { writes, sums, level, firstWrite, prompt } = work;
  const levelOf = (target: Variable, node: Node): number => Math.max(prompt.has(target) ? 0 : firstWrite, level.get(node) ?? 0);
  const used = [...[...writes].map(([target, node]) => levelOf(target, node)), ...sums.map((sum) => (level.get(sum) ?? 1) - 1)];
  const last = used.reduce((most, one) => Math.max(most, one), 0);
  const { placement, work: searched } = placeWrites(work, last);
  const passes: Pass[] = [];
  for (let q = 0; q <= last; q++) {
    const emitter = new PassEmitter(work, placement, q);
    for (const sum of sums) if ((level.get(sum) ?? 1) - 1 === q) emitter.sum(sum);
    for (const [target, node] of writes) if (placement.get(target) === q) emitter.store(target, node);
    if (!emitter.empty) passes.push(emitter.pass());
  }
  return { passes, searched };
}

/** Emits the code of one pass, each node once. */
class PassEmitter {
  private readonly work: Work;
  private readonly placement: Placement;
  private readonly q: number;
  private readonly code: Instruction[] = [];
  private readonly arrays: Variable[] = [];
  private readonly scalars: Node[] = [];
  private readonly sums: Node[] = [];
  private readonly values = new Map<Node, number>();
  private readonly stores: Instruction[] = [];
  /** Values that earlier passes left in arrays. */
  private readonly stored = new Map<Node, Variable>();

  constructor(work: Work, placement: Placement, q: number) {
    this.work = work;
    this.placement = placement;
    this.q = q;
    for (const [name, node] of work.writes) {
      const exact = !work.quantizations.has(name) && work.kinds.of(node) === 'array';
      if ((placement.get(name) ?? q) < q && exact) this.stored.set(node, name);
    }
  }

  get empty(): boolean {
    return this.sums.length === 0 && this.stores.length === 0;
  }

  sum(node: Node): void {
    if (node.op !== 'sum' && node.op !== 'dot') throw new RangeError(`${node.op} is no sum`);
    this.code.push({
      op: node.op,
      operands: node.operands.map((operand) => this.value(operand)),
      sum: this.sums.push(node) - 1,
    });
  }

  store(target: Variable, node: Node): void {
    const operand = this.value(node);
    this.stores.push({ op: 'store', array: this.array(target), operand, coded: this.coded(target, true) });
  }

  pass(): Pass {
    const { arrays, scalars, sums } = this;
    return {
      level: this.q,
      kernel: makeKernel(this.work.dtype, [...this.code, ...this.stores]),
      form: this.work.form,
      arrays,
      scalars,
      sums,
    };
  }

  private value(node: Node): number {
    for (const part of topological([node], this.values, (one) => (this.isGiven(one) ? [] : one.operands)))
      this.values.set(part, this.make(part));
    return this.values.get(node) ?? 0;
  }

  /** Whether a node is loaded or comes from the host, instead of being computed in the pass. */
  private isGiven(node: Node): boolean {
    return this.stored.has(node) || this.work.kinds.of(node) !== 'array' || isRoutine(node);
  }

  private make(node: Node): number {
    const left = this.stored.get(node);
    if (left !== undefined) return this.emit({ op: 'load', array: this.array(left) });
    if (this.work.kinds.of(node) !== 'array') return this.scalar(node);
    if (isRoutine(node)) return this.emit({ op: 'load', array: this.array(routineArrays(node).result) });
    const given = variableOf(node);
    if (given !== undefined) {
      if ((this.placement.get(given) ?? this.q) < this.q) throw new RangeError(`${String(given)} is read after it was overwritten`);
      return this.emit({ op: 'load', array: this.array(given), coded: this.coded(given, false) });
    }
    if (!isElementOp(node.op)) throw new RangeError(`${node.op} is no operation on elements`);
    return this.emit({
      op: node.op,
      operands: node.operands.map((operand) => this.values.get(operand) ?? 0),
    });
  }

  private scalar(node: Node): number {
    if (node.op === 'const') return this.constant(Number(node.attribute));
    const value = this.emit({
      op: 'scalar',
      scalar: this.scalars.push(node) - 1,
    });
    if (!isComparison(node.op)) return value;
    return this.emit({ op: 'ne', operands: [value, this.constant(0)] });
  }

  /** A constant, once in a pass. */
  private constant(value: number): number {
    const known = this.code.findIndex((one) => one.op === 'const' && Object.is(one.value, value));
    return known >= 0 ? known : this.emit({ op: 'const', value });
  }

  private coded(array: Variable, rounds: boolean): Coded | undefined {
    const coding = this.work.quantizations.get(array);
    if (coding === undefined) return undefined;
    const { format, draw } = coding;
    return { format, draw: rounds ? draw : undefined, scales: isScaled(format) ? this.array(scalesOf(array)) : undefined };
  }

  private array(array: Variable): number {
    const known = this.arrays.indexOf(array);
    return known >= 0 ? known : this.arrays.push(array) - 1;
  }

  private emit(instruction: Instruction): number {
    return this.code.push(instruction) - 1;
  }
}
