/**
 * One plan, ready to run on an arena: its kernels, its routines, its scalars in one Float64Array, and how each level is computed. A kernel
 * is called once however many tensors there are. Who runs the levels, and carries sums from one cohort to the others, is the ensemble.
 */
import type { Form } from '../language/form.ts';
import { scopeOf, type Node } from '../language/graph.ts';
import type { Variable } from '../language/variable.ts';
import type { Executable } from '../targets/loops/executable.ts';
import { hashOf, keyOf } from '../targets/loops/random.ts';
import { compileScalars, type Place, type ScalarStep } from '../targets/loops/scalars.ts';
import { bytesOf, chunk } from '../plan/dtype.ts';
import type { Pass } from '../plan/passes.ts';
import type { Plan, RoutineCall } from '../plan/plan.ts';
import type { Arena, Table } from './arena.ts';
import { makeExecutable, type Backend } from './backend.ts';
import { alone, type Crew } from './crew.ts';
import { Leaves, type StepContext } from './leaves.ts';
import { bindRoutine } from './routine.ts';

/** From so many chunks on, a pass is shared between threads. */
const worthSharing = 8;

interface CompiledPass {
  readonly level: number;
  readonly form: Form;
  readonly fused: Table;
  readonly executable: Executable;
  readonly crew: Crew;
  readonly addresses: readonly number[];
  /** The scalars' places, and the strips in memory that the kernel reads them from. */
  readonly scalars: readonly Place[];
  readonly sums: readonly Place[];
  /** Whether tensors differ in their scalars, and whether anything tells them apart. */
  readonly strips: boolean;
  readonly split: boolean;
  /** Whether the tensor's key for random bits follows its scalars. */
  readonly draws: boolean;
}

/** A sum over the parameters of a group or of all, in one cohort: its label says which sum it is a part of. */
export interface SharedSum {
  readonly label: string;
  readonly scope: 'group' | 'all';
  readonly place: number;
}

/**
 * A plan bound to an arena. `begin` computes the scalars that need no array; then for each level `runPasses`, and `finishLevel` when the
 * sums of all cohorts have been exchanged; then `keep`.
 */
export class Variant {
  /** The number of levels: sums and routines that must be complete, one after the other. */
  readonly levels: number;
  /** Per level, the sums that its passes leave to be added up over cohorts. */
  readonly shared: readonly (readonly SharedSum[])[];
  /** The scalars of the step by place. */
  readonly values: Float64Array;
  private readonly arena: Arena;
  private readonly leaves: Leaves;
  /** The strips of scalars as numbers, and the sums that kernels left. */
  private readonly strips: Float32Array | Float64Array;
  private readonly partial: Float64Array;
  private readonly keys: Uint32Array;
  private readonly hashes: readonly number[];
  private t = 0;
  private readonly passes: readonly (readonly CompiledPass[])[];
  private readonly routines: readonly (readonly ((j: number) => void)[])[];
  private readonly fixed: readonly ScalarStep[];
  /** Per level: scalars computed once, and scalars computed for each tensor. */
  private readonly once: readonly (readonly ScalarStep[])[];
  private readonly each: readonly (readonly ScalarStep[])[];
  private readonly gatePlace: number | undefined;
  private readonly conditionPlaces: readonly number[];
  private readonly stateWrites: readonly {
    readonly state: Variable;
    readonly place: Place;
  }[];
  private hyperVersion = -1;

  constructor(plan: Plan, arena: Arena, backend: Backend, crew: Crew) {
    this.arena = arena;
    const { buffer, stripsAt, sumsAt, pitch, tensors } = arena;
    this.strips = arena.numbers(stripsAt, (pitch * tensors.length) / bytesOf[arena.dtype]);
    this.partial = new Float64Array(buffer, sumsAt, arena.mostSums);
    this.keys = new Uint32Array(buffer, stripsAt, (pitch * tensors.length) / Uint32Array.BYTES_PER_ELEMENT);
    this.hashes = tensors.map(({ name }) => hashOf(name));
    const scalars = compileScalars(plan.scalars, tensors.length);
    this.values = new Float64Array(scalars.size);
    const { place } = scalars;
    this.leaves = new Leaves(plan.scalars, place);
    const isTensor = new Set(plan.scalars.filter((slot) => slot.kind === 'tensor').map((slot) => slot.node));
    const used = [...plan.scalars, ...plan.passes, ...plan.routines].map(({ level }) => level);
    this.levels = 1 + Math.max(0, ...used);
    const range = Array.from({ length: this.levels }, (_, level) => level);
    const placeOf = (node: Node): Place => ({ at: place.get(node) ?? 0, next: isTensor.has(node) ? 1 : 0 });
    const passes = plan.passes.map((pass) => compilePass(pass, placeOf, arena, backend, crew));
    this.passes = range.map((level) => passes.filter((pass) => pass.level === level));
    this.shared = range.map((level) => plan.passes.filter((pass) => pass.level === level).flatMap((pass) => sharedSums(pass, place)));
    const bound = (call: RoutineCall): ((j: number) => void) =>
      bindRoutine(call, arena, backend, crew, (node, j) => this.values[placeOf(node).at + j * placeOf(node).next] ?? NaN);
    this.routines = range.map((level) => plan.routines.filter((call) => call.level === level).map(bound));
    this.fixed = scalars.steps((slot) => slot.fixed);
    this.once = range.map((level) => scalars.steps((slot) => !slot.fixed && slot.level === level && slot.kind !== 'tensor'));
    this.each = range.map((level) => scalars.steps((slot) => !slot.fixed && slot.level === level && slot.kind === 'tensor'));
    this.gatePlace = plan.gate === undefined ? undefined : place.get(plan.gate);
    this.conditionPlaces = plan.conditions.map((condition) => place.get(condition) ?? 0);
    this.stateWrites = [...plan.scalarWrites].map(([state, node]) => ({ state, place: placeOf(node) }));
  }

