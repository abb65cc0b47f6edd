/** Which engine steps: what was asked for, on the backend that TF.js has now. */
import { getBackend } from '@tensorflow/tfjs-core';
import { OptionError } from '../language/error.ts';
import { UnsupportedError } from '../language/run-error.ts';
import type { HyperValue } from '../define/hyper.ts';
import type { Recipe } from '../define/recipe.ts';
import type { InitOptions } from '../train/init-options.ts';
import { Arena } from './arena.ts';
import type { Engine } from './engine.ts';
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
  if (wanted === 'arena' && !onCpu) {
    const problem = `the engine 'arena' steps on the CPU, and TF.js computes in ${getBackend()}, from which a step would have to wait for every gradient`;
    throw new UnsupportedError(recipe.name, `${problem}; the engine 'ops' steps there`);
  }
  if (wanted !== 'ops' && onCpu) return new Arena(recipe, options, hyper);
  for (const [option, allowed] of Object.entries(plain)) {
    const value: unknown = Reflect.get(options, option);
    if (value === undefined || allowed.includes(value)) continue;
    const problem = `is for the engine 'arena', and the step is taken by the operations of TF.js in ${getBackend()}`;
    throw new OptionError(recipe.name, option, value, problem);
  }
  const made = new Operations(recipe, options.maximize === true, hyper);
  const saved = current?.snapshot?.();
  if (saved !== undefined) made.restore(saved);
  current?.dispose();
  return made;
}
