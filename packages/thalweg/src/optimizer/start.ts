/**
 * How an optimizer starts. Registers itself with the definitions as soon as it is loaded, so that `init` has nothing to load. What must start an optimizer
 * synchronously, such as a framework's adapter, imports this and calls `startAlone`.
 */
import { checkTrains } from '../define/program.ts';
import type { Recipe } from '../define/recipe.ts';
import { provide } from '../define/runtime.ts';
import type { InitOptions } from '../train/init-options.ts';
import { Optimizer } from './optimizer.ts';
import type { ParameterTree } from '../train/tensor.ts';

/** Binds a method to parameters, and waits for its threads. */
export async function start<P extends ParameterTree, N extends string, B extends ArrayBufferLike = ArrayBufferLike>(
  recipe: Recipe,
  parameters: P,
  options: InitOptions,
): Promise<Optimizer<P, N, B>> {
  checkTrains(recipe);
  return await Optimizer.start<P, N, B>(recipe, parameters, options);
}

/** Binds a method to parameters, on the calling thread and those that run already. */
export function startAlone<P extends ParameterTree, N extends string>(
  recipe: Recipe,
  parameters: P,
  options: InitOptions,
): Optimizer<P, N> {
  checkTrains(recipe);
  return new Optimizer<P, N>(recipe, parameters, options);
}

provide(start);
