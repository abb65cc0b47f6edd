/** What objects of the package say that they are, whichever copy of the package made them: there `instanceof` says no of what is right. */

/** The key under which objects of the package say what they are; the same in every copy of it. */
export const kind: unique symbol = Symbol.for('thalweg.kind');

/** Whether a value is what a copy of the package made under this kind. */
export function isKind(value: unknown, wanted: string): boolean {
  return typeof value === 'object' && value !== null && Reflect.get(value, kind) === wanted;
}
