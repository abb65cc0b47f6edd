/**
 * In which pass each array is written. A write may be put in any pass from its own level on, as long as no later pass needs the overwritten value; a value
 * that an earlier pass wrote is loaded, any other is recomputed. Minimizes array transfers, then operations: starting from two placements that are always
 * possible, it moves one write at a time as long as that helps. A move affects only the passes between the old and the new place that read or write the
 * array, so trying a move costs only those. The work is counted, and a search that exceeds its budget ends with the best placement so far, so planning
 * takes linear time for any program.
 */
import type { Form } from '../language/form.ts';
import { isRoutine, topological, variableOf, type Node } from '../language/graph.ts';
import type { KindTable } from '../language/kind.ts';
import { isComparison } from '../language/op.ts';
import type { Variable } from '../language/variable.ts';
import type { DType } from './dtype.ts';
import type { Quantization } from './format.ts';
import { weightOf } from './kernel.ts';

/** What is split into passes: arrays of one form to write, sums over such, kinds and levels, and the first pass that may write. */
export interface Work {
  readonly dtype: DType;
  readonly form: Form;
  readonly writes: ReadonlyMap<Variable, Node>;
  readonly sums: readonly Node[];
  readonly kinds: KindTable;
  readonly level: ReadonlyMap<Node, number>;
  readonly firstWrite: number;
  /** Those of the writes that have to be done at the level of their value: operands of routines. */
  readonly prompt: ReadonlySet<Variable>;
  /** The arrays with a format of their own. What is loaded from one is not quite what was stored in it. */
  readonly quantizations: ReadonlyMap<Variable, Quantization>;
}

/** The pass in which each array is written. */
export type Placement = ReadonlyMap<Variable, number>;

/** Nodes that one search may look at, again and again. Every optimizer of the library needs less than a hundredth of it. */
export const searchBudget = 1_000_000;

/** What was done in search of a placement, for tests. */
export interface Search {
  readonly placement: Placement;
  /** Nodes looked at. */
  readonly work: number;
}

/** Chooses the pass of each write; `last` is the number of the last pass. */
export function placeWrites(work: Work, last: number): Search {
  const model = new Model(work, last);
  const soon = model.soon();
  const best = model.search(model.late(), searchBudget / 2);
  const other = model.search(soon, searchBudget);
  const chosen = other === undefined || (best !== undefined && compare(best.cost, other.cost) <= 0) ? best : other;
  if (chosen === undefined) throw new RangeError('no placement is possible');
  return { placement: new Map(model.writes.map(({ target }, i) => [target, chosen.passes[i]!])), work: model.spent };
}

/** Array transfers, and operations. */
type Cost = readonly [transfers: number, operations: number];

function compare(a: Cost, b: Cost): number {
  return a[0] - b[0] || a[1] - b[1];
}

/** The pass of each write by its number, and what all passes cost then. */
interface Found {
  readonly passes: readonly number[];
  readonly cost: Cost;
}

interface Write {
  readonly target: Variable;
  /** The number of the node of its value, and of the node that reads its old value, if there is one. */
  readonly node: number;
  readonly old: number | undefined;
  readonly earliest: number;
  /** Whether it may not be moved. */
  readonly prompt: boolean;
}

/** A program's array work with numbers for nodes, so that what a pass costs is counted without making it. */
class Model {
  readonly writes: readonly Write[];
  spent = 0;
  private readonly last: number;
  private readonly operands: readonly (readonly number[])[];
  /** Of each node: transfers and operations where it is computed or read. */
  private readonly transfers: readonly number[];
  private readonly operations: readonly number[];
  /** The writes by which a later pass can load a node instead of computing it, and the write that overwrites what a node reads. */
  private readonly storedBy: readonly (readonly number[])[];
  private readonly overwrittenBy: readonly (number | undefined)[];
  /** The operands of the sums of each pass. */
  private readonly sums: readonly (readonly number[])[];
  private passes: number[] = [];
  /** Of each pass: its cost, the write that it reads too late, and the nodes that it meets. */
  private readonly costs: { transfers: number; operations: number; broken: number | undefined; readonly met: Uint8Array }[];
  private readonly stack: number[] = [];

