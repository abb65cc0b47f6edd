/**
 * One plan, ready to run on an arena: its kernels, its scalars in one Float64Array, and the order in which both are computed. Scalars
 * that exist once per tensor share their places and are saved and restored around each tensor.
 */
import { scopeOf } from '../language/graph.ts';
import type { Executable } from '../lower/executable.ts';
import { compileScalars, type ScalarStep } from '../lower/scalars.ts';
import { bytesOf, chunk } from '../plan/dtype.ts';
import type { Pass } from '../plan/passes.ts';
import type { Plan } from '../plan/plan.ts';
import type { Arena, TensorPlace } from './arena.ts';
import { makeExecutable, type Backend } from './backend.ts';
import { Leaves, type StepContext } from './leaves.ts';

interface CompiledPass {
  readonly level: number;
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

/** A plan bound to an arena. `begin` and, if the plan is the right one, `finish` compute one step. */
export class Variant {
  private readonly arena: Arena;
  private readonly values: Float64Array;
  private readonly leaves: Leaves;
  private readonly passes: readonly CompiledPass[];
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
    this.passes = plan.passes.map((pass) => compilePass(pass, place, isTensor, arena, backend));
    const levels = 1 + Math.max(0, ...plan.scalars.map((slot) => slot.level));
    const range = Array.from({ length: levels }, (_, level) => level);
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

  /** Computes the rest of the step. Returns false, with nothing written, where the gate found a gradient that is not finite. */
  finish(context: StepContext): boolean {
    let level = 0;
    for (const pass of this.passes) {
      while (level < pass.level) this.scalarsOf(++level, context);
      if (level >= 1 && !this.gateOpen()) return false;
      this.runPass(pass);
    }
    while (level < this.once.length - 1) this.scalarsOf(++level, context);
    if (!this.gateOpen()) return false;
    this.keepScalarStates(context);
    return true;
  }

  private gateOpen(): boolean {
    return this.gatePlace === undefined || this.values[this.gatePlace] === 0;
  }

  private scalarsOf(level: number, context: StepContext): void {
    const { values } = this;
    for (const step of this.once[level] ?? []) step(values);
    if (this.tensorPlaces.length === 0) return;
    const steps = this.each[level] ?? [];
    for (let j = 0; j < this.saved.length; j++) {
      this.restore(j);
      if (level === 0) this.leaves.fillTensor(values, context, j);
      for (const step of steps) step(values);
      this.save(j);
    }
  }

  private runPass(pass: CompiledPass): void {
    if (!pass.perTensor) {
      this.gather(pass);
      pass.executable.run(pass.addresses, pass.scalars, 0, this.arena.arrayBytes, pass.sumBuffer);
      return;
    }
    const { totals, sums } = pass;
    totals.fill(0);
    this.arena.tensors.forEach((tensor, j) => {
      if (this.tensorPlaces.length > 0) this.restore(j);
      this.gather(pass);
      if (sums.length === 0)
        pass.executable.run(pass.addresses, pass.scalars, tensor.offset, tensor.offset + tensor.padded, pass.sumBuffer);
      else this.runChunks(pass, tensor, j);
    });
    sums.forEach(({ place, perTensor }, r) => {
      if (!perTensor) this.values[place] = totals[r]!;
    });
  }

  /** Sums the partial sums of a tensor's chunks in order, and the tensors in order, whatever computed them. */
  private runChunks(pass: CompiledPass, tensor: TensorPlace, j: number): void {
    const { sums, sumBuffer, own, totals } = pass;
    const bytes = bytesOf[this.arena.dtype];
    const count = sums.length;
    own.fill(0);
    const end = tensor.offset + tensor.length * bytes;
    for (let from = tensor.offset; from < end; from += chunk * bytes) {
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

  private keepScalarStates(context: StepContext): void {
    const next = this.stateWrites.map(({ place, perTensor }) => {
      if (!perTensor) return Float64Array.of(this.values[place]!);
      const at = this.tensorPlaces.indexOf(place);
      return Float64Array.from(this.saved, (saved) => saved[at]!);
    });
    this.stateWrites.forEach(({ state }, i) => {
      const kept = context.scalarStates.get(state);
      const value = next[i]!;
      if (kept !== undefined) for (let j = 0; j < kept.length; j++) kept[j] = value[value.length === 1 ? 0 : j]!;
    });
  }
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
