/**
 * Objects and arrays that show others and take none: whoever assigns to them means to change what is trained, which would notice nothing. Knows no
 * optimizer.
 */
import { printable } from './printed.ts';

/** Throws the error of assigning at `at`, `blocks.0.wq` say; `shown`: what lies there, or in it; absent where nothing does. */
export type Refuse = (at: string, shown?: string) => never;

/** The name under which each has its own; no error is printed with it. */
const refusal = Symbol('refusal');

interface Guarded {
  readonly [refusal]: Refuse;
}

/** Asked only for a name that an object does not have: those that it has are read and refused by itself, as fast as others. */
const handler: ProxyHandler<object> = { set: (_, key, __, views: Guarded) => views[refusal](String(key)) };
const ofArrays = new Proxy<object>(Object.create(Array.prototype) as object, handler);
/** The prototype of plain objects, as far as anybody can tell; with nothing in it `for … in` is fast. */
const ofObjects = new Proxy<object>({}, { ...handler, getPrototypeOf: () => null });

/** An object, or an array, that refuses every assignment; properties are defined in it, whose setters are to refuse, too. */
export function guarded(refuse: Refuse, isArray = false): Record<string, never> {
  const views = printable<object>(isArray ? [] : {});
  Object.setPrototypeOf(views, isArray ? ofArrays : ofObjects);
  return Object.defineProperty(views, refusal, { value: refuse }) as Record<string, never>;
}

/** What refuses assignments to an object that `guarded` made. */
export function refusalOf(views: object): Refuse {
  return (views as Guarded)[refusal];
}
