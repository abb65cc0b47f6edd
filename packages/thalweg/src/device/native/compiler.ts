/**
 * The system's C compiler: found as build tools find it, by CC, then cc, gcc and clang in PATH, and always told to keep IEEE arithmetic. Knows no kernels
 * and no cache.
 */
import { arch, cpus, platform } from 'node:os';
import { delimiter, join } from 'node:path';
import { UnsupportedError } from '../../language/run-error.ts';
import { CompilerError } from './compiler-error.ts';
import { fs } from './files.ts';

/** A compiler, by its command and whatever tells it, and the processor that it compiles for, from others. */
export interface Compiler {
  readonly command: readonly [string, ...string[]];
  readonly identity: string;
}

/** What runs programs, loaded where one is to be run: a process that finds everything compiled runs none. */
const runner = (): typeof import('node:child_process') => process.getBuiltinModule('node:child_process');

/** How long it may take, in milliseconds. */
const patience = 120_000;

/** Every product and sum is rounded: no fused multiply-adds, no other order. What no optimizer asks of its kernels, errno and traps, may go. */
const flags = [
  '-std=c99', '-O3', '-fPIC', '-shared', '-fno-fast-math', '-ffp-contract=off', '-fno-math-errno', '-fno-trapping-math', '-fno-strict-aliasing',
]; // prettier-ignore

/** For the vectors of this processor, where the compiler knows how to be asked for them. */
const forThisProcessor: Readonly<Record<string, readonly string[]>> = {
  x64: ['-march=native', '-mprefer-vector-width=512'],
  arm64: ['-mcpu=native'],
};

/** The compiler that `environment` leads to. Throws an UnsupportedError where there is none. */
export function findCompiler(owner: string, environment: NodeJS.ProcessEnv = process.env): Compiler {
  const paths = environment['PATH'] ?? '';
  const [given, ...rest] = wordsOf(environment['CC'] ?? '', paths);
  const names = given === undefined ? ['cc', 'gcc', 'clang'] : [given];
  for (const name of names) {
    const path = locate(name, paths);
    if (path !== undefined) return { command: [path, ...rest], identity: identityOf([path, ...rest]) };
  }
  const looked = given === undefined ? 'no cc, gcc or clang in PATH' : `no program ${given}, which CC names`;
  const install = platform() === 'darwin' ? 'xcode-select --install' : 'apt-get install gcc, or what your system has for it';
  throw new UnsupportedError(owner, `the backend native needs a C compiler, and found ${looked} (${install}); the backend wasm needs none`);
}

/** The words of CC as a shell reads them: quotes and backslashes keep spaces. What is a program as a whole is one word. */
function wordsOf(text: string, paths: string): string[] {
  const whole = text.trim();
  if (whole !== '' && locate(whole, paths) !== undefined) return [whole];
  const words = whole.match(/(?:\\.|"[^"]*"|'[^']*'|[^\s"'\\])+/g) ?? [];
  return words.map((word) => word.replaceAll(/\\(.)|"([^"]*)"|'([^']*)'/g, '$1$2$3'));
}

function locate(name: string, path: string): string | undefined {
  const candidates = name.includes('/') ? [name] : path.split(delimiter).map((folder) => join(folder === '' ? '.' : folder, name));
  return candidates.find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    fs.accessSync(path, fs.constants.X_OK);
    return fs.statSync(path).isFile();
  } catch {
    return false; // It is not there, or not for us.
  }
}

/** What a library depends on besides its source: asking a compiler for its version would cost a later process more than everything else. */
function identityOf(command: readonly [string, ...string[]]): string {
  const real = fs.realpathSync(command[0]);
  const { size, mtimeMs } = fs.statSync(real);
  return JSON.stringify([command, real, size, mtimeMs, flags, forThisProcessor[arch()], platform(), arch(), processor()]);
}

/** Lines that tell processors apart. */
const telling = /^(?:vendor_id|model name|cpu family|model|stepping|flags|Features|CPU \w+)\s*:.*$/gm;

/** The processor, and what it can do: a virtual machine may hide a part of it. */
function processor(): string {
  try {
    const file = fs.openSync('/proc/cpuinfo', 'r');
    try {
      // The first of many alike.
      const bytes = new Uint8Array(8192);
      const text = new TextDecoder().decode(bytes.subarray(0, fs.readSync(file, bytes)));
      return (text.split(/\n\s*\n/)[0]?.match(telling) ?? []).join('\n');
    } finally {
      fs.closeSync(file);
    }
  } catch {
    return cpus()[0]?.model ?? ''; // Only Linux has that file.
  }
}

/** The ways to compile a file, the best first: not every compiler knows what the machine's processor is called. */
function attempts({ command }: Compiler, source: string, library: string): (readonly [string, ...string[]])[] {
  const own = forThisProcessor[arch()];
  const tail = [...flags, '-o', library, source, '-lm'];
  return [...(own === undefined ? [] : [[...own, ...tail]]), tail].map((rest): [string, ...string[]] => [...command, ...rest]);
}

/** How a compiler failed; undefined where it did what it should. */
function problemOf(code: number | null, signal: string | null, library: string): string | undefined {
  if (code === 0) return fs.existsSync(library) ? undefined : 'produced no library';
  return signal === null ? `exited with code ${String(code)}` : `was killed by ${signal}`;
}

/** Compiles a file to a library while everything waits. Throws a CompilerError. */
export function compileNow(compiler: Compiler, source: string, library: string): void {
  let failed: CompilerError | undefined;
  for (const command of attempts(compiler, source, library)) {
    const [program, ...rest] = command;
    const { status, signal, error, stderr } = runner().spawnSync(program, rest, {
      encoding: 'utf8',
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: patience,
    });
    const problem = error === undefined ? problemOf(status, signal, library) : `could not be run (${error.message})`;
    if (problem === undefined) return;
    failed = new CompilerError(command, problem, stderr);
  }
  throw failed ?? new RangeError('there is a way to compile');
}

/** Compiles a file to a library. Rejects with a CompilerError. */
export async function compileSoon(compiler: Compiler, source: string, library: string): Promise<void> {
  let failed: CompilerError | undefined;
  for (const command of attempts(compiler, source, library)) {
    failed = await once(command, library);
    if (failed === undefined) return;
  }
  throw failed ?? new RangeError('there is a way to compile');
}

function once(command: readonly [string, ...string[]], library: string): Promise<CompilerError | undefined> {
  const [program, ...rest] = command;
  return new Promise((resolve) => {
    const child = runner().spawn(program, rest, { stdio: ['ignore', 'ignore', 'pipe'], timeout: patience });
    let output = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.once('error', (error) => resolve(new CompilerError(command, `could not be run (${error.message})`, output)));
    child.once('close', (code, signal) => {
      const problem = problemOf(code, signal, library);
      resolve(problem === undefined ? undefined : new CompilerError(command, problem, output));
    });
  });
}
