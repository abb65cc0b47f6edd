/** What is used of the package `cephes`, whose own types its `exports` leave out. */
declare module 'cephes' {
  /** Resolves when the functions can be used. */
  export const compiled: Promise<void>;
  /** The distribution function of Student's t with `freedom` degrees of freedom. */
  export function stdtr(freedom: number, t: number): number;
  /** Its inverse, for 0 < p < 1. */
  export function stdtri(freedom: number, p: number): number;
}
