/**
 * Declares the platform types that the published types mention, for projects whose `lib` does not declare them (`ES2022` alone, say); they merge with the
 * full declarations if those exist. Has no code.
 */
/* eslint-disable @typescript-eslint/no-empty-object-type, @typescript-eslint/no-namespace -- global declarations can be merged in no other way */
declare global {
  interface SymbolConstructor {
    readonly dispose: unique symbol;
  }
  interface AbortSignal {}
  namespace WebAssembly {
    interface Memory {}
    interface Module {}
  }
}

export {};
