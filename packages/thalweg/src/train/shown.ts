/** What an optimizer shows of the arrays that it holds besides parameters and gradients, by name and parameter. */
import type { AnyArray } from './arrays.ts';
import type { Core } from './core.ts';

type Shown = Record<string, Record<string, AnyArray>>;

/** Live views of states, or copies of those that are stored in another format or are numbers. */
export function stateViews({ roster: { members, branchNames }, removed }: Core): Shown {
  const out: Shown = {};
  for (const { stepper, program, group } of members) {
    const { arena, scalarStates } = stepper;
    for (const [state, kind] of program.states) {
      const scalar = scalarStates.get(state);
      const entry = (out[state] ??= {});
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
      if (!removed.has(name) && arena.has(`input.${input}`)) views[name] = arena.view(`input.${input}`, index);
    }
  }
  return out;
}
