/**
 * The joint computation of parameters, as tapes: one for each combination of outcomes of a step's conditions, recorded when it first occurs. Knows programs
 * and arrays; no users.
 */
import { FormTable } from '../language/form-table.ts';
import type { Program } from '../language/program.ts';
import type { DType } from '../plan/dtype.ts';
import { exactWrites } from '../plan/exact.ts';
import { hostConditions, specialize } from '../plan/specialize.ts';
import { jointSteps, type JointCohort } from '../targets/arrays/joint.ts';
import { ArrayStep } from '../targets/arrays/step.ts';
import { Tape, type Place } from '../targets/arrays/tape.ts';

/** Parameters with a program, and where everything lies that it reads and writes. */
export interface Recorded extends Omit<JointCohort<Place>, 'program' | 'writes'> {
  readonly program: Program;
}

/** More tapes than this are not kept. */
const mostKept = 64;

/** Computes what the programs of some cohorts write, and writes it. */
export class Recording {
  private readonly dtype: DType;
  private readonly cohorts: readonly (Recorded & Pick<JointCohort<Place>, 'writes'>)[];
  /** The conditions of each cohort, and where their outcomes lie once the tape has run that decides them. */
  private readonly conditions: readonly ReturnType<typeof hostConditions>[];
  private readonly outcomes: readonly (readonly Place[])[];
  private readonly deciding: Tape;
  private readonly tapes = new Map<string, Tape>();

  constructor(dtype: DType, cohorts: readonly Recorded[]) {
    this.dtype = dtype;
    this.cohorts = cohorts.map((one) => ({ ...one, writes: exactWrites(one.program, dtype) }));
    this.conditions = this.cohorts.map(({ writes, program }) => hostConditions(writes.values(), program.states));
    const deciding = new Tape(dtype);
    this.outcomes = this.cohorts.map(({ program, given }, c) => {
      const step = new ArrayStep(deciding, program, given);
      return this.conditions[c]!.flatMap((condition) => step.of(condition));
    });
    this.deciding = deciding;
  }

  /** Computes everything, and then writes it. */
  run(): void {
    this.deciding.run();
    const taken = this.outcomes.map((places) => places.map(([x]) => x !== 0));
    const key = taken.flat().map(Number).join('');
    let tape = this.tapes.get(key);
    if (tape === undefined) {
      if (this.tapes.size >= mostKept) this.tapes.clear();
      tape = this.record(taken);
      this.tapes.set(key, tape);
    }
    tape.run();
  }

  private record(taken: readonly (readonly boolean[])[]): Tape {
    const tape = new Tape(this.dtype);
    const decided = this.cohorts.map(({ writes, program, ...one }, c): JointCohort<Place> => {
      const outcomes = new Map(this.conditions[c]!.map((condition, i) => [condition, taken[c]![i]!]));
      return { ...one, program, writes: specialize(program.graph, writes, outcomes, new FormTable(program.states)) };
    });
    const results = jointSteps(tape, decided).map((step, c) => step.written(decided[c]!.writes));
    const assigned = decided.flatMap(({ given }, c) => {
      const lasting = new Set([...given.values.values()].flat());
      return [...results[c]!].flatMap(([written, values]) =>
        // What lies in another array that lasts may be overwritten before its turn.
        given.values.get(written)!.map((into, j) => [into, lasting.has(values[j]!) ? tape.copy(values[j]!) : values[j]!] as const),
      );
    });
    for (const [into, value] of assigned) tape.assign(into, value);
    return tape;
  }
}
