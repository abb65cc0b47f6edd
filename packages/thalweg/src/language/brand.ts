/** Brands of this package's objects, which work across copies of the package, where `instanceof` is false for valid objects. */

/** The property key of the brand; the same in every copy of the package. */
export const kind: unique symbol = Symbol.for('thalweg.kind');

/** Whether a value has this brand, whichever copy of the package made it. */
export function isKind(value: unknown, wanted: string): boolean {
  return typeof value === 'object' && value !== null && Reflect.get(value, kind) === wanted;
}
