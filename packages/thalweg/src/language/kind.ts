/**
 * Kinds: what a value is shared by. A host scalar is one number per step; an `all` or `group` scalar needs a sum over tensors first; a `tensor` scalar is
 * one number per tensor; an array has one per element. A state has the kind of what is assigned to it.
 */
import { isReduction, isRoutine, scopeOf, topological, variableOf, type Node } from './graph.ts';
import type { Origins } from './origin.ts';
import { parameter, type Variable } from './variable.ts';

/** The kinds, from the least to the most varying. */
export const kinds = ['host', 'all', 'group', 'tensor', 'array'] as const;

/** What a value is shared by: one number per step (`host`), over all parameters, per group or per tensor, or an array. */
export type Kind = (typeof kinds)[number];

/** The kinds of states. */
export type KindsOfStates = ReadonlyMap<Variable, { readonly kind: Kind }>;

/** The kind of each node given the kinds of the states. */
export class KindTable {
  private readonly memo = new Map<Node, Kind>();
  private readonly states: KindsOfStates;

  constructor(states: KindsOfStates) {
    this.states = states;
  }

  /** The kind of a node. */
  of(node: Node): Kind {
    const known = this.memo.get(node);
    if (known !== undefined) return known;
    for (const part of topological([node], this.memo)) this.memo.set(part, this.compute(part));
    return this.memo.get(node) ?? 'host';
  }

  private compute(node: Node): Kind {
    if (node.op === 'array' || isRoutine(node)) return 'array';
    if (node.op === 'shape') return 'tensor';
    if (node.op === 'state') return stateOf(this.states, node)?.kind ?? 'host';
    if (isReduction(node)) return scopeOf(node);
    return join(node.operands.map((operand) => this.memo.get(operand) ?? 'host'));
  }
}

/** What a table says of the state that a node reads. */
export function stateOf<T>(states: ReadonlyMap<Variable, T>, node: Node): T | undefined {
  const state = variableOf(node);
  return state === undefined ? undefined : states.get(state);
}

/** The most varying of some kinds; `host` for none. */
export function join(some: readonly Kind[]): Kind {
  return kinds[Math.max(0, ...some.map((kind) => kinds.indexOf(kind)))] ?? 'host';
}

/** The writes in an order in which states come before what reads them, as far as they do not read each other: what is inferred reaches far in one round. */
export function dependencies(writes: ReadonlyMap<Variable, Node>): [Variable, Node][] {
  const order = topological(writes.values(), undefined, (node) => {
    const value = node.op === 'state' ? stateOf(writes, node) : undefined;
    return value === undefined ? node.operands : [value];
  });
  const place = new Map(order.map((node, i) => [node, i]));
  return [...writes].sort(([, a], [, b]) => (place.get(a) ?? 0) - (place.get(b) ?? 0));
}

/** Infers the kinds of the states from what is assigned to them: the least ones that fit. */
export function inferKinds(writes: ReadonlyMap<Variable, Node>): Map<Variable, { readonly kind: Kind }> {
  const others = [...writes.keys()].filter((one) => one !== parameter);
  const states = new Map<Variable, { readonly kind: Kind }>(others.map((one) => [one, { kind: 'host' }]));
  const order = dependencies(writes);
  for (let changed = true; changed;) {
    changed = false;
    const table = new KindTable(states);
    for (const [state, node] of order) {
      const kind = states.get(state)?.kind;
      const next = join([kind ?? 'host', table.of(node)]);
      if (kind === undefined || next === kind) continue;
      states.set(state, { kind: next });
      changed = true;
    }
  }
  return states;
}

/** Checks what only kinds can tell: a reduction needs a tensor to run over. */
export function verifyKinds(writes: ReadonlyMap<Variable, Node>, table: KindTable, origins: Origins): void {
  for (const node of topological(writes.values())) {
    if (!isReduction(node) || node.operands.some((operand) => table.of(operand) === 'array')) continue;
    origins.refuse('a norm, inner product or sum needs an array, and this is a scalar', writes, node);
  }
}
