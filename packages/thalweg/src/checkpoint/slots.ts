/** What of an optimizer lies in a file: every array and every scalar state, by the name it has there. Knows where they lie; nothing of bytes in files. */
import { elementsOf, wholeForm } from '../language/form.ts';
import { parameter, type Variable } from '../language/variable.ts';
import type { Stored } from '../device/arena.ts';
import type { AnyArray } from '../train/arrays.ts';
import type { Core } from '../train/core.ts';
import { parameterKey, stateKey } from './file-names.ts';
import { hidden } from '../train/policy.ts';
import type { TrainedCohort } from '../train/registry.ts';
import type { StoredArray } from './safetensors.ts';
import { stateNames } from '../train/shown.ts';
import { gradientSum } from '../train/window.ts';

/** An array of an optimizer, numbers or codes of them, or a scalar state as an array of one number. */
export interface Slot {
  readonly shape: readonly number[];
  readonly array: AnyArray | Stored['codes'];
  /** The parameter that it is of. */
  readonly name: string;
  readonly cohort: TrainedCohort;
  /** What it is: the parameter itself, a state, or its accumulated gradients. */
  readonly variable: Variable;
}

/** Every array and scalar state by the name it has in a file; `pending` says whether accumulated gradients are among them. */
export function slotsOf(core: Core, pending = core.pending): Map<string, Slot> {
  const out = new Map<string, Slot>();
  const places = [...core.registry.places];
  for (const [name, { cohort, index }] of places) {
    const array = cohort.stepper.arena.view(parameter, index);
    out.set(parameterKey(name), { shape: shapeOf(cohort, index), array, name, cohort, variable: parameter });
  }
  for (const [name, { cohort, index }] of places) {
    const { arena, scalarStates } = cohort.stepper;
    const names = stateNames(cohort.program.states.keys());
    for (const [state, { kind, form = wholeForm }] of cohort.program.states) {
      const owner = { name, cohort, variable: state };
      const called = names.get(state) ?? '';
      const shape = form === wholeForm ? shapeOf(cohort, index) : dimensions(form, shapeOf(cohort, index));
      const stored = kind === 'array' ? arena.stored(state, index) : undefined;
      if (stored !== undefined) {
        const { codes, scales } = stored;
        out.set(stateKey(called, name), { shape, array: codes, ...owner });
        if (scales !== undefined) out.set(stateKey(`${called} scale`, name), { shape: [scales.length], array: scales, ...owner });
      } else if (kind === 'array') out.set(stateKey(called, name), { shape, array: arena.view(state, index), ...owner });
      else {
        const numbers = scalarStates.get(state) ?? new Float64Array(1);
        const own = kind === 'tensor' ? numbers.subarray(index, index + 1) : numbers;
        out.set(stateKey(called, name), { shape: [], array: own, ...owner });
      }
    }
    if (pending > 0) {
      const array = gradientSum(cohort, index);
      out.set(stateKey(hidden.accumulated.name, name), {
        shape: shapeOf(cohort, index),
        array,
        name,
        cohort,
        variable: hidden.accumulated,
      });
    }
  }
  // What has the most bytes first, so that each array in the file begins at a multiple of its elements' size.
  return new Map([...out].sort(([, a], [, b]) => alignment(b) - alignment(a)));
}

function alignment({ array }: Slot): number {
  return Math.min(4, array.BYTES_PER_ELEMENT);
}

function shapeOf({ stepper }: TrainedCohort, index: number): readonly number[] {
  return stepper.arena.tensors[index]?.shape ?? [];
}

function dimensions(form: string, shape: readonly number[]): readonly number[] {
  return [elementsOf(`${form.charAt(0) as 'r'}1`, shape), elementsOf(`1${form.charAt(1) as 'c'}`, shape)];
}

/** What a file has of it. */
export function store({ shape, array }: Slot): StoredArray {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  return { dtype: typeOf(array), shape, bytes };
}

/** The element type as safetensors calls it. */
function typeOf(array: Slot['array']): string {
  if (array instanceof Float64Array) return 'F64';
  if (array instanceof Float32Array) return 'F32';
  if (array instanceof Uint16Array) return 'BF16';
  return array instanceof Int8Array ? 'I8' : 'U8';
}
