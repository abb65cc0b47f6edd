/** Fills the leaves of scalar programs: hyperparameters, schedule factors, the step, inputs, shapes and scalar states. */
import { shapeNumber } from '../../language/form.ts';
import { variableOf, type Node } from '../../language/graph.ts';
import type { Variable } from '../../language/variable.ts';
import type { ScalarSlot } from '../../plan/plan.ts';

/** What a step is given besides arrays. */
export interface StepContext {
  /** Counted from 1. */
  readonly t: number;
  /** Current values by key. */
  readonly hyper: ReadonlyMap<string, number>;
  /** Values of the schedules over their bases, by key. */
  readonly factors: ReadonlyMap<string, number>;
  /** Changes whenever the value or the factor of a hyperparameter does. */
  readonly hyperVersion: number;
  readonly inputs: ReadonlyMap<Variable, number>;
  /** One number, or one per tensor. */
  readonly scalarStates: ReadonlyMap<Variable, Float64Array>;
}

interface Leaf<T> {
  readonly place: number;
  /** What it stands for. */
  readonly name: T;
}

/** The places of a scalar program's leaves. */
export class Leaves {
  private readonly hyper: readonly Leaf<string>[];
  private readonly factors: readonly Leaf<string>[];
  private readonly time: readonly Leaf<string>[];
  private readonly inputs: readonly Leaf<Variable>[];
  private readonly states: readonly Leaf<Variable>[];
  private readonly tensorStates: readonly Leaf<Variable>[];
  private readonly shapes: readonly Leaf<string>[];

  constructor(slots: readonly ScalarSlot[], places: ReadonlyMap<Node, number>) {
    const leaves = (choose: (slot: ScalarSlot) => boolean): Leaf<string>[] =>
      slots.filter(choose).map(({ node }) => ({ place: places.get(node) ?? 0, name: String(node.attribute) }));
    const variables = (choose: (slot: ScalarSlot) => boolean): Leaf<Variable>[] =>
      slots.filter(choose).flatMap(({ node }) => {
        const name = variableOf(node);
        return name === undefined ? [] : [{ place: places.get(node) ?? 0, name }];
      });
    this.hyper = leaves(({ node }) => node.op === 'hyper');
    this.factors = leaves(({ node }) => node.op === 'factor');
    this.time = leaves(({ node }) => node.op === 'time');
    this.inputs = variables(({ node }) => node.op === 'input');
    this.states = variables(({ node, kind }) => node.op === 'state' && kind !== 'tensor');
    this.shapes = leaves(({ node }) => node.op === 'shape');
    this.tensorStates = variables(({ node, kind }) => node.op === 'state' && kind === 'tensor');
  }

  /** Writes the hyperparameters and factors, which change only with `hyperVersion`. */
  fillHyper(values: Float64Array, context: StepContext): void {
    for (const { place, name } of this.hyper) values[place] = context.hyper.get(name) ?? NaN;
    for (const { place, name } of this.factors) values[place] = context.factors.get(name) ?? NaN;
  }

  /** Writes every other leaf that exists once. */
  fill(values: Float64Array, context: StepContext): void {
    for (const { place } of this.time) values[place] = context.t;
    for (const { place, name } of this.inputs) values[place] = context.inputs.get(name) ?? NaN;
    for (const { place, name } of this.states) values[place] = context.scalarStates.get(name)?.[0] ?? 0;
  }

  /** Writes the leaves that exist for each tensor. */
  fillTensors(values: Float64Array, context: StepContext, tensors: readonly { readonly shape: readonly number[] }[]): void {
    for (const { place, name } of this.shapes) tensors.forEach(({ shape }, j) => (values[place + j] = shapeNumber(name, shape)));
    for (const { place, name } of this.tensorStates) {
      const states = context.scalarStates.get(name);
      for (let j = 0; j < tensors.length; j++) values[place + j] = states?.[j] ?? 0;
    }
  }
}
