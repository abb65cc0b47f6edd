/** Where the runtime registers what starts an optimizer as soon as it is loaded, so that definitions need not import it. Imports only types. */
import type { BufferOf, InitOptions } from '../train/init-options.ts';
import type { Optimizer } from '../optimizer/optimizer.ts';
import type { ParameterTree } from '../train/tensor.ts';
import type { Recipe } from './recipe.ts';

export type { BufferOf, InitOptions, Optimizer, ParameterTree };

/** Binds a method to parameters. */
export type Start = <P extends ParameterTree, N extends string, B extends ArrayBufferLike = ArrayBufferLike>(
  recipe: Recipe,
  parameters: P,
  options: InitOptions,
) => Promise<Optimizer<P, N, B>>;

let start: Start | undefined;

/** Says what starts an optimizer. */
export function provide(given: Start): void {
  start = given;
}

/** What starts an optimizer; undefined until it is loaded. */
export function provided(): Start | undefined {
  return start;
}
