/** From an optimizer to a PyTorch file: the same arrays under their PyTorch names, and its groups as param groups. */
import { ThalwegError } from '../language/error.ts';
import { UnsupportedError } from '../language/run-error.ts';
import { parameter } from '../language/variable.ts';
import type { Encoded } from '../checkpoint/conversion.ts';
import { stateKey } from '../checkpoint/file-names.ts';
import type { StoredArray } from '../checkpoint/safetensors.ts';
import { slotsOf, store, type Slot } from '../checkpoint/slots.ts';
import type { Core } from '../train/core.ts';
import { bind, type Bound } from './bind.ts';
import type { Plain } from './families.ts';
import { writeLayout, type FileGroup } from './layout.ts';
import { numberAfter, placeOf } from './values.ts';

/** Texts and arrays of a file for PyTorch. Throws an UnsupportedError for what it has no place for. */
export function encode(core: Core): Encoded {
  const { name, options, registry, pending } = core;
  if (pending > 0) {
    const problem = `${String(pending)} accumulated batches have not led to a step yet, and a PyTorch checkpoint cannot hold their gradients; flush() or discard() first`;
    throw new ThalwegError('pending', `${name}: ${problem}`);
  }
  if (options.state !== 'float32') throw new UnsupportedError(name, `states are in ${options.state}, which no optimizer of PyTorch has`);
  const used = new Set([...registry.places.values()].map(({ cohort }) => cohort.group));
  const bounds = core.groups.map((group, index) => (used.has(index) ? bind(group) : 'has no parameters'));
  for (const index of used) {
    const bound = bounds[index];
    if (typeof bound === 'string') throw new UnsupportedError(name, bound);
    if (options.maximize && bound?.family.ascends === false)
      throw new UnsupportedError(name, `${bound.family.torch} has no maximize in PyTorch`);
  }
  const arrays = new Map<string, StoredArray>();
  const step: Record<string, number> = {};
  for (const [key, slot] of slotsOf(core, 0)) {
    const bound = bounds[slot.cohort.group];
    if (slot.variable === parameter) arrays.set(key, store(slot));
    else if (bound !== undefined && typeof bound !== 'string') {
      const found = stateOf(core, bound, slot);
      if (found !== undefined) arrays.set(...found);
    }
  }
  for (const [own, { cohort }] of registry.places) {
    const bound = bounds[cohort.group];
    const age = core.steps - cohort.born;
    if (typeof bound === 'object' && bound.family.counts && (age > 0 || bound.family.first !== undefined)) step[own] = age;
  }
  const groups = bounds.flatMap((bound, index) => (typeof bound === 'string' ? [] : [groupOf(core, bounds, bound, index)]));
  const ties = Object.fromEntries(core.named.ties);
  const text = writeLayout({ groups, ties, frozen: [...core.frozen], step, steps: core.steps });
  return { metadata: { pytorch: text }, arrays };
}

/** A state under the name that PyTorch has for it; none before the first step, as there, but where PyTorch makes it at once. */
function stateOf(core: Core, { family }: Bound, slot: Slot): [string, StoredArray] | undefined {
  const { variable, cohort, name } = slot;
  const theirs = family.states[variable.name.slice(variable.name.lastIndexOf('.') + 1)];
  if (variable.role !== 'state' || theirs === undefined) return undefined;
  const key = stateKey(theirs, name);
  if (core.steps > cohort.born) return [key, store(slot)];
  if (family.first === undefined) return undefined;
  const first = core.live[cohort.group]?.values.get(family.first) ?? 0;
  return [key, store({ ...slot, array: slot.array.slice().fill(first) })];
}

/** A group as a param group: its hyperparameters as the next step has them. */
function groupOf(core: Core, bounds: readonly (Bound | string)[], { family, choices, read }: Bound, index: number): FileGroup {
  const options: Record<string, Plain> = { ...family.fixed, ...(family.ascends ? { maximize: core.options.maximize } : {}) };
  const put = (place: string, value: number): void => {
    const [key = '', at] = place.split('.');
    const before = options[key];
    options[key] = at === undefined ? value : [...(Array.isArray(before) ? (before as readonly number[]) : []), value];
  };
  const values = new Map<string, number>();
  for (const one of core.names) {
    const place = one.slots.some(({ group }) => group === index) ? placeOf(core, bounds, one) : undefined;
    if (place !== undefined) values.set(place, numberAfter(core.hyperValue(one), core.steps));
  }
  for (const [here, place] of Object.entries(family.hyper)) put(place, read.has(here) ? (values.get(place) ?? 0) : 0);
  for (const [here, [torch, pairs]] of Object.entries(family.choices))
    options[torch] = pairs.find(([, value]) => value === choices[here])?.[0] ?? null;
  const params = [...core.registry.places].flatMap(([name, { cohort }]) => (cohort.group === index ? [name] : []));
  return { optimizer: family.torch, params, options };
}
