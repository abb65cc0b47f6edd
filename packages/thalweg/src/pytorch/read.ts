/**
 * From a PyTorch file to what is loaded: parameters by name, states under their names here, hyperparameters, and the step count of each parameter. Only
 * decides; changes nothing.
 */
import { CheckpointError } from '../language/run-error.ts';
import { parameter } from '../language/variable.ts';
import { parameterKey, stateKey, title } from '../checkpoint/file-names.ts';
import type { LoadOptions, LoadReport } from '../checkpoint/load-options.ts';
import { agesOf, frozenWords, inWords, type Decision } from '../checkpoint/partial.ts';
import type { PlacedArray, StoredFile } from '../checkpoint/safetensors.ts';
import { planOf, type Plan } from '../checkpoint/saved-plan.ts';
import { slotsOf, store, type Slot } from '../checkpoint/slots.ts';

import type { Core } from '../train/core.ts';
import { bind, classes, type Bound } from './bind.ts';
import { readLayout, type FileGroup, type Layout } from './layout.ts';
import { familyOf, methodLine, optionDifferences } from './options.ts';
import { agrees, fileValue, placeOf } from './values.ts';
import { asFloat32, bytesOf, widens } from './widen.ts';

/** A parameter in the file: its name there, and its param group, which one that is not trained does not have. */
interface Source {
  readonly name: string;
  readonly group: FileGroup | undefined;
}

/** What to take. Throws a CheckpointError that lists every difference. */
export function decide(core: Core, file: StoredFile, whose: LoadOptions['hyper']): Decision {
  const layout = layoutOf(core, file);
  const reading = new Reading(core, file, layout);
  const sources = reading.sources();
  const bounds = reading.groups(sources);
  const arrays = reading.arrays(sources, bounds);
  const t = reading.steps(arrays.fresh);
  const hyper = reading.hyper(sources, bounds, whose, t);
  const ages = reading.ages(sources, bounds, arrays.fresh, t);
  if (reading.wrong.length > 0) throw new CheckpointError(core.name, reading.wrong, reading.remedy);
  const frozen = [...sources].flatMap(([own, { name, group }]) => (group === undefined || layout.frozen.includes(name) ? [own] : []));
  const plan: Plan = { ...planOf(core), t, skipped: 0, batches: t * core.options.accumulate, hyper: hyper.taken, born: ages.born, frozen };
  const report: LoadReport = {
    taken: [...arrays.found.values()].map(({ key }) => key),
    missing: arrays.missing,
    unexpected: reading.buffers,
    different: [...arrays.widened, ...hyper.words, ...frozenWords(core, plan)],
    fresh: [...arrays.fresh],
  };
  return {
    taken: new Set(arrays.found.keys()),
    cleared: new Set([...slotsOf(core, 0)].flatMap(([key, slot]) => (slot.variable === parameter || arrays.found.has(key) ? [] : [key]))),
    partings: ages.partings,
    plan,
    report,
    arrays: new Map([...arrays.found].map(([ours, { array }]) => [ours, array])),
  };
}

function layoutOf(core: Core, { metadata, checksum }: StoredFile): Layout {
  const text = metadata['pytorch'];
  if (text === undefined) {
    const own = metadata['thalweg'] === undefined ? '' : "; it is in Thalweg's own format: load(file) reads it";
    throw new CheckpointError(core.name, [`the file was not written by thalweg_checkpoint.py, nor by save({ format: pytorch })${own}`]);
  }
  // Both write one; without this a damaged name of the checksum would be no damage.
  if (checksum === undefined)
    throw new CheckpointError(core.name, ['the file has no checksum, crc32, which every writer of this format adds']);
  const layout = readLayout(text);
  if (typeof layout === 'string') throw new CheckpointError(core.name, [layout]);
  return layout;
}

/** An array of the file, and how its bytes are read where it has a narrower type. */
type ReadArray = PlacedArray & { readonly read?: (raw: Uint8Array) => Float32Array };

/** Arrays of the file by our names, and what is told of them. */
interface Found {
  readonly found: Map<string, { readonly key: string; readonly array: ReadArray }>;
  readonly missing: string[];
  readonly widened: LoadReport['different'][number][];
  /** Parameters whose states begin anew. */
  readonly fresh: Set<string>;
}

/** A file beside an optimizer; whatever does not fit goes to `wrong`. */
class Reading {
  readonly wrong: string[] = [];
  readonly buffers: string[] = [];
  remedy: string | undefined;
  private readonly core: Core;
  private readonly file: StoredFile;
  private readonly layout: Layout;

  constructor(core: Core, file: StoredFile, layout: Layout) {
    [this.core, this.file, this.layout] = [core, file, layout];
    const { state } = core.options;
    if (state !== 'float32') this.wrong.push(`states are in ${state} here; make the optimizer without the option state`);
  }

