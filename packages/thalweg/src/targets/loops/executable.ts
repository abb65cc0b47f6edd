/** What every lowering to loops produces, whatever it is made of. */

/** A kernel that can run on one memory. */
export interface Executable {
  /** Runs the segments `from` up to `to`; `at` is where its arguments lie (`convention.ts`). */
  readonly run: (at: number, from: number, to: number) => void;
  /** The compiled code and its memory, where another thread can run it. */
  readonly module?: WebAssembly.Module;
  readonly memory?: WebAssembly.Memory;
}
