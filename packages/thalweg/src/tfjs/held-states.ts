/**
 * States of TF.js tensors as a checkpoint of the library, and back, so that a model trained on a GPU can continue in an arena and vice versa. They pass
 * through a core that never steps.
 */
import { keep, tensor } from '@tensorflow/tfjs-core';
import { wholeForm } from '../language/form.ts';
import { parameter } from '../language/variable.ts';
import type { Recipe } from '../define/recipe.ts';
import { slotsOf } from '../checkpoint/slots.ts';
import { restore, wholeCheckpoint } from '../checkpoint/checkpoint.ts';
import { shapeIn } from '../targets/arrays/shape.ts';
import { checkParameters } from '../train/arrays.ts';
import { Core } from '../train/core.ts';
import { checkOptions } from '../train/init-options.ts';
import { tensor as declare } from '../train/tensor.ts';
import type { Declared } from './bindings.ts';
import type { Held } from './engine.ts';

/** The bytes of a checkpoint of what is held; its tensors still belong to the caller. */
export async function writeSaved(recipe: Recipe, declared: readonly Declared[], held: Held): Promise<Uint8Array> {
  const core = coreOf(recipe, declared, held.bornOf);
  core.steps = held.t;
  core.batches = held.t;
  const put = [...slotsOf(core).values()].map(async ({ array, name, variable }) => {
    const value = held.valueOf(name, variable);
    if (typeof value === 'number') array.fill(value);
    else array.set(await value.data<'float32'>());
  });
  await Promise.all(put);
  return wholeCheckpoint(core);
}

/** What a checkpoint holds; its tensors are new and kept. Throws a CheckpointError. */
export function readSaved(recipe: Recipe, declared: readonly Declared[], bytes: Uint8Array): Held {
  // Those that were added together have their first step in common; which one it was, the file says.
  const core = coreOf(recipe, declared, () => 0);
  restore(core, bytes, { hyper: 'mine' });
  const slots = [...slotsOf(core).values()];
  const shapes = new Map(declared.map(({ name, shape }) => [name, shape]));
  return {
    t: core.steps,
    bornOf: (name) => core.registry.places.get(name)?.cohort.born ?? 0,
    valueOf: (name, role) => {
      const slot = slots.find((one) => one.name === name && one.variable === role);
      if (slot === undefined) return 0;
      const { kind, form } = slot.cohort.program.states.get(role) ?? { kind: 'array', form: wholeForm };
      if (role !== parameter && kind !== 'array') return slot.array[0] ?? 0;
      return keep(tensor(Float32Array.from(slot.array), [...shapeIn(form ?? wholeForm, { shape: shapes.get(name) ?? [] })]));
    },
  };
}

/** A core with these parameters, those that were added together at once. */
function coreOf(recipe: Recipe, declared: readonly Declared[], bornOf: (name: string) => number): Core {
  const all = new Map(declared.map(({ name, shape }) => [name, declare(shape)]));
  const core = new Core(recipe, checkOptions(recipe.name, { threads: 1 }, all));
  for (const batch of [...new Set(declared.map((one) => one.batch))].sort((a, b) => a - b)) {
    const some = declared.filter((one) => one.batch === batch);
    core.steps = bornOf(some[0]?.name ?? '');
    core.register(checkParameters(recipe.name, Object.fromEntries(some.map(({ name, shape }) => [name, declare(shape)]))));
  }
  return core;
}
