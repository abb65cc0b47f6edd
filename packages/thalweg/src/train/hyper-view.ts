/** The hyperparameters of an optimizer as the object that users assign to. */
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
  const byName = new Map(core.names.map((one) => [one.name, one]));
  const refuse = (key: string | symbol): never => {
    throw new OptionError(core.name, String(key), undefined, 'can only be assigned to: opt.hyper.lr = 0.1');
  };
  for (const one of core.names) {
    Object.defineProperty(accessors, one.name, { enumerable: true, configurable: true, get: () => core.hyperValue(one) });
  }
  const handler: ProxyHandler<Record<N, HyperValue>> = {
    set: (_, key, value: unknown) => {
      const found = byName.get(String(key));
      if (found === undefined) {
        const names = [...byName.keys()];
        const problem = `is not in the equations of this optimizer${optionSuggestion(String(key), names)}, which has ${names.join(', ')}`;
        throw new OptionError(core.name, String(key), value, problem);
      }
      for (const { group, key: slot } of found.slots) core.live[group]?.check(slot, value);
      for (const { group, key: slot } of found.slots) core.live[group]?.set(slot, value);
      return true;
    },
    deleteProperty: (_, key) => refuse(key),
    defineProperty: (_, key) => refuse(key),
  };
  return new Proxy<Record<N, HyperValue>>(accessors, handler);
}
