/** Who runs in the benchmark: each takes a number of steps of AdamW on float32 and says how many nanoseconds that took. */
import { execFileSync, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { adamw, tensor, type Backend } from 'thalweg';

/** A contender prepared for one size. */
export interface Contender {
  readonly name: string;
  /** Takes steps; returns nanoseconds for all of them. */
  run(steps: number): number | Promise<number>;
  close(): void;
}

const firstWeight = (i: number): number => 1 + 0.3 * ((i * 7) % 5);

/** Thalweg, zero-copy: gradients stand in the arena, host work included. `tensors` of equal size. */
export async function ours(backend: Backend, size: number, tensors = 1): Promise<Contender> {
  const each = size / tensors;
  const values = Float32Array.from({ length: each }, (_, i) => firstWeight(i));
  const parameters = Object.fromEntries(Array.from({ length: tensors }, (_, k) => [`p${String(k)}`, tensor([each], { values })]));
  const opt = await adamw({ lr: 1e-3, weightDecay: 1e-2 }).init(parameters, { backend });
  for (const g of Object.values(opt.grads)) g.forEach((_, i) => (g[i] = 0.5 * firstWeight(i)));
  return {
    name: `Thalweg ${backend}`,
    run(steps) {
      const started = process.hrtime.bigint();
      for (let s = 0; s < steps; s++) opt.step();
      return Number(process.hrtime.bigint() - started);
    },
    close: () => opt.dispose(), // prettier-ignore
  };
}

/** The loop that people write by hand: float32 arrays, float64 arithmetic between. */
export function plainJavaScript(size: number): Contender {
  const w = Float32Array.from({ length: size }, (_, i) => firstWeight(i));
  const g = w.map((x) => 0.5 * x);
  const [m, v] = [new Float32Array(size), new Float32Array(size)];
  let t = 0;
  const step = (): void => {
    t += 1;
    const [r1, r2] = [1 / (1 - 0.9 ** t), 1 / (1 - 0.999 ** t)];
    for (let i = 0; i < size; i++) {
      const gi = g[i]!;
      const mi = (m[i] = 0.9 * m[i]! + 0.1 * gi);
      const vi = (v[i] = 0.999 * v[i]! + 0.001 * gi * gi);
      w[i] = w[i]! - 1e-3 * ((mi * r1) / (Math.sqrt(vi * r2) + 1e-8) + 1e-2 * w[i]!);
    }
  };
  return {
    name: 'plain JavaScript',
    run(steps) {
      const started = process.hrtime.bigint();
      for (let s = 0; s < steps; s++) step();
      return Number(process.hrtime.bigint() - started);
    },
    close: () => undefined,
  };
}

/** The C programs: the flags people type, those that let gcc use the machine's full vectors, and WebAssembly's vector width. */
const builds = {
  C: [],
  'C, widest vectors': ['-fno-math-errno'],
  'C, 128-bit vectors': ['-fno-math-errno', '-mprefer-vector-width=128'],
} as const;

/** The C program of one build, started. */
export class Native {
  /** The compiler's version. */
  readonly compiler: string;
  private readonly name: string;
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly answers: AsyncIterator<string>;

  private constructor(name: string, program: string, compiler: string) {
    this.name = name;
    this.compiler = compiler;
    this.child = spawn(program);
    this.answers = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  /** Builds with gcc -O3 -march=native and each build's own flags; nothing where there is no gcc. */
  static buildAll(): Native[] {
    const cache = join(import.meta.dirname, '..', '.bench');
    mkdirSync(cache, { recursive: true });
    const gcc = ['/usr/bin/gcc', '/usr/local/bin/gcc'].find((path) => existsSync(path));
    if (gcc === undefined) return [];
    const [version = 'gcc'] = execFileSync(gcc, ['--version'], { encoding: 'utf8' }).split('\n');
    return Object.entries(builds).map(([name, flags], i) => {
      const program = join(cache, `adamw${String(i)}`);
      const source = join(import.meta.dirname, 'native', 'adamw.c');
      execFileSync(gcc, ['-O3', '-march=native', '-ffp-contract=off', ...flags, '-o', program, source, '-lm']);
      return new Native(name, program, version);
    });
  }

  /** The program at one size. */
  at(size: number): Contender {
    return {
      name: this.name,
      run: async (steps) => {
        this.child.stdin.write(`${String(size)} ${String(steps)}\n`);
        const answer = await this.answers.next();
        if (answer.done === true) throw new Error('the native program ended');
        return Number(answer.value.split(' ')[0]);
      },
      close: () => undefined,
    };
  }

  /** Ends the program. */
  close(): void {
    this.child.stdin.end();
  }
}
