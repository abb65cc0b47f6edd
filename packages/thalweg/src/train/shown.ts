/** What an optimizer shows of the arrays that it holds besides parameters and gradients, by name and parameter. */
import { freeName } from '../language/program.ts';
import { variable, type Variable } from '../language/variable.ts';
import type { AnyArray } from './arrays.ts';
import type { Core } from './core.ts';

/**
 * The names by which users and files know the states. The last update, which observing keeps, is `observe.update` unless a state of the
 * equations is called that.
 */
export function stateNames(states: Iterable<Variable>): Map<Variable, string> {
  const all = [...states];
  const taken = new Set(all.filter(({ role }) => role === 'state').map(({ name }) => name));
  return new Map(all.map((state) => [state, state.role === 'state' ? state.name : freeName('observe.update', (name) => taken.has(name))]));
}

type Shown = Record<string, Record<string, AnyArray>>;

/** Live views of states, or copies of those that are stored in another format or are numbers. */
export function stateViews({ roster: { members, branchNames }, removed }: Core): Shown {
  const out: Shown = {};
  for (const { stepper, program, group } of members) {
    const { arena, scalarStates } = stepper;
    const names = stateNames(program.states.keys());
    for (const [state, kind] of program.states) {
      const scalar = scalarStates.get(state);
      const entry = (out[names.get(state) ?? ''] ??= {});
      if (kind === 'array' || kind === 'tensor') {
        arena.tensors.forEach(({ name }, j) => {
          if (!removed.has(name)) entry[name] = kind === 'array' ? arena.values(state, j) : Float64Array.of(scalar?.[j] ?? 0);
        });
      } else entry[branchNames.length === 1 ? 'value' : (branchNames[group] ?? '')] ??= Float64Array.of(scalar?.[0] ?? 0);
    }
  }
  return out;
}

/** Live views of the inputs that are arrays. */
export function inputViews({ roster, removed }: Core): Shown {
  const out: Shown = {};
  for (const { name: input, kind } of roster.inputs) {
    if (kind !== 'tensor') continue;
    const views: Record<string, AnyArray> = (out[input] = {});
    for (const [name, { member, index }] of roster.places) {
      const { arena } = member.stepper;
      const array = variable('input', input);
      if (!removed.has(name) && arena.has(array)) views[name] = arena.view(array, index);
    }
  }
  return out;
}
