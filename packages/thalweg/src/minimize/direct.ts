/**
 * Steps without a plan: a few parameters with a method whose steps exist as generated JavaScript (`direct-steps.ts`), bit-identical to the kernels of the
 * same equations. A fit of five parameters takes less time than parsing equations and compiling kernels for the first time. Knows methods and arrays;
 * otherwise an Optimizer is started.
 */
import { LiveHyper } from '../train/live-hyper.ts';
import { isLookedAt } from '../train/divergence.ts';
import type { Tensor } from '../train/tensor.ts';
import type { AnyArray } from '../train/arrays.ts';
import type { Method } from '../define/method.ts';
import { inType } from '../define/recipe.ts';
import type { HyperSlot } from '../language/part.ts';
import type { Arrays } from './descent/space.ts';
import { textKey } from './text-key.ts';
import type { DirectStep, Given } from './direct-step.ts';
import { denormalPeriod, directSteps } from './direct-steps.ts';

/** What a loop around a function needs of an optimizer. */
export interface Stepping {
  readonly params: Arrays;
  readonly grads: Arrays;
  /** Steps taken. */
  readonly t: number;
  /** Takes a step with the gradients in `grads` at a point of this loss; false where it left weights that are not finite, as far as it was looked. */
  step(loss: number): boolean;
  /** Where to evaluate. */
  evaluate(): Arrays;
}

/** Elements times steps up to which starting takes longer than stepping in JavaScript costs. */
const work = 2 ** 22;

/** Steps for a method with parameters, if there are some that were written beforehand for its equations and that pay. */
export function directly(method: Method, parameters: ReadonlyMap<string, Tensor>, steps: number): Stepping | undefined {
  const [group, another] = method.groups;
  const [bound, next] = group?.parts ?? [];
  if (group === undefined || bound === undefined || another !== undefined || next !== undefined) return undefined;
  const { equations, inputs, init, evaluate, hyper } = bound.part;
  const found = directSteps[textKey(equations)];
  if (found === undefined || inputs.length + Object.keys(init).length > 0 || evaluate !== undefined) return undefined;
  const slots = found.symbols.flatMap((symbol): HyperSlot[] => {
    const one = hyper.find((each) => each.symbol === symbol);
    return one === undefined ? [] : [{ ...one, key: one.name, part: 0 }];
  });
  if (slots.length < found.symbols.length) return undefined;
  const tensors = [...parameters];
  const { dtype } = tensors[0]![1];
  const size = tensors.reduce((sum, [, one]) => sum + lengthOf(one), 0);
  if (tensors.some(([, one]) => one.dtype !== dtype) || size * steps > work) return undefined;
  const values = inType(method.groups, dtype)[0]!.parts[0]!.values;
  return new Direct(found, dtype === 'float32', tensors, new LiveHyper(method.name, slots, values, new Set()));
}

function lengthOf({ shape }: Tensor): number {
  return shape.reduce((product, size) => product * size, 1);
}

class Direct implements Stepping {
  readonly params: Arrays = {};
  readonly grads: Arrays = {};
  t = 0;
  private readonly run: DirectStep['run'];
  private readonly live: LiveHyper;
  private readonly isSingle: boolean;
  private readonly each: readonly Pick<Given, 'w' | 'g' | 's'>[];

  constructor({ run, states }: DirectStep, isSingle: boolean, tensors: readonly (readonly [string, Tensor])[], live: LiveHyper) {
    [this.run, this.live, this.isSingle] = [run, live, isSingle];
    this.each = tensors.map(([name, tensor]) => {
      const make = (): AnyArray => (isSingle ? new Float32Array(lengthOf(tensor)) : new Float64Array(lengthOf(tensor)));
      const [w, g] = [make(), make()];
      if (tensor.values !== undefined) w.set(tensor.values);
      [this.params[name], this.grads[name]] = [w, g];
      return { w, g, s: Array.from({ length: states }, make) };
    });
  }

  step(): boolean {
    const { live, each, isSingle } = this;
    live.advance(this.t + 1);
    const t = (this.t += 1);
    const h = [...live.values.values()];
    const f = isSingle ? Math.fround : same;
    const z = isSingle && t % denormalPeriod === 0 ? flushed : same;
    for (const { w, g, s } of each) this.run({ w, g, h, s, t, f, z });
    return !isLookedAt(t) || each.every(({ w }) => w.every(Number.isFinite));
  }

  evaluate(): Arrays {
    return this.params;
  }
}

function flushed(x: number, least: number): number {
  return Math.abs(x) < least ? 0 : x;
}

/** What rounds to float64. */
function same(x: number): number {
  return x;
}
