/** The hyperparameters of an optimizer as an object of properties to read and assign. */
import { OptionError } from '../language/error.ts';
import type { Core } from './core.ts';
import type { HyperValue } from '../define/hyper.ts';
import { optionSuggestion } from '../language/options.ts';
import { printable } from './printed.ts';

/**
 * Properties that read and set the live values. A name that is not among them is an OptionError and not a silent new property, and none can be deleted or
 * defined anew, after which assigning to it would change nothing.
 */
export function hyperView<N extends string>(core: Pick<Core, 'name' | 'names' | 'live' | 'hyperValue'>): Record<N, HyperValue> {
  const accessors: Record<string, HyperValue> = printable({});
  const names = core.names.map(({ name }) => name);
  for (const one of core.names) {
    const set = (value: unknown): void => {
      for (const { group, key } of one.slots) core.live[group]?.check(key, value);
      for (const { group, key } of one.slots) core.live[group]?.set(key, value);
    };
    Object.defineProperty(accessors, one.name, { enumerable: true, get: () => core.hyperValue(one), set });
  }
  const handler: ProxyHandler<Record<N, HyperValue>> = {
    set: (view, key, value: unknown) => {
      if (names.includes(String(key))) return Reflect.set(view, key, value);
      const problem = `is not in the equations of this optimizer${optionSuggestion(String(key), names)}, which has ${names.join(', ')}`;
      throw new OptionError(core.name, String(key), value, problem);
    },
  };
  return new Proxy<Record<N, HyperValue>>(Object.preventExtensions(accessors), handler);
}
