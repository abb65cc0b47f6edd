/**
 * WebAssembly modules: whether the engine supports them, and how code becomes a module that runs on a memory. Compiled modules are cached by the kernel's
 * key, which holds no hyperparameter values, so any number of equal optimizers share one. Knows no devices.
 */
import { Code } from '../targets/loops/wasm/assembler/code.ts';
import { encodeModule, interfaceNames, type MemoryKind } from '../targets/loops/wasm/assembler/module.ts';
import type { Executable } from '../targets/loops/executable.ts';

/** Why WebAssembly cannot be used here, and what would help; undefined where it can. */
export function wasmProblem(): string | undefined {
  return (problem ??= { found: findProblem() }).found;
}

let problem: { readonly found: string | undefined } | undefined;

function findProblem(): string | undefined {
  // In engines without it the name itself is missing, whatever the types say.
  if (typeof WebAssembly === 'undefined') return 'this engine has no WebAssembly, as in lockdown mode and under --jitless';
  try {
    // A vector, since engines of before 2021 have none.
    const code = new Code(0);
    code.v128(new Array<number>(16).fill(0)).set(code.local('v128'));
    new WebAssembly.Module(encodeModule(code, { address: 'i32', shared: false }));
    return undefined;
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    if (/Content.?Security.?Policy|unsafe-eval/i.test(said))
      return "the page's Content-Security-Policy forbids WebAssembly: add 'wasm-unsafe-eval' to its script-src";
    return `this engine does not compile WebAssembly with SIMD (${said.slice(0, 200)})`;
  }
}

const modules = new Map<string, WebAssembly.Module>();
let compiled = 0;

/**
 * How many WebAssembly modules this process has compiled, and how many are cached.
 *
 * @example
 * ```ts
 * import { kernelStatistics, sgd } from 'thalweg';
 * await sgd().init({ w: Float32Array.of(1) });
 * kernelStatistics(); // { compiled: 2, cached: 2 }
 * ```
 */
export function kernelStatistics(): {
  readonly compiled: number;
  readonly cached: number;
} {
  return { compiled, cached: modules.size };
}

/** Code on a memory; `key` stands for the bytes that `lower` makes for this kind of memory, and is compiled once. */
export function executableOf(key: string, lower: () => Uint8Array<ArrayBuffer>, memory: WebAssembly.Memory, kind: MemoryKind): Executable {
  const full = `${kind.address} ${kind.shared ? 'shared' : 'own'} ${key}`;
  let module = modules.get(full);
  if (module === undefined) {
    module = new WebAssembly.Module(lower());
    modules.set(full, module);
    compiled += 1;
  }
  const run = runOf(module, memory);
  return kind.shared ? { run, code: module, memory } : { run };
}

function runOf(module: WebAssembly.Module, memory: WebAssembly.Memory): Executable['run'] {
  const imports = { [interfaceNames.module]: { [interfaceNames.memory]: memory } };
  const run = new WebAssembly.Instance(module, imports).exports[interfaceNames.run];
  if (!isRun(run)) throw new RangeError('no function in the module');
  return run;
}

function isRun(value: unknown): value is Executable['run'] {
  return typeof value === 'function';
}
