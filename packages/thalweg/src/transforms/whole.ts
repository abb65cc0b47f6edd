/** Checks that options which count steps are whole numbers, which an interval cannot express. */
import { OptionError } from '../language/error.ts';
import type { HyperValue } from '../define/hyper.ts';

/** Throws an OptionError for the first option that is a number and not a whole one. */
export function requireWhole(owner: string, options: Readonly<Record<string, HyperValue>>): void {
  for (const [name, value] of Object.entries(options)) {
    if (typeof value !== 'number' || Number.isInteger(value)) continue;
    throw new OptionError(owner, name, value, `must be a whole number, not ${String(value)}`);
  }
}
