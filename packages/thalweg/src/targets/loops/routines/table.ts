/** The routines by operation; a missing one is a compile error. */
import type { RoutineOp } from '../../../language/operations/routines.ts';
import { eigenvectors, inverseRoot, orthonormal } from './eigen.ts';
import { noise } from './noise.ts';
import type { Routine } from './routine.ts';
import { shortRoutines } from './short.ts';

/** The routines that multiply matrices, which a device does in its own way. */
export const multiplies: ReadonlySet<RoutineOp> = new Set<RoutineOp>(['matmul', 'newtonSchulz']);

/** What runs for each routine of a plan. */
export const routineTable: Readonly<Record<RoutineOp, Routine>> = {
  ...shortRoutines,
  inverseRoot,
  eigenvectors,
  orthonormal,
  noise,
};
