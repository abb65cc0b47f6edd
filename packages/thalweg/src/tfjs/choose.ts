/**
 * Which engine steps: by what was requested and the current TF.js backend. Knows the operations; an arena only once it is registered, so that a page which
 * computes on a GPU need not load one.
 */
import { getBackend } from '@tensorflow/tfjs-core';
import { OptionError } from '../language/error.ts';
import { UnsupportedError } from '../language/run-error.ts';
import type { HyperValue } from '../define/hyper.ts';
import type { Recipe } from '../define/recipe.ts';
import type { InitOptions } from '../train/init-options.ts';
import type { Engine, Left } from './engine.ts';
import { Operations } from './operations.ts';
import { computesOnCpu } from './values.ts';

/** The engines that can be asked for. */
export const engines = ['auto', 'arena', 'ops'] as const;

/** What an engine is made of. */
export interface EngineOptions {
  readonly wanted: (typeof engines)[number];
  readonly recipe: Recipe;
  readonly options: InitOptions;
  /** Hyperparameters that were assigned. */
  readonly hyper: ReadonlyMap<string, HyperValue>;
}

/** What an arena is for whoever chooses: how one is made, and how its threads are waited for. */
export interface ArenaOffer {
  readonly make: (recipe: Recipe, options: InitOptions, hyper: ReadonlyMap<string, HyperValue>) => Engine & { leave(): Left | undefined };
  readonly ready: (threads: number | 'auto') => Promise<void>;
}

let arena: ArenaOffer | undefined;

/** Says how an arena is made: `thalweg/tfjs` does, and `thalweg/tfjs/ops` does not. */
export function offerArena(offer: ArenaOffer): void {
  arena = offer;
}

/** Waits until the threads of an arena run, where there can be one. */
export async function threadsReady(threads: number | 'auto'): Promise<void> {
  await arena?.ready(threads);
}

/** Options that only an arena has, with what may be said of them elsewhere. */
const plain: Readonly<Partial<Record<keyof InitOptions, readonly unknown[]>>> = {
  nonFinite: ['stop', 'propagate'],
  accumulate: [1],
  threads: ['auto', 1],
  backend: ['auto'],
  state: ['float32'],
};

/**
 * The engine for the next step, which may be the one that there is: an arena that nobody asked for becomes operations where TF.js has come to compute elsewhere.
 * Throws an UnsupportedError or an OptionError where none can step.
 */
export function chooseEngine(given: EngineOptions, current: Engine | undefined): Engine {
  const { wanted, recipe, options, hyper } = given;
  const onCpu = computesOnCpu();
  if (current !== undefined && (current.name === 'ops' || onCpu)) return current;
  if (wanted === 'arena' && arena === undefined)
    throw new UnsupportedError(recipe.name, "the engine 'arena' is in thalweg/tfjs; thalweg/tfjs/ops has only 'ops'");
  if (wanted === 'arena' && !onCpu) {
    const problem = `the engine 'arena' steps on the CPU, and TF.js uses the backend ${getBackend()}, from which each step would have to read the gradients back`;
    throw new UnsupportedError(recipe.name, `${problem}; use the engine 'ops'`);
  }
  if (wanted !== 'ops' && onCpu && arena !== undefined) return arena.make(recipe, options, hyper);
  for (const [option, allowed] of Object.entries(plain)) {
    const value: unknown = Reflect.get(options, option);
    if (value === undefined || allowed.includes(value)) continue;
    const where = arena === undefined ? ' of thalweg/tfjs' : '';
    const problem = `needs the engine 'arena'${where}, and on the backend ${getBackend()} the engine is 'ops'`;
    throw new OptionError(recipe.name, option, value, problem);
  }
  const made = new Operations(recipe, options.maximize === true, hyper);
  const left = current?.leave?.();
  if (left !== undefined) made.goOn(left);
  current?.dispose();
  return made;
}
