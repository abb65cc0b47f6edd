/**
 * One plan, ready to run on an arena: its kernels, its routines, its scalars in one Float64Array, and how each level is computed. Scalars
 * that exist once per tensor share their places and are saved and restored around each tensor. Who runs the levels, and carries sums
 * from one cohort to the others, is the ensemble.
 */
import { scopeOf } from '../language/graph.ts';
import type { Executable } from '../lower/executable.ts';
import { compileScalars, type ScalarStep } from '../lower/scalars.ts';
import { bytesOf, chunk } from '../plan/dtype.ts';
import { traffic } from '../plan/kernel.ts';
import type { Pass } from '../plan/passes.ts';
import type { Plan, RoutineCall } from '../plan/plan.ts';
import type { Arena, Layout } from './arena.ts';
import { makeExecutable, type Backend } from './backend.ts';
import { Leaves, type StepContext } from './leaves.ts';
import { bindRoutine } from './routine.ts';

interface CompiledPass {
  readonly level: number;
  readonly layout: Layout;
  readonly executable: Executable;
  readonly addresses: readonly number[];
  readonly scalarPlaces: readonly number[];
  readonly scalars: Float64Array;
  readonly sums: readonly {
    readonly place: number;
    readonly perTensor: boolean;
  }[];
  readonly sumBuffer: Float64Array;
  /** Sums of the tensor at hand, and of all tensors so far. */
  readonly own: Float64Array;
  readonly totals: Float64Array;
  /** Whether tensors must be run one by one. */
  readonly perTensor: boolean;
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
  /** Bytes that the passes read and write, routines apart. */
  readonly traffic: { readonly read: number; readonly written: number };
  /** The scalars of the step by place. */
  readonly values: Float64Array;
  private readonly arena: Arena;
  private readonly leaves: Leaves;
  private readonly passes: readonly (readonly CompiledPass[])[];
  private readonly routines: readonly (readonly ((j: number) => void)[])[];
  private readonly fixed: readonly ScalarStep[];
  /** Per level: scalars computed once, and scalars computed for each tensor. */
  private readonly once: readonly (readonly ScalarStep[])[];
  private readonly each: readonly (readonly ScalarStep[])[];
  private readonly tensorPlaces: readonly number[];
  private readonly saved: readonly Float64Array[];
  private readonly gatePlace: number | undefined;
  private readonly conditionPlaces: readonly number[];
  private readonly stateWrites: readonly {
    readonly state: string;
    readonly place: number;
    readonly perTensor: boolean;
  }[];
  private hyperVersion = -1;

  constructor(plan: Plan, arena: Arena, backend: Backend) {
    this.arena = arena;
    const scalars = compileScalars(plan.scalars);
    this.values = new Float64Array(plan.scalars.length);
    this.leaves = new Leaves(plan.scalars);
    const place = scalars.place;
    const isTensor = new Set(plan.scalars.filter((slot) => slot.kind === 'tensor').map((slot) => slot.node));
    const used = [...plan.scalars, ...plan.passes, ...plan.routines].map(({ level }) => level);
    this.levels = 1 + Math.max(0, ...used);
    const range = Array.from({ length: this.levels }, (_, level) => level);
    const passes = plan.passes.map((pass) => compilePass(pass, place, isTensor, arena, backend));
    this.passes = range.map((level) => passes.filter((pass) => pass.level === level));
    this.shared = range.map((level) => plan.passes.filter((pass) => pass.level === level).flatMap((pass) => sharedSums(pass, place)));
    const bound = (call: RoutineCall): ((j: number) => void) =>
      bindRoutine(call, arena, backend, (node) => this.values[place.get(node) ?? 0] ?? NaN);
    this.traffic = trafficOf(plan.passes, arena);
    this.routines = range.map((level) => plan.routines.filter((call) => call.level === level).map(bound));
    this.fixed = scalars.steps((slot) => slot.fixed);
    this.once = range.map((level) => scalars.steps((slot) => !slot.fixed && slot.level === level && slot.kind !== 'tensor'));
    this.each = range.map((level) => scalars.steps((slot) => !slot.fixed && slot.level === level && slot.kind === 'tensor'));
    this.tensorPlaces = [...isTensor].map((node) => place.get(node) ?? 0);
    this.saved = arena.tensors.map(() => new Float64Array(this.tensorPlaces.length));
    this.gatePlace = plan.gate === undefined ? undefined : place.get(plan.gate);
    this.conditionPlaces = plan.conditions.map((condition) => place.get(condition) ?? 0);
    this.stateWrites = [...plan.scalarWrites].map(([state, node]) => ({
      state,
      place: place.get(node) ?? 0,
      perTensor: isTensor.has(node),
    }));
  }

