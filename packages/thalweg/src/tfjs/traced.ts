/**
 * A method prepared for TF.js's operations: the program of each group, its hyperparameters at a step, and errors for what is not supported. Knows no
 * tensor's values.
 */
import { env, getBackend, type Tensor } from '@tensorflow/tfjs-core';
import { topological } from '../language/graph.ts';
import { isRoutineOp } from '../language/op.ts';
import { buildProgram, type Program } from '../language/program.ts';
import { ArrayError, UnsupportedError } from '../language/run-error.ts';
import type { HyperValue } from '../define/hyper.ts';
import { hyperNames, hyperSlotsOf, inType, type Recipe } from '../define/recipe.ts';
import { missing, type TfValue } from '../targets/arrays/tfjs.ts';
import { ascent } from '../train/ascent.ts';
import { checkCommonSums } from '../train/assign.ts';
import { followedBy, LiveHyper } from '../train/live-hyper.ts';
import type { GivenInputs, Update } from './engine.ts';

/** The programs of a method's groups. */
export class Traced {
  readonly recipe: Recipe;
  readonly programs: readonly Program[];
  /** The hyperparameters of each group. */
  readonly live: readonly LiveHyper[];

  /** Throws an UnsupportedError for equations that TF.js has no operations for. */
  constructor(recipe: Recipe, maximize: boolean) {
    this.recipe = recipe;
    const before = maximize ? [ascent] : [];
    this.programs = recipe.groups.map(({ name, parts }) => buildProgram(name, [...before, ...parts.map(({ part }) => part)]));
    for (const program of this.programs) refuseMissing(recipe.name, program);
    checkCommonSums(recipe.name, recipe.groups, this.programs);
    this.live = inType(recipe.groups, 'float32').map((group, index) => {
      const slots = hyperSlotsOf(group);
      const values = new Map(slots.map(({ key, part, name }) => [key, group.parts[part]?.values.get(name) ?? NaN]));
      return new LiveHyper(recipe.name, slots, values, followedBy(this.programs[index]!), leastGuard());
    });
  }

  /** Sets a hyperparameter from the next step on. Throws an OptionError before anything changes. */
  setHyper(name: string, value: HyperValue): void {
    const slots = hyperNames(this.recipe.groups).find((one) => one.name === name)?.slots ?? [];
    for (const { group, key } of slots) this.live[group]?.check(key, value);
    for (const { group, key } of slots) this.live[group]?.set(key, value);
  }

  /** Throws an ArrayError unless the inputs are those that the equations declare. */
  checkInputs(given: readonly Required<Update>[], inputs: GivenInputs): void {
    const { name: owner } = this.recipe;
    const declared = this.programs.flatMap((program) => program.inputs);
    for (const name of inputs.keys())
      if (!declared.some((input) => input.name === name)) throw new ArrayError(owner, name, `there is no input ${name}`);
    for (const { name, kind } of declared) {
      const value = inputs.get(name);
      if (kind === 'scalar') {
        if (value === undefined || isEach(value)) throw new ArrayError(owner, name, `each step needs the number ${name}: { ${name} }`);
        continue;
      }
      if (value === undefined || !isEach(value)) throw new ArrayError(owner, name, `each step needs ${name}, a tensor for each variable`);
      for (const { variable } of given)
        if (!value.has(variable)) throw new ArrayError(owner, variable.name, `the ${name} of ${variable.name} is missing`);
    }
  }
}

/** What a smaller `eps` counts as: what TF.js's own optimizers have where textures are of 16 bits, as on many phones, in which 1e-8 is 0. */
function leastGuard(): number {
  return getBackend() === 'webgl' && !env().getBool('WEBGL_RENDER_FLOAT32_ENABLED') ? 1e-4 : 0;
}

/** Whether a value is a tensor for each variable. */
export function isEach<K>(value: TfValue | ReadonlyMap<K, Tensor>): value is ReadonlyMap<K, Tensor> {
  return value instanceof Map;
}

/** Throws an UnsupportedError that names what TF.js has no operations for. */
function refuseMissing(owner: string, { writes }: Program): void {
  const found = topological(writes.values()).find(({ op }) => isRoutineOp(op) && missing.has(op));
  if (found === undefined) return;
  const problem = `its equations have ${found.op}, for which TF.js has no operation; it trains on the backends cpu and wasm, with the engine 'arena'`;
  throw new UnsupportedError(owner, problem);
}
