/**
 * What a device is: it holds the arrays of an optimizer and runs the passes of its steps, one operation at a time as the interpreter
 * (`train/step/interpreter.ts`) orders. The caller computes the scalars and hands over those that a pass needs. Knows no optimizer.
 */
import type { DType } from '../plan/dtype.ts';
import type { Pass } from '../plan/passes.ts';
import type { RoutineCall } from '../plan/plan.ts';
import type { Place } from '../targets/loops/scalars.ts';
import type { Arena, ArrayRequest } from './arena.ts';

/** Where kernels run: `wasm` and `native` (compiled C; both for float32 and float64), `fround` (JavaScript, float32) or `reference` (JavaScript, float64). */
export type Backend = 'wasm' | 'native' | 'fround' | 'reference';

/** The backends by name, and which types each takes. */
export const backends: Readonly<Record<Backend, readonly DType[]>> = {
  wasm: ['float32', 'float64'],
  native: ['float32', 'float64'],
  fround: ['float32'],
  reference: ['float64'],
};

/** Which tensors take part in a step; undefined for all. */
export type Active = readonly boolean[] | undefined;

/** A pass, ready to run on its arrays. */
export interface Launch {
  /** Enqueues it over the active tensors, with its scalars out of `values`. `t` is the step, for random bits. Throws a WorkerError. */
  run(values: Float64Array, t: number, active: Active): void;
  /** Writes the sums that its last run left to their places in `values`, added up in the order that the contract says. */
  read(values: Float64Array): void;
}

/** Runs a routine for tensor number `j`, with its scalars out of `values`. */
export type RoutineLaunch = (values: Float64Array, j: number) => void;

/** A device. One belongs to one optimizer. */
export interface Device {
  readonly backend: Backend;
  /** How many threads share a pass. */
  readonly threads: number;
  /** Starts the threads, and completes what was compiled so far. Resolves when a step has to wait for nothing. */
  start(): Promise<void>;
  /** Lays arrays out. Throws an UnsupportedError where they do not fit. */
  allocate(request: ArrayRequest): Arena;
  /** Gives the memory of arrays back; nothing may run on them afterwards. */
  release(arena: Arena): void;
  /** Makes a pass ready. `placeOf` says where its scalars and its sums lie. */
  compile(pass: Pass, arena: Arena, placeOf: (node: Pass['scalars'][number]) => Place): Launch;
  /** Makes a routine ready. */
  compileRoutine(call: RoutineCall, arena: Arena, placeOf: (node: Pass['scalars'][number]) => Place): RoutineLaunch;
  /** Lets go of everything. */
  close(): void;
}
