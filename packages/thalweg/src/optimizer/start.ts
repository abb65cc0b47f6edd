/**
 * How an optimizer starts. Definitions are told of it as soon as this is loaded, so that `init` waits for nothing; what is to start one in a call that
 * returns it, as a framework's adapter must, imports this and calls `startAlone`.
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
