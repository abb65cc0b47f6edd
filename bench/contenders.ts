/** Who runs in the benchmark: an entry each, with the command that starts its program. What a machine lacks is said, and left out. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** Contenders that are drawn in one colour. */
export type Family = 'thalweg' | 'c' | 'plain' | 'tfjs' | 'jax-js' | 'pytorch' | 'optax';

/** A contender that can be started. */
export interface Contender {
  readonly name: string;
  readonly family: Family;
  readonly command: readonly [string, ...string[]];
}

/** Contenders, and those that this machine cannot run, with what to do about it. */
export interface Field {
  readonly contenders: readonly Contender[];
  readonly absent: readonly string[];
  /** The versions of what runs, one each. */
  readonly versions: readonly string[];
}

/** The native limit of one and of two threads: ratios are formed against these. */
export const limits = ['C, widest vectors', 'C, widest vectors, 2 threads'] as const;

/** The same at WebAssembly's width. */
export const sameWidth = ['C, 128-bit vectors', 'C, 128-bit vectors, 2 threads'] as const;

/** Ours in compiled C, on one thread and on two. */
export const compiledC = ['Thalweg native', 'Thalweg native, 2 threads'] as const;

/** The one that people would use where there is Python. */
export const fused = ['PyTorch fused', 'PyTorch fused, 2 threads'] as const;

const cache = join(import.meta.dirname, '..', '.bench');
const node = [process.execPath, '--conditions=source', '--expose-gc'] as const;
const program = (name: string): string => join(import.meta.dirname, 'programs', name);

/** A contender of ours: options for `init`, and for another method than AdamW its name. */
export function thalweg(name: string, init: object, rest: object = {}): Contender {
  return { name, family: 'thalweg', command: [...node, program('thalweg.ts'), JSON.stringify({ init, ...rest })] };
}

const javaScript: readonly Contender[] = [
  thalweg('Thalweg wasm', { backend: 'wasm', threads: 1 }),
  thalweg('Thalweg wasm, 2 threads', { backend: 'wasm', threads: 2 }),
  thalweg('Thalweg fround', { backend: 'fround' }),
  thalweg('Thalweg reference (float64)', { backend: 'reference' }),
  { name: 'plain JavaScript', family: 'plain', command: [...node, program('plain.ts')] },
  { name: 'TF.js cpu', family: 'tfjs', command: [...node, program('tfjs.ts'), 'cpu'] },
  { name: 'TF.js wasm', family: 'tfjs', command: [...node, program('tfjs.ts'), 'wasm'] },
  { name: 'jax-js jit, wasm', family: 'jax-js', command: [...node, program('jax-js.ts'), 'wasm'] },
];

/** The C programs: the flags people type, those that let gcc use the machine's full vectors, and WebAssembly's vector width. */
const builds = [
  { name: 'C', flags: [], threads: [1] },
  { name: 'C, widest vectors', flags: ['-fno-math-errno'], threads: [1, 2] },
  { name: 'C, 128-bit vectors', flags: ['-fno-math-errno', '-mprefer-vector-width=128'], threads: [1, 2] },
] as const;

const gcc = ['/usr/bin/gcc', '/usr/local/bin/gcc'].find((path) => existsSync(path));

const compiled = new Set<string>();

/** Compiles a C program of `native/` with gcc -O3 -march=native, once a run; undefined where there is no gcc. */
export function compile(
  source: string,
  output: string,
  flags: readonly string[] = [],
  libraries: readonly string[] = [],
): string | undefined {
  if (gcc === undefined) return undefined;
  const target = join(cache, output);
  if (compiled.has(target)) return target;
  mkdirSync(cache, { recursive: true });
  const from = join(import.meta.dirname, 'native', source);
  const always = ['-O3', '-march=native', '-ffp-contract=off', '-D_GNU_SOURCE', '-pthread'];
  execFileSync(gcc, [...always, ...flags, '-o', target, from, '-lm', ...libraries], { stdio: ['ignore', 'ignore', 'pipe'] });
  compiled.add(target);
  return target;
}

const nameOf = (name: string, threads: number): string => (threads === 1 ? name : `${name}, ${String(threads)} threads`);

function native(): Field {
  if (gcc === undefined)
    return {
      contenders: [],
      absent: ['C, Thalweg native, and with them evicted caches: there is no gcc (apt-get install gcc)'],
      versions: [],
    };
  const contenders = builds.flatMap(({ name, flags, threads }, i) => {
    const path = compile('adamw.c', `adamw${String(i)}`, flags) ?? '';
    return threads.map((count): Contender => ({ name: nameOf(name, count), family: 'c', command: [path, String(count)] }));
  });
  const ours = compiledC.map((name, i) => thalweg(name, { backend: 'native', threads: i + 1 }));
  const [version = 'gcc'] = execFileSync(gcc, ['--version'], { encoding: 'utf8' }).split('\n');
  return { contenders: [...contenders, ...ours], absent: [], versions: [version] };
}

function python(given: string | undefined): Field {
  const own = join(cache, 'venv', 'bin', 'python');
  const interpreter = given ?? (existsSync(own) ? own : 'python3');
  const script = (name: string): string => join(import.meta.dirname, 'python', name);
  const version = (module: string): string | undefined => {
    const asked = spawnSync(interpreter, ['-c', `import ${module}; print(${module}.__version__)`], { encoding: 'utf8' });
    return asked.status === 0 ? asked.stdout.trim() : undefined;
  };
  const torch = ([form, threads]: readonly [string, number]): Contender => ({
    name: nameOf(`PyTorch ${form}`, threads),
    family: 'pytorch',
    command: [interpreter, script('torch_adamw.py'), form, String(threads)],
  });
  const forms = [['fused', 1], ['fused', 2], ['foreach', 1], ['foreach', 2]] as const; // prettier-ignore
  const found = [
    { name: 'PyTorch', version: version('torch'), contenders: forms.map(torch) },
    { name: 'Optax', version: version('optax'), contenders: [{ name: 'Optax jit', family: 'optax' as const, command: [interpreter, script('optax_adamw.py')] as const }] },
  ]; // prettier-ignore
  return {
    contenders: found.flatMap((one) => (one.version === undefined ? [] : one.contenders)),
    absent: found.flatMap((one) =>
      one.version === undefined ? [`${one.name}: ${interpreter} does not have it (bench/python/setup.sh)`] : [],
    ),
    versions: found.flatMap((one) => (one.version === undefined ? [] : [`${one.name} ${one.version}`])),
  };
}

/** Everyone whom this machine can run. */
export function field(interpreter: string | undefined): Field {
  const [c, py] = [native(), python(interpreter)];
  return {
    contenders: [...c.contenders, ...javaScript, ...py.contenders],
    absent: [...c.absent, ...py.absent],
    versions: [...c.versions, ...py.versions],
  };
}