  /** Computes the scalars that need no array. Returns the outcomes of the host conditions, one bit each. */
  begin(context: StepContext): number {
    const { values, conditionPlaces } = this;
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
      this.arena.tensors.forEach((_, j) => {
        if (active !== undefined && active[j] !== true) return;
        if (this.tensorPlaces.length > 0) this.restore(j);
        routine(j);
      });
    }
    this.scalarsOf(level, context);
  }

  private scalarsOf(level: number, context: StepContext): void {
    const { values } = this;
    for (const step of this.once[level] ?? []) step(values);
    if (this.tensorPlaces.length === 0) return;
    const steps = this.each[level] ?? [];
    for (let j = 0; j < this.saved.length; j++) {
      this.restore(j);
      if (level === 0) this.leaves.fillTensor(values, context, j, this.arena.tensors[j]!.shape);
      for (const step of steps) step(values);
      this.save(j);
    }
  }

  private runPass(pass: CompiledPass, active: readonly boolean[] | undefined): void {
    const { layout, sums, totals } = pass;
    if (!pass.perTensor && active === undefined) {
      this.gather(pass);
      pass.executable.run(pass.addresses, pass.scalars, 0, layout.bytes, pass.sumBuffer);
      return;
    }
    totals.fill(0);
    for (let j = 0; j < layout.places.length; j++) {
      if (active !== undefined && active[j] !== true) continue;
      if (this.tensorPlaces.length > 0) this.restore(j);
      this.gather(pass);
      const { offset, padded } = layout.places[j]!;
      if (sums.length === 0) pass.executable.run(pass.addresses, pass.scalars, offset, offset + padded, pass.sumBuffer);
      else this.runChunks(pass, j);
    }
    for (let r = 0; r < sums.length; r++) if (!sums[r]!.perTensor) this.values[sums[r]!.place] = totals[r]!;
  }

  /** Sums the partial sums of a tensor's chunks in order, and the tensors in order, whatever computed them. */
  private runChunks(pass: CompiledPass, j: number): void {
    const { sums, sumBuffer, own, totals, layout } = pass;
    const { offset, length } = layout.places[j]!;
    const bytes = bytesOf[this.arena.dtype];
    const count = sums.length;
    own.fill(0);
    const end = offset + length * bytes;
    for (let from = offset; from < end; from += chunk * bytes) {
      pass.executable.run(pass.addresses, pass.scalars, from, Math.min(end, from + chunk * bytes), sumBuffer);
      for (let r = 0; r < count; r++) own[r]! += sumBuffer[r]!;
    }
    sums.forEach(({ place, perTensor }, r) => {
      totals[r]! += own[r]!;
      if (perTensor) this.values[place] = own[r]!;
    });
    if (this.tensorPlaces.length > 0) this.save(j);
  }

  private gather(pass: CompiledPass): void {
    const { scalars, scalarPlaces } = pass;
    for (let i = 0; i < scalars.length; i++) scalars[i] = this.values[scalarPlaces[i]!]!;
  }

  private restore(j: number): void {
    const saved = this.saved[j]!;
    for (let i = 0; i < saved.length; i++) this.values[this.tensorPlaces[i]!] = saved[i]!;
  }

  private save(j: number): void {
    const saved = this.saved[j]!;
    for (let i = 0; i < saved.length; i++) saved[i] = this.values[this.tensorPlaces[i]!]!;
  }

  /** Ends the step: keeps the scalar states, of the active tensors where there is one for each. */
  keep(context: StepContext, active: readonly boolean[] | undefined): void {
    const next = this.stateWrites.map(({ place, perTensor }) => {
      if (!perTensor) return Float64Array.of(this.values[place]!);
      const at = this.tensorPlaces.indexOf(place);
      return Float64Array.from(this.saved, (saved) => saved[at]!);
    });
    this.stateWrites.forEach(({ state }, i) => {
      const kept = context.scalarStates.get(state);
      const value = next[i]!;
      if (kept === undefined) return;
      for (let j = 0; j < kept.length; j++) {
        const held = kept.length > 1 && active !== undefined && active[j] !== true;
        if (!held) kept[j] = value[value.length === 1 ? 0 : j]!;
      }
    });
  }
}

function sharedSums(pass: Pass, place: ReadonlyMap<Pass['sums'][number], number>): SharedSum[] {
  return pass.sums.flatMap((node) => {
    const scope = scopeOf(node);
    return scope === 'tensor' ? [] : [{ label: `${node.op} ${String(node.attribute)}`, scope, place: place.get(node) ?? 0 }];
  });
}

function trafficOf(passes: readonly Pass[], arena: Arena): Variant['traffic'] {
  let [read, written] = [0, 0];
  for (const { kernel, form } of passes) {
    const { loads, stores } = traffic(kernel);
    read += loads * arena.layout(form).bytes;
    written += stores * arena.layout(form).bytes;
  }
  return { read, written };
}

function compilePass(
  pass: Pass,
  place: ReadonlyMap<Pass['scalars'][number], number>,
  isTensor: ReadonlySet<Pass['scalars'][number]>,
  arena: Arena,
  backend: Backend,
): CompiledPass {
  return {
    level: pass.level,
    layout: arena.layout(pass.form),
    executable: makeExecutable(backend, pass.kernel, arena),
    addresses: pass.arrays.map((array) => arena.base(array)),
    scalarPlaces: pass.scalars.map((node) => place.get(node) ?? 0),
    scalars: new Float64Array(pass.scalars.length),
    sums: pass.sums.map((node) => ({
      place: place.get(node) ?? 0,
      perTensor: scopeOf(node) === 'tensor',
    })),
    sumBuffer: new Float64Array(pass.sums.length),
    own: new Float64Array(pass.sums.length),
    totals: new Float64Array(pass.sums.length),
    perTensor: pass.sums.length > 0 || pass.scalars.some((node) => isTensor.has(node)),
  };
}
