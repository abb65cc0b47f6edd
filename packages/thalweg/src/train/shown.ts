/** What an optimizer shows of its arrays besides parameters and gradients, by name and parameter. */
import { ArrayError } from '../language/run-error.ts';
import { freeName } from '../language/part.ts';
import { variable, type Variable } from '../language/variable.ts';
import type { AnyArray } from './arrays.ts';
import type { Core } from './core.ts';
import { guarded } from './guarded.ts';

/**
 * The names by which users and files know the states. The last update, which observing keeps, is `observe.update` unless a state of the
 * equations is called that.
 */
export function stateNames(states: Iterable<Variable>): Map<Variable, string> {
  const all = [...states];
  const taken = new Set(all.filter(({ role }) => role === 'state').map(({ name }) => name));
  return new Map(all.map((state) => [state, state.role === 'state' ? state.name : freeName('observe.update', (name) => taken.has(name))]));
}

type Shown<T = AnyArray> = Record<string, Record<string, T>>;

/** Live views of states, or copies of those that are stored in another format or are numbers. */
export function stateViews({ registry }: Core): Shown {
  const { cohorts, groupNames } = registry;
  const out = new Map<string, Map<string, AnyArray>>();
  for (const cohort of cohorts) {
    const { stepper, program, group } = cohort;
    const { arena, scalarStates } = stepper;
    const names = stateNames(program.states.keys());
    for (const [state, { kind }] of program.states) {
      const scalar = scalarStates.get(state);
      const shown = names.get(state) ?? '';
      const entry = out.get(shown) ?? new Map<string, AnyArray>();
      out.set(shown, entry);
      if (kind === 'array' || kind === 'tensor') {
        arena.tensors.forEach(({ name }, j) => {
          if (registry.holds(cohort, j)) entry.set(name, kind === 'array' ? arena.values(state, j) : Float64Array.of(scalar?.[j] ?? 0));
        });
      } else {
        const name = groupNames.length === 1 ? 'value' : (groupNames[group] ?? '');
        if (!entry.has(name)) entry.set(name, Float64Array.of(scalar?.[0] ?? 0));
      }
    }
  }
  // Not by assignment: parameters and groups may have any name.
  return Object.freeze(Object.fromEntries([...out].map(([state, entry]) => [state, Object.freeze(Object.fromEntries(entry))])));
}

/** Live views of the inputs that are arrays. */
export function inputViews(core: Core): Shown<unknown> {
  const { registry } = core;
  const out: Shown<unknown> = {};
  for (const { name: input, kind } of registry.inputs) {
    if (kind !== 'tensor') continue;
    const views: Record<string, unknown> = guarded((at) => {
      throw new ArrayError(core.name, at, `opt.inputs.${input}.${at} cannot be assigned to; copy into its arrays`);
    });
    out[input] = views;
    for (const [name, { cohort, index }] of registry.places) {
      const { arena } = cohort.stepper;
      const array = variable('input', input);
      if (!arena.has(array)) continue;
      const value = arena.view(array, index);
      // Who walks over them meets each array once; its other names are there to be asked for.
      for (const one of core.named.namesOf(name)) core.named.tree.show(views, one, value, one === name);
    }
  }
  return Object.freeze(out);
}

/** How many parameters are printed. */
const most = 10;

/** An optimizer in a few lines, as Node prints it. */
export function summary({ name, options, steps, registry, named, frozen }: Core): string {
  const { dtype, device } = options;
  const own = [...registry.places].map(([one, { cohort, index }]) => {
    const shape = cohort.stepper.arena.tensors[index]?.shape.join(', ') ?? '';
    return `  ${one}: ${dtype} [${shape}]${frozen.has(one) ? ', frozen' : ''}`;
  });
  const lines = [...own, ...[...named.ties].map(([one, to]) => `  ${one}: tied to ${to}`)];
  const rest = lines.length > most ? [`  and ${String(lines.length - most)} more`] : [];
  const first = `Optimizer ${name}, t = ${String(steps)}, backend ${device.backend}, threads ${String(device.threads)}`;
  return [first, ...lines.slice(0, most), ...rest].join('\n');
}

/** Bytes that the kernels of a step read and write. */
export function trafficOf({ registry }: Core): { readonly read: number; readonly written: number } {
  let [read, written] = [0, 0];
  for (const { stepper } of registry.running) {
    const own = stepper.traffic;
    read += own.read;
    written += own.written;
  }
  return { read, written };
}