  /** Computes the scalars that need no array. Returns the outcomes of the host conditions, one bit each. */
  begin(context: StepContext): number {
    const { values, conditionPlaces } = this;
    this.t = context.t;
    this.leaves.fill(values, context);
    if (this.hyperVersion !== context.hyperVersion) {
      this.leaves.fillHyper(values, context);
      for (const step of this.fixed) step(values);
      this.hyperVersion = context.hyperVersion;
    }
    this.scalarsOf(0, context);
    let outcome = 0;
    for (let i = 0; i < conditionPlaces.length; i++) outcome |= (values[conditionPlaces[i]!] === 0 ? 0 : 1) << i;
    return outcome;
  }

  /** Whether nothing forbids writing: the gate found every gradient finite, or there is no gate. */
  get gateOpen(): boolean {
    return this.gatePlace === undefined || this.values[this.gatePlace] === 0;
  }

  /** Runs the kernels of a level over the tensors that are active. */
  runPasses(level: number, active: readonly boolean[] | undefined): void {
    for (const pass of this.passes[level] ?? []) this.runPass(pass, active);
  }

  /** Runs the routines and computes the scalars that had to wait for the level before `level`. */
  startLevel(level: number, context: StepContext, active: readonly boolean[] | undefined): void {
    for (const routine of this.routines[level] ?? []) {
      for (let j = 0; j < this.arena.tensors.length; j++) if (active === undefined || active[j] === true) routine(j);
    }
    this.scalarsOf(level, context);
  }

  private scalarsOf(level: number, context: StepContext): void {
    const { values } = this;
    for (const step of this.once[level] ?? []) step(values);
    if (level === 0) this.leaves.fillTensors(values, context, this.arena.tensors);
    for (const step of this.each[level] ?? []) step(values);
  }

  private runPass(pass: CompiledPass, active: readonly boolean[] | undefined): void {
    const { arena } = this;
    const table = pass.split || active !== undefined ? arena.split(pass.form, active) : pass.fused;
    arena.tell(table, pass.strips ? arena.pitch : 0, pass.addresses);
    this.fillStrips(pass);
    pass.crew.run(pass.executable, arena.argumentsAt, table.count);
    if (pass.sums.length > 0) this.addUp(pass, table);
  }

  /** Rounds the scalars of a pass to the arrays' type where its kernel looks for them. */
  private fillStrips({ scalars, strips: many, draws }: CompiledPass): void {
    const { strips, values, arena, keys, hashes } = this;
    const pitch = arena.pitch / strips.BYTES_PER_ELEMENT;
    for (let j = 0; j < (many ? arena.tensors.length : 1); j++) {
      for (let i = 0; i < scalars.length; i++) strips[j * pitch + i] = values[scalars[i]!.at + j * scalars[i]!.next]!;
      if (draws) keys[j * pitch + scalars.length] = keyOf(hashes[j]!, this.t, arena.tensors[j]!.offset / strips.BYTES_PER_ELEMENT);
    }
  }

  /** Adds up the sums of a tensor's segments in order, and those of the tensors in order, whatever computed them. */
  private addUp({ sums }: CompiledPass, { ofTensor }: Table): void {
    const { values, partial } = this;
    for (let r = 0; r < sums.length; r++) {
      const { at, next } = sums[r]!;
      let total = 0;
      for (let j = 0; j < ofTensor.length; j++) {
        const [first, count] = ofTensor[j]!;
        let own = 0;
        for (let s = first; s < first + count; s++) own += partial[s * sums.length + r]!;
        total += own;
        if (next === 1) values[at + j] = own;
      }
      if (next === 0) values[at] = total;
    }
  }

  /** A scalar that the step computed, of tensor `j`. */
  told(measure: Variable, j: number): number | undefined {
    const place = this.stateWrites.find(({ state }) => state === measure)?.place;
    return place === undefined ? undefined : this.values[place.at + j * place.next];
  }

  /** Ends the step: keeps the scalar states, of the active tensors where there is one for each. */
  keep({ scalarStates }: StepContext, active: readonly boolean[] | undefined): void {
    for (const { state, place } of this.stateWrites) {
      const kept = scalarStates.get(state) ?? [];
      for (let j = 0; j < kept.length; j++) {
        const held = kept.length > 1 && active !== undefined && active[j] !== true;
        if (!held) kept[j] = this.values[place.at + j * place.next]!;
      }
    }
  }
}

function sharedSums(pass: Pass, place: ReadonlyMap<Pass['sums'][number], number>): SharedSum[] {
  return pass.sums.flatMap((node) => {
    const scope = scopeOf(node);
    return scope === 'tensor' ? [] : [{ label: `${node.op} ${String(node.attribute)}`, scope, place: place.get(node) ?? 0 }];
  });
}

function compilePass(pass: Pass, placeOf: (node: Node) => Place, arena: Arena, backend: Backend, crew: Crew): CompiledPass {
  const scalars = pass.scalars.map(placeOf);
  const { draws } = pass.kernel;
  const strips = draws || scalars.some(({ next }) => next === 1);
  const executable = makeExecutable(backend, pass.kernel, arena.region);
  const shared = arena.layout(pass.form).bytes >= worthSharing * chunk * bytesOf[arena.dtype];
  if (shared) crew.introduce(executable);
  return {
    level: pass.level,
    form: pass.form,
    fused: arena.fused(pass.form),
    executable,
    crew: shared ? crew : alone,
    addresses: pass.arrays.map((array) => arena.base(array)),
    scalars,
    sums: pass.sums.map(placeOf),
    strips,
    split: strips || pass.sums.length > 0,
    draws,
  };
}