  /** The parameters here with what they are in the file. */
  sources(): Map<string, Source> {
    const { core, file, layout } = this;
    const groupOf = new Map(layout.groups.flatMap((group) => group.params.map((name) => [name, group] as const)));
    const others = [...file.arrays.keys()].filter((key) => !key.startsWith('optimizer/') && !groupOf.has(key));
    const aliases = Object.entries(layout.ties);
    const out = new Map<string, Source>();
    for (const name of [...groupOf.keys(), ...others]) {
      const names = [name, ...aliases.flatMap(([alias, to]) => (to === name ? [alias] : []))];
      const own = [...new Set(names.filter((one) => core.named.tree.has(one)).map((one) => core.named.ownName(one)))];
      const [first, second] = own;
      const before = first === undefined ? undefined : out.get(first);
      if (second !== undefined) this.wrong.push(`${names.join(' and ')} are tied in the file, and parameters of their own here`);
      else if (before !== undefined) this.wrong.push(`${before.name} and ${name} are two parameters in the file, and are tied here`);
      else if (first !== undefined) out.set(first, { name, group: groupOf.get(name) });
      else if (groupOf.has(name)) this.wrong.push(`the parameter ${name} is in the file and not here`);
      else this.buffers.push(name);
    }
    return out;
  }

  /** Which optimizer of PyTorch's each group here is, and what differs of their options. */
  groups(sources: ReadonlyMap<string, Source>): (Bound | string)[] {
    const { core, wrong } = this;
    const bounds = core.groups.map(bind);
    bounds.forEach((bound, index) => {
      const theirs = this.groupsOf(index, sources);
      if (this.namesOf(index).length === 0) return;
      if (typeof bound === 'string') wrong.push(bound);
      for (const group of theirs) {
        const family = familyOf(group);
        const of = group.params[0] ?? '';
        if (family === undefined) wrong.push(`${of} is trained by ${group.optimizer} in the file; this format knows ${classes}`);
        else if (typeof bound !== 'string') {
          const differ = family === bound.family ? optionDifferences(bound, group, core.options.maximize) : [];
          if (family !== bound.family) wrong.push(`${of} is trained by ${family.torch} in the file, and by ${bound.family.name} here`);
          wrong.push(...differ);
          if (family !== bound.family || differ.length > 0)
            this.remedy = `what trains ${of} in the file is ${methodLine(family, group)} here`;
        }
      }
    });
    return bounds;
  }

  /** The parameters of a group here. */
  private namesOf(group: number): string[] {
    return [...this.core.registry.places].flatMap(([name, { cohort }]) => (cohort.group === group ? [name] : []));
  }

  /** The param groups of the file that hold parameters of a group here. */
  private groupsOf(group: number, sources: ReadonlyMap<string, Source>): FileGroup[] {
    return [...new Set(this.namesOf(group).flatMap((name) => sources.get(name)?.group ?? []))];
  }

  /** Where everything lies in the file. */
  arrays(sources: ReadonlyMap<string, Source>, bounds: readonly (Bound | string)[]): Found {
    const { core, file, wrong } = this;
    const out: Found = { found: new Map(), missing: [], widened: [], fresh: new Set() };
    const expected = new Set<string>();
    const states = new Map<string, { readonly ours: string; readonly key: string; readonly slot: Slot }[]>();
    for (const [ours, slot] of slotsOf(core, 0)) {
      const source = sources.get(slot.name);
      if (slot.variable === parameter) {
        const key = parameterKey(source?.name ?? slot.name);
        if (!this.take(out, ours, key, slot)) wrong.push(inWords(parameterKey(slot.name), 'is not in the file'));
        continue;
      }
      const bound = bounds[slot.cohort.group];
      if (slot.variable.role !== 'state' || bound === undefined || typeof bound === 'string') continue;
      const theirs = bound.family.states[slot.variable.name.slice(slot.variable.name.lastIndexOf('.') + 1)];
      if (theirs === undefined) continue;
      const key = stateKey(theirs, source?.name ?? slot.name);
      expected.add(key);
      states.set(slot.name, [...(states.get(slot.name) ?? []), { ours, key, slot }]);
    }
    for (const [name, all] of states) {
      const there = all.filter(({ key }) => file.arrays.has(key));
      const lacking = all.filter(({ key }) => !file.arrays.has(key));
      if (there.length > 0) for (const { key } of lacking) wrong.push(inWords(key, 'is not in the file'));
      else out.missing.push(...lacking.map(({ key }) => key));
      // What PyTorch makes before a first step, the first step makes here.
      if (there.length === 0 || this.layout.step[sources.get(name)?.name ?? name] === 0) out.fresh.add(name);
      else for (const { ours, key, slot } of there) this.take(out, ours, key, slot);
    }
    for (const key of file.arrays.keys())
      if (key.startsWith('optimizer/') && !key.startsWith('optimizer//') && !expected.has(key))
        wrong.push(inWords(key, 'is in the file and not here'));
    return out;
  }

