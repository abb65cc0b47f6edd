/** What every target with loops produces. */

/** A kernel that can run on one memory. */
export interface Executable {
  /** Runs the segments `from` up to `to`; `at` is where its arguments lie (`convention.ts`). */
  readonly run: (at: number, from: number, to: number) => void;
  /** Where another thread can run it: what to run there, and its memory. */
  readonly code?: Code | undefined;
  readonly memory?: WebAssembly.Memory | undefined;
}

/** Compiled code as one thread hands it to another: a module of WebAssembly, or the path of a library that the system loads. */
export type Code = WebAssembly.Module | string;
