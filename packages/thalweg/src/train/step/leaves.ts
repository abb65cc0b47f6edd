/** Fills in the leaves of scalar expressions: hyperparameters, schedule factors, the step, inputs, shapes and scalar states. */
import { shapeNumber } from '../../language/form.ts';
import type { Node } from '../../language/graph.ts';
import type { Variable } from '../../language/variable.ts';
import type { ScalarSlot } from '../../plan/plan.ts';
import { leafOf } from '../../plan/scalar.ts';

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
  private readonly hyper: Leaf<string>[] = [];
  private readonly factor: Leaf<string>[] = [];
  /** Where the step lies: equal nodes are one. */
  private time: number | undefined;
  private readonly input: Leaf<Variable>[] = [];
  private readonly state: Leaf<Variable>[] = [];
  private readonly tensorState: Leaf<Variable>[] = [];
  private readonly shape: Leaf<string>[] = [];

  constructor(slots: readonly ScalarSlot[], places: ReadonlyMap<Node, number>) {
    const { hyper, factor, shape } = this;
    const named = { hyper, factor, shape };
    for (const { node, kind } of slots) {
      const leaf = leafOf(node);
      const place = places.get(node) ?? 0;
      switch (leaf?.kind) {
        case 'time':
          this.time = place;
          break;
        case 'hyper':
        case 'factor':
        case 'shape':
          named[leaf.kind].push({ place, name: leaf.name });
          break;
        case 'input':
          this.input.push({ place, name: leaf.of });
          break;
        case 'state':
          (kind === 'tensor' ? this.tensorState : this.state).push({ place, name: leaf.of });
          break;
        default: // A sum, which a pass leaves, or what is computed.
      }
    }
  }

  /** Writes the hyperparameters and factors, which change only with `hyperVersion`. */
  fillHyper(values: Float64Array, context: StepContext): void {
    for (const { place, name } of this.hyper) values[place] = context.hyper.get(name) ?? NaN;
    for (const { place, name } of this.factor) values[place] = context.factors.get(name) ?? NaN;
  }

  /** Writes every other leaf that exists once. */
  fill(values: Float64Array, context: StepContext): void {
    if (this.time !== undefined) values[this.time] = context.t;
    if (this.input.length > 0 || this.state.length > 0) this.fillGiven(values, context);
  }

  private fillGiven(values: Float64Array, context: StepContext): void {
    for (const { place, name } of this.input) values[place] = context.inputs.get(name) ?? NaN;
    for (const { place, name } of this.state) values[place] = context.scalarStates.get(name)?.[0] ?? 0;
  }

  /** Writes the leaves that exist for each tensor. */
  fillTensors(values: Float64Array, context: StepContext, tensors: readonly { readonly shape: readonly number[] }[]): void {
    for (const { place, name } of this.shape) tensors.forEach(({ shape }, j) => (values[place + j] = shapeNumber(name, shape)));
    for (const { place, name } of this.tensorState) {
      const states = context.scalarStates.get(name);
      for (let j = 0; j < tensors.length; j++) values[place + j] = states?.[j] ?? 0;
    }
  }
}