  constructor({ writes, sums, level, firstWrite, prompt, quantizations, kinds }: Work, last: number) {
    const nodes = topological([...writes.values(), ...sums.flatMap(({ operands }) => operands)]);
    const number = new Map(nodes.map((node, i) => [node, i]));
    const at = (node: Node): number => number.get(node) ?? 0;
    const read = new Map<Variable, number>();
    nodes.forEach((node, i) => {
      const given = kinds.of(node) === 'array' ? variableOf(node) : undefined;
      if (given !== undefined) read.set(given, i);
    });
    this.last = last;
    this.writes = [...writes].map(([target, node]) => ({
      target,
      node: at(node),
      old: read.get(target),
      earliest: Math.max(prompt.has(target) ? 0 : firstWrite, level.get(node) ?? 0),
      prompt: prompt.has(target),
    }));
    const isLeaf = (node: Node): boolean => kinds.of(node) !== 'array' || isRoutine(node) || variableOf(node) !== undefined;
    this.operands = nodes.map((node) => (isLeaf(node) ? [] : node.operands.map(at)));
    this.transfers = nodes.map((node) => {
      if (kinds.of(node) !== 'array' || !isLeaf(node)) return 0;
      const given = variableOf(node);
      return weightOf(given === undefined ? undefined : quantizations.get(given)?.format);
    });
    this.operations = nodes.map((node) => (kinds.of(node) !== 'array' && isComparison(node.op) ? 3 : 1));
    const storedBy = nodes.map((): number[] => []);
    const overwrittenBy = nodes.map((): number | undefined => undefined);
    this.writes.forEach(({ target, node, old }, i) => {
      if (!quantizations.has(target) && kinds.of(nodes[node]!) === 'array') storedBy[node]!.push(i);
      if (old !== undefined) overwrittenBy[old] = i;
    });
    this.storedBy = storedBy;
    this.overwrittenBy = overwrittenBy;
    this.sums = Array.from({ length: last + 1 }, (_, q) =>
      sums.filter((sum) => (level.get(sum) ?? 1) - 1 === q).flatMap(({ operands }) => operands.map(at)),
    );
    this.costs = this.sums.map(() => ({ transfers: 0, operations: 0, broken: undefined, met: new Uint8Array(nodes.length) }));
  }

  /** Everything in the last pass. */
  late(): number[] {
    return this.writes.map(({ prompt, earliest }) => (prompt ? earliest : this.last));
  }

  /** Everything as soon as it can be: a write waits for the last pass that reads the old value. Undefined where the search has no work left. */
  soon(): number[] | undefined {
    this.passes = this.writes.map(({ earliest }) => earliest);
    for (let q = 0; q <= this.last; q++) {
      this.count(q);
      const broken = this.costs[q]!.broken;
      if (broken === undefined) continue;
      if (this.spent > searchBudget / 4 || this.writes[broken]!.prompt) return undefined;
      // What was computed from the new value may have to be computed from the old one now.
      const from = this.passes[broken]!;
      this.passes[broken] = q;
      q = from - 1;
    }
    return [...this.passes];
  }

  /** The best placement that can be reached by moving one write at a time. */
  search(start: readonly number[] | undefined, budget: number): Found | undefined {
    if (start === undefined) return undefined;
    this.passes = [...start];
    for (let q = 0; q <= this.last; q++) this.count(q);
    if (this.costs.some(({ broken }) => broken !== undefined)) return undefined;
    for (let improved = this.last > 0; improved && this.spent <= budget;) {
      improved = false;
      for (let i = 0; i < this.writes.length && this.spent <= budget; i++) {
        const { earliest, prompt } = this.writes[i]!;
        for (let q = earliest; q <= this.last && !prompt; q++) improved = this.move(i, q) || improved;
      }
    }
    const total = this.costs.reduce<Cost>((sum, { transfers, operations }) => [sum[0] + transfers, sum[1] + operations] as const, [0, 0]);
    return { passes: [...this.passes], cost: total };
  }

  /** Moves a write to another pass if that is better, and says whether it was. */
  private move(i: number, to: number): boolean {
    const from = this.passes[i]!;
    if (from === to) return false;
    const { node, old } = this.writes[i]!;
    this.passes[i] = to;
    const kept = new Map<number, (typeof this.costs)[number]>();
    let difference: Cost = [0, 0];
    let possible = true;
    for (let q = Math.min(from, to); q <= Math.max(from, to) && possible; q++) {
      this.spent += 1;
      const before = this.costs[q]!;
      if (q !== from && q !== to && before.met[node] === 0 && (old === undefined || before.met[old] === 0)) continue;
      kept.set(q, { ...before, met: before.met.slice() });
      this.count(q);
      const { transfers, operations, broken } = this.costs[q]!;
      difference = [difference[0] + transfers - kept.get(q)!.transfers, difference[1] + operations - kept.get(q)!.operations];
      possible = broken === undefined;
    }
    if (possible && compare(difference, [0, 0]) < 0) return true;
    this.passes[i] = from;
    for (const [q, cost] of kept) this.costs[q] = cost;
    return false;
  }

  /** Counts what a pass costs. Stores cost the same wherever they are. */
  private count(q: number): void {
    const { stack, passes } = this;
    const cost = this.costs[q]!;
    const { met } = cost;
    met.fill(0);
    [cost.transfers, cost.operations, cost.broken] = [0, 0, undefined];
    for (const node of this.sums[q]!) stack.push(node);
    passes.forEach((pass, i) => {
      if (pass === q) stack.push(this.writes[i]!.node);
    });
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      if (met[node] === 1) continue;
      met[node] = 1;
      this.spent += 1;
      cost.operations += this.operations[node]!;
      if (this.storedBy[node]!.some((i) => passes[i]! < q)) {
        cost.transfers += 1;
        continue;
      }
      const overwriting = this.overwrittenBy[node];
      if (overwriting !== undefined && passes[overwriting]! < q) cost.broken = overwriting;
      cost.transfers += this.transfers[node]!;
      for (const operand of this.operands[node]!) stack.push(operand);
    }
  }
}
