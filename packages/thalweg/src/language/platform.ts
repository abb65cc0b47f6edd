/**
 * What the published types name of the platform, for projects whose `lib` does not declare it (`ES2022` alone, say): declared as far as it is named, and
 * merged with the full declarations where there are some. Has no code.
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
