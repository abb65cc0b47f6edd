/** The place where `train/` puts what starts an optimizer, as soon as it is loaded, so that definitions need not import it. Names its types alone. */
import type { InitOptions } from '../train/init-options.ts';
import type { Optimizer } from '../optimizer/optimizer.ts';
import type { Declared } from '../train/tensor.ts';
import type { Recipe } from './recipe.ts';

export type { Declared, InitOptions, Optimizer };

/** Binds a method to parameters. */
export type Start = <P extends Readonly<Record<string, Declared>>, N extends string>(
  recipe: Recipe,
  parameters: P,
  options: InitOptions,
) => Promise<Optimizer<P, N>>;

let start: Start | undefined;

/** Says what starts an optimizer. */
export function provide(given: Start): void {
  start = given;
}

/** What starts an optimizer; undefined until it is loaded. */
export function provided(): Start | undefined {
  return start;
}
