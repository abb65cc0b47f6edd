/** How Node's `console.log` prints objects of accessors: Node finds it by a symbol, so nothing of Node is imported. Knows no optimizer. */

/** The name under which Node looks for how an object is printed. */
export const printed = Symbol.for('nodejs.util.inspect.custom');

/** The same object, printed with the values that its accessors have and not as `[Getter/Setter]`. */
export function printable<T extends object>(accessors: T): T {
  return Object.defineProperty(accessors, printed, {
    value: () => (Array.isArray(accessors) ? Array.from<unknown>(accessors) : { ...accessors }),
  });
}
