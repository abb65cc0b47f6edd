/** The states of a method by the names of its equations. Knows methods; runs nothing. */
import { inspect, type Method } from 'thalweg';

/** The states of a method: by the name in the equations, the key in `opt.state`. */
export function statesOf(method: Method): Map<string, string> {
  const parts = inspect(method).groups.flatMap((group) => group.parts);
  return new Map(parts.flatMap(({ states }) => states.map(({ symbol }) => [symbol.unique, symbol.key ?? symbol.name] as const)));
}
