/**
 * Devices on linear memory: arrays lie in an arena, and a pass is one call over a table of segments, whatever compiled its code. Code and threads, in which
 * such devices differ, are passed in. Knows the calling convention; knows no optimizer.
 */
import { bytesOf, chunk, type DType } from '../plan/dtype.ts';
import type { Kernel } from '../plan/kernel.ts';
import type { Pass } from '../plan/passes.ts';
import type { RoutineCall } from '../plan/plan.ts';
import type { Executable } from '../targets/loops/executable.ts';
import { hashOf, keyOf } from '../targets/loops/random.ts';
import type { Multiply, Routine } from '../targets/loops/routines/routine.ts';
import type { Place } from '../targets/loops/scalars.ts';
import { Arena, type ArrayRequest, type Table } from './arena.ts';
import type { Active, Backend, Device, Launch, RoutineLaunch } from './device.ts';
import type { MemorySource, Region } from './memory.ts';
import { bindRoutine } from './routine.ts';
import type { Threads } from './threads.ts';

/** From so many chunks on, a pass is shared between threads. */
const worthSharing = 8;

/** What a device on linear memory is made of. */
export interface LinearParts {
  readonly backend: Backend;
  readonly source: MemorySource;
  readonly threads: Threads;
  /** Makes a kernel runnable in a region of memory. */
  readonly executable: (kernel: Kernel, region: Region) => Executable;
  /** What multiplies matrices of a type. */
  readonly multiply: (dtype: DType) => Multiply;
  /** What draws noise into an arena. */
  readonly noise: (arena: Arena) => Routine;
  /** Completes what was made runnable so far, where that takes long. */
  readonly complete?: () => Promise<void>;
}

type PlaceOf = (node: Pass['scalars'][number]) => Place;

/** A device on linear memory. */
export class LinearDevice implements Device {
  readonly backend: Backend;
  private readonly parts: LinearParts;

  constructor(parts: LinearParts) {
    this.backend = parts.backend;
    this.parts = parts;
  }

  get threads(): number {
    return this.parts.threads.running;
  }

  async start(): Promise<void> {
    const { threads, complete } = this.parts;
    await Promise.all([threads.start(), complete?.()]);
  }

  allocate(request: ArrayRequest): Arena {
    return new Arena(request, this.parts.source);
  }

  release({ region }: Arena): void {
    this.parts.threads.forget(region.memory);
    region.release?.();
  }

  compile(pass: Pass, arena: Arena, placeOf: PlaceOf): Launch {
    const executable = this.parts.executable(pass.kernel, arena.region);
    const shared = arena.layout(pass.form).bytes >= worthSharing * chunk * bytesOf[arena.dtype];
    if (shared) this.parts.threads.introduce(executable);
    return new LinearLaunch(pass, arena, placeOf, executable, shared ? this.parts.threads : undefined);
  }

  compileRoutine(call: RoutineCall, arena: Arena, placeOf: PlaceOf): RoutineLaunch {
    return bindRoutine(call, arena, placeOf, this.parts);
  }

  close(): void {
    this.parts.threads.dismiss();
  }
}

/** A pass on an arena. */
class LinearLaunch implements Launch {
  private readonly pass: Pass;
  private readonly arena: Arena;
  private readonly executable: Executable;
  /** Who shares it; undefined where that is nobody. */
  private readonly threads: Threads | undefined;
  private readonly fused: Table;
  private readonly addresses: readonly number[];
  /** Where each scalar lies, and the way to the next tensor's. */
  private readonly scalarsAt: Int32Array;
  private readonly scalarsNext: Int32Array;
  private readonly sums: readonly Place[];
  /** Whether tensors differ in their scalars, and whether anything tells them apart. */
  private readonly differ: boolean;
  private readonly apart: boolean;
  /** The scalars of each tensor as the kernel reads them, the keys for its random bits among them, and the sums that it left. */
  private readonly uniforms: Float32Array | Float64Array;
  private readonly pitch: number;
  private readonly keys: Uint32Array;
  private readonly hashes: readonly number[];
  private readonly partial: Float64Array;
  /** The segments of the last run. */
  private table: Table;

  constructor(pass: Pass, arena: Arena, placeOf: PlaceOf, executable: Executable, threads: Threads | undefined) {
    [this.pass, this.arena, this.executable, this.threads] = [pass, arena, executable, threads];
    this.table = this.fused = arena.fused(pass.form);
    this.addresses = pass.arrays.map((array) => arena.base(array));
    const scalars = pass.scalars.map(placeOf);
    this.scalarsAt = Int32Array.from(scalars, ({ at }) => at);
    this.scalarsNext = Int32Array.from(scalars, ({ next }) => next);
    this.sums = pass.sums.map(placeOf);
    this.differ = pass.kernel.draws || scalars.some(({ next }) => next === 1);
    this.apart = this.differ || this.sums.length > 0;
    const { buffer, uniformsAt, pitch, tensors, sumsAt, mostSums } = arena;
    this.uniforms = arena.numbers(uniformsAt, (pitch * tensors.length) / bytesOf[arena.dtype]);
    this.pitch = pitch / this.uniforms.BYTES_PER_ELEMENT;
    this.keys = new Uint32Array(buffer, uniformsAt, (pitch * tensors.length) / Uint32Array.BYTES_PER_ELEMENT);
    this.hashes = tensors.map(({ name }) => hashOf(name));
    this.partial = new Float64Array(buffer, sumsAt, mostSums);
  }

  run(values: Float64Array, t: number, active: Active): void {
    const { arena } = this;
    this.table = this.apart || active !== undefined ? arena.split(this.pass.form, active) : this.fused;
    arena.tell(this.table, this.differ ? arena.pitch : 0, this.addresses);
    this.writeUniforms(values, t);
    if (this.threads === undefined) this.executable.run(arena.argumentsAt, 0, this.table.count);
    else this.threads.run(this.executable, arena.argumentsAt, this.table.count);
  }

  read(values: Float64Array): void {
    const { sums, partial } = this;
    const { ofTensor } = this.table;
    // The sums of a tensor's segments in order, and those of the tensors in order, whatever computed them.
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

  /** Rounds the scalars to the arrays' type where the kernel looks for them. */
  private writeUniforms(values: Float64Array, t: number): void {
    const { uniforms, scalarsAt, scalarsNext, pitch } = this;
    const count = scalarsAt.length;
    for (let i = 0; i < count; i++) uniforms[i] = values[scalarsAt[i]!]!;
    if (!this.differ) return;
    const { tensors } = this.arena;
    for (let j = 0; j < tensors.length; j++) {
      for (let i = 0; i < count; i++) uniforms[j * pitch + i] = values[scalarsAt[i]! + j * scalarsNext[i]!]!;
      if (this.pass.kernel.draws) this.keys[j * pitch + count] = keyOf(this.hashes[j]!, t, tensors[j]!.offset / uniforms.BYTES_PER_ELEMENT);
    }
  }
}
