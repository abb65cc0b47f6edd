/**
 * How an optimizer starts. Definitions are told of it as soon as this is loaded, so that `init` waits for nothing; what is to start one in a call that
 * returns it, as a framework's adapter must, imports this and calls `startAlone`.
 */
import { ThalwegError } from '../language/error.ts';
import { parameter } from '../language/variable.ts';
import { programOf } from '../define/program.ts';
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
  return Optimizer.start<P, N, B>(recipe, parameters, options);
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

/** Throws a ThalwegError where some group of a method trains nothing, or a part of it does nothing. */
function checkTrains({ groups }: Recipe): void {
  for (const group of groups) {
    const { writes, inVain } = programOf(group);
    if (!writes.has(parameter))
      throw new ThalwegError(
        'method',
        `${group.name}: never assigns w, which is what the parameter is called, so it trains nothing; chain it with an optimizer`,
      );
    if (inVain !== undefined)
      throw new ThalwegError(
        'method',
        `${group.name}: ${inVain} changes g after the last equation that reads it, so it does nothing; put it before the optimizer`,
      );
  }
}
