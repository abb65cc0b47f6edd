/** The threads of a device: the calling thread alone, or with help from the pool. Which thread runs which segment of a pass changes no result. */
import type { Executable } from '../targets/loops/executable.ts';
import { currentPool, type ThreadPool } from './thread-pool.ts';

/** Runs the segments of passes. */
export interface Threads {
  /** How many threads were asked for. */
  readonly asked: number;
  /** How many really share a pass: fewer where no more could be started. */
  readonly running: number;
  /** Starts the threads. Resolves when they run. */
  start(): Promise<void>;
  /** Runs all `count` segments of a kernel whose arguments lie at `at`, and returns when they are done. Throws a WorkerError. */
  run(executable: Executable, at: number, count: number): void;
  /** Makes a kernel known, so that its first run is shared too. */
  introduce(executable: Executable): void;
  /** Lets go of a memory, which is used no more. */
  forget(memory: WebAssembly.Memory | undefined): void;
  /** Lets go of everything. */
  dismiss(): void;
}

/** The calling thread. */
export const oneThread: Threads = {
  asked: 1,
  running: 1,
  start: () => Promise.resolve(),
  run: ({ run }, at, count) => {
    run(at, 0, count);
  },
  introduce: () => undefined,
  forget: () => undefined,
  dismiss: () => undefined,
};

/** What a pool was told. */
interface Told {
  pool: ThreadPool | undefined;
  readonly kernels: Map<Executable, number>;
}

/** Lets go of the memories of optimizers that nobody disposed of. */
const abandoned = new FinalizationRegistry<Told>(forgetAll);

function forgetAll({ pool, kernels }: Told): void {
  for (const kernel of kernels.values()) pool?.forget(kernel);
  kernels.clear();
}

/** The calling thread and others of the pool. */
export class PooledThreads implements Threads {
  readonly asked: number;
  private readonly told: Told = { pool: undefined, kernels: new Map() };

  constructor(asked: number) {
    this.asked = asked;
    abandoned.register(this, this.told, this);
  }

  get running(): number {
    return Math.min(this.asked, currentPool()?.size ?? 1);
  }

  async start(): Promise<void> {
    await currentPool()?.grow(this.asked);
  }

  introduce(executable: Executable): void {
    const { told } = this;
    const pool = currentPool();
    if (told.pool !== pool) told.kernels.clear();
    told.pool = pool;
    const { code, memory } = executable;
    if (pool === undefined || code === undefined || memory === undefined || told.kernels.has(executable)) return;
    told.kernels.set(executable, pool.introduce(code, memory));
  }

  run(executable: Executable, at: number, count: number): void {
    this.introduce(executable);
    const { pool, kernels } = this.told;
    const kernel = kernels.get(executable);
    if (pool === undefined || kernel === undefined) oneThread.run(executable, at, count);
    else pool.run(kernel, executable.run, at, count, this.asked);
  }

  forget(memory: WebAssembly.Memory | undefined): void {
    const { pool, kernels } = this.told;
    for (const [executable, kernel] of kernels) {
      if (executable.memory !== memory) continue;
      pool?.forget(kernel);
      kernels.delete(executable);
    }
  }

  dismiss(): void {
    forgetAll(this.told);
    abandoned.unregister(this);
  }
}