  /** Takes an array that is in the file, where its type and shape fit; says whether it is there. */
  private take({ found, widened }: Found, ours: string, key: string, slot: Slot): boolean {
    const array = this.file.arrays.get(key);
    if (array === undefined) return false;
    const { dtype, shape } = store(slot);
    const size = bytesOf(array.dtype);
    const elements = array.shape.reduce((product, one) => product * one, 1);
    const fits = array.dtype === dtype || widens(array.dtype, dtype);
    if (!fits || size === undefined) this.wrong.push(inWords(key, `is ${array.dtype} in the file and ${dtype} here`));
    else if (array.shape.join() !== shape.join())
      this.wrong.push(inWords(key, `has the shape [${array.shape.join(', ')}] in the file and [${shape.join(', ')}] here`));
    else if (array.length !== elements * size) this.wrong.push(inWords(key, `has ${String(array.length)} bytes in the file`));
    else found.set(ours, { key, array: array.dtype === dtype ? array : { ...array, read: (raw) => asFloat32(array.dtype, raw) } });
    if (found.has(ours) && array.dtype !== dtype) {
      const why = `is ${array.dtype} in the file, was taken without a change, and steps compute in ${dtype} from here on`;
      widened.push({ name: key, why });
    }
    return true;
  }

  /** How many steps were taken: as the file says, or as many as the parameter that has taken the most; 1 where no one counts and there are states. */
  steps(fresh: ReadonlySet<string>): number {
    const { core, layout, wrong } = this;
    const counted = Object.values(layout.step);
    const most = counted.reduce((a, b) => Math.max(a, b), 0);
    if (layout.steps !== null) {
      if (layout.steps < most)
        wrong.push(`the file says that ${String(layout.steps)} steps were taken, and of one parameter ${String(most)}`);
      return layout.steps;
    }
    if (counted.length > 0) return most;
    const scheduled = core.names.find((one) => typeof core.hyperValue(one) !== 'number');
    if (scheduled !== undefined) {
      const remedy = 'save(path, model, optimizer, steps=…) does';
      wrong.push(`the file does not say how many steps were taken, which ${scheduled.name} follows here; ${remedy}`);
    }
    const stateful = [...slotsOf(core, 0).values()].some(({ name, variable }) => variable.role === 'state' && !fresh.has(name));
    return stateful ? 1 : 0;
  }

  /** The values of hyperparameters: which to take, and what to tell of those that differ. */
  hyper(
    sources: ReadonlyMap<string, Source>,
    bounds: readonly (Bound | string)[],
    whose: LoadOptions['hyper'],
    t: number,
  ): { readonly taken: Plan['hyper']; readonly words: LoadReport['different'] } {
    const { core, wrong } = this;
    const taken = new Map<string, number>();
    const words: LoadReport['different'][number][] = [];
    for (const one of core.names) {
      const place = placeOf(core, bounds, one);
      if (place === undefined) continue;
      const groups = one.slots.flatMap(({ group }) => this.groupsOf(group, sources));
      const theirs = fileValue(core, one, place, groups, wrong);
      const here = core.hyperValue(one);
      if (theirs === undefined || agrees(theirs, here, t)) continue;
      const both = `is ${String(theirs)} in the file and ${typeof here === 'number' ? String(here) : 'a schedule that has another value'} here`;
      if (whose === 'file') taken.set(one.name, theirs);
      if (whose === undefined) wrong.push(`${one.name} ${both}; { hyper: 'file' } uses the file's, { hyper: 'mine' } this optimizer's`);
      else
        words.push({
          name: `hyper.${one.name}`,
          why: `${both}; ${whose === 'file' ? "the file's was taken" : "this optimizer's was kept"}`,
        });
    }
    return { taken, words };
  }

  /** The step after which each parameter began. */
  ages(
    sources: ReadonlyMap<string, Source>,
    bounds: readonly (Bound | string)[],
    fresh: ReadonlySet<string>,
    t: number,
  ): ReturnType<typeof agesOf> {
    const { core, layout, wrong } = this;
    const bornOf = (own: string): number => {
      const bound = bounds[core.registry.places.get(own)?.cohort.group ?? -1];
      const name = sources.get(own)?.name ?? own;
      const taken = Object.hasOwn(layout.step, name) ? layout.step[name] : undefined;
      if (bound === undefined || typeof bound === 'string') return t;
      if (!bound.family.counts) return fresh.has(own) ? t : 0;
      if (fresh.has(own) && (taken ?? 0) > 0)
        wrong.push(`the states of ${name} are not in the file, which says that it has taken ${String(taken)} steps`);
      if (!fresh.has(own) && taken === undefined) wrong.push(`the file does not say how many steps ${name} has taken, step`);
      return t - (taken ?? 0);
    };
    const ages = agesOf(core, bornOf);
    const table = ages.partings.find(({ cohort }) => cohort.rows !== undefined);
    if (table !== undefined) {
      const [name] = table.names;
      wrong.push(
        `${title(parameterKey(name ?? ''))} has taken another number of steps than other tables of its group, which count steps together here`,
      );
    }
    return ages;
  }
}
