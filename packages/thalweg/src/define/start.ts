/**
 * From a definition to a running optimizer: the one place that loads the runtime, if nothing has loaded it yet. Bundlers put what an `import()` names into
 * a file of its own, so a page that only prints equations, or defines methods for another framework, does not load it.
 */
import type { Recipe } from './recipe.ts';
import { provided, type InitOptions, type Optimizer, type ParameterTree } from './runtime.ts';

/** Binds a method to parameters: at once, in the same turn, where the runtime is there. */
export async function start<P extends ParameterTree, N extends string, B extends ArrayBufferLike = ArrayBufferLike>(
  recipe: Recipe,
  parameters: P,
  options: InitOptions,
): Promise<Optimizer<P, N, B>> {
  const begin = provided() ?? (await import('../optimizer/start.ts')).start;
  return await begin<P, N, B>(recipe, parameters, options);
}
