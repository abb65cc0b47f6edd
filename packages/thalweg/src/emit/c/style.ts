/** The style of a C file, and what its parts need of each other. */
import type { DType } from '../../plan/dtype.ts';
import type { Helpers } from '../../targets/loops/c/source.ts';
import type { Names } from './names.ts';

/** How a file is written. */
export interface StepStyle {
  readonly dtype: DType;
  readonly exact: boolean;
  readonly helpers: Helpers;
  readonly names: Names;
  /** The kernels so far, by key. */
  readonly kernels: Map<string, { readonly name: string; readonly text: string }>;
  /** What each tensor needs for the step itself. */
  readonly needs: StepNeeds;
}

/** What each tensor needs for the step itself: numbers that wait for a sum over several, and memory, by the program that it has. */
export interface StepNeeds {
  numbers: number;
  /** Whether something in that memory waits for a sum over several. */
  waits: boolean;
  readonly work: Map<number, { readonly condition: string; readonly arrays: Map<string, string>; readonly routines: Set<string> }>;
}
