/**
 * What to load from a file that does not match the optimizer in full: weights alone, or whatever fits. The rest is reset, with a t of its own, as for an
 * added parameter. Only decides; changes nothing itself.
 */
import { CheckpointError } from '../language/run-error.ts';
import { parameter } from '../language/variable.ts';
import { isObserved, parameterKey, title } from './file-names.ts';
import type { Core } from '../train/core.ts';
import { hyperDifferences } from './hyper-conflict.ts';
import { otherwiseTaken, type LoadOptions, type LoadReport } from './load-options.ts';
import type { TrainedCohort } from '../train/registry.ts';
import { unread, type PlacedArray, type StoredFile } from './safetensors.ts';
import { planOf, type Plan, type Story } from './saved-plan.ts';
import { slotsOf, store, type Slot } from './slots.ts';

/** Whether an array of this optimizer can be taken from a file, or one of the file has a place here, and why not. */
export interface Verdict {
  readonly key: string;
  readonly how: 'taken' | 'missing' | 'unexpected' | 'different';
  /** What is wrong, as it follows the array's name. */
  readonly why: string;
}

/** What to do with a file, by the names of arrays in it. */
export interface Decision {
  readonly taken: ReadonlySet<string>;
  /** What is set to zero. */
  readonly cleared: ReadonlySet<string>;
  /** Parameters that are to count their steps by themselves, apart from the others of their cohort. */
  readonly partings: readonly { readonly cohort: TrainedCohort; readonly names: ReadonlySet<string>; readonly born: number }[];
  readonly plan: Plan;
  readonly report: LoadReport;
  /** Where in the file each array lies, by our names, where the file has others; and what makes numbers of ours of its bytes, where it has another type. */
  readonly arrays?: ReadonlyMap<string, PlacedArray & { readonly read?: (raw: Uint8Array) => Float32Array }>;
}

/** Compares every array of this optimizer with those of a file. */
export function judge(slots: ReadonlyMap<string, Slot>, arrays: StoredFile['arrays']): Verdict[] {
  const out: Verdict[] = [];
  for (const [key, slot] of slots) {
    const [saved, here] = [arrays.get(key), store(slot)];
    if (saved === undefined) out.push({ key, how: 'missing', why: 'is not in the file' });
    else {
      const why = unread(saved.dtype) ?? difference(saved, here);
      out.push(why === undefined ? { key, how: 'taken', why: '' } : { key, how: 'different', why });
    }
  }
  for (const key of arrays.keys()) if (!slots.has(key)) out.push({ key, how: 'unexpected', why: 'is in the file and not here' });
  return out;
}

function difference(saved: Shaped, here: Shaped): string | undefined {
  if (saved.dtype !== here.dtype) return `is ${saved.dtype} in the file and ${here.dtype} here`;
  if (saved.shape.join() === here.shape.join()) return undefined;
  return `has the shape [${saved.shape.join(', ')}] in the file and [${here.shape.join(', ')}] here`;
}

interface Shaped {
  readonly dtype: string;
  readonly shape: readonly number[];
}

/** Takes the values of all parameters. Throws a CheckpointError where one of them is not there. */
export function parametersOnly(core: Core, file: StoredFile): Decision {
  const slots = slotsOf(core, 0);
  const parameters = new Map([...slots].filter(([, { variable }]) => variable === parameter));
  const verdicts = judge(parameters, file.arrays);
  const lacking = verdicts.filter(({ how }) => how === 'missing' || how === 'different');
  if (lacking.length > 0)
    throw new CheckpointError(
      core.name,
      lacking.map(({ key, why }) => inWords(key, why)),
      otherwiseTaken,
    );
  return {
    taken: new Set(parameters.keys()),
    cleared: new Set([...slots.keys()].filter((key) => !parameters.has(key))),
    partings: [],
    plan: { ...planOf(core), born: new Map(core.registry.cohorts.map((cohort) => [cohort, core.steps])) },
    report: reportOf(verdicts, [], statefulOf(slots)),
  };
}

/** Takes whatever fits. Throws a CheckpointError where no parameter does. */
export function matching(core: Core, file: StoredFile, story: Story | undefined, whose: LoadOptions['hyper']): Decision {
  const slots = slotsOf(core, 0);
  const first = judge(slots, file.arrays);
  const fits = new Set(first.flatMap(({ key, how }) => (how === 'taken' ? [key] : [])));
  if (![...slots].some(([key, { variable }]) => variable === parameter && fits.has(key))) {
    const wrong = first.filter(({ how }) => how !== 'taken').map(({ key, why }) => inWords(key, why));
    throw new CheckpointError(core.name, ['no parameter of this model is in the file with the same name, shape and type', ...wrong]);
  }
  const reasons = new Map([...core.registry.places.keys()].map((name) => [name, whyFresh(core, name, slots, fits, story)]));
  const verdicts = first.map((verdict) => {
    const slot = slots.get(verdict.key);
    const why = slot === undefined || slot.variable === parameter ? undefined : reasons.get(slot.name);
    return verdict.how === 'taken' && why !== undefined ? ({ ...verdict, how: 'different', why } as const) : verdict;
  });
  const taken = new Set(verdicts.flatMap(({ key, how }) => (how === 'taken' ? [key] : [])));
  const isTaken = (name: string): boolean => taken.has(parameterKey(name));
  const names = [...core.registry.places.keys()];
  const damaged = core.damage === undefined ? undefined : names.find((name) => !isTaken(name));
  if (damaged !== undefined)
    throw new CheckpointError(core.name, [
      `an earlier load failed halfway, and ${title(parameterKey(damaged))} would not be taken from the file, so it would stay incomplete`,
    ]);
  const plan = { ...planOf(core), ...story?.counts };
  const isFresh = (name: string): boolean => reasons.get(name) !== undefined;
  const frozen = names.filter((name) => (story !== undefined && isTaken(name) ? story.isFrozen(name) : core.frozen.has(name)));
  const { born, partings } = agesOf(core, (name) => (isFresh(name) ? plan.t : (story?.bornOf(name) ?? plan.t)));
  return {
    taken,
    cleared: new Set([...slots].flatMap(([key, { variable }]) => (variable !== parameter && !taken.has(key) ? [key] : []))),
    partings,
    plan: {
      ...plan,
      hyper: whose === 'file' ? (story?.hyper ?? new Map()) : new Map(),
      born,
      frozen,
      scale: story?.scale,
    },
    report: reportOf(
      verdicts,
      [...hyperWords(core, story, whose), ...frozenWords(core, { ...plan, frozen })],
      statefulOf(slots).filter(isFresh),
    ),
  };
}

/** The step after which each cohort began, and which parameters are to be parted from it because theirs is another. */
export function agesOf(core: Core, bornOf: (name: string) => number): { born: Map<TrainedCohort, number>; partings: Decision['partings'] } {
  const born = new Map<TrainedCohort, number>();
  const partings: { cohort: TrainedCohort; names: Set<string>; born: number }[] = [];
  for (const [name, { cohort }] of core.registry.places) {
    const age = bornOf(name);
    const own = born.get(cohort);
    if (own === undefined) born.set(cohort, age);
    else if (own !== age) {
      const known = partings.find((one) => one.cohort === cohort && one.born === age);
      if (known === undefined) partings.push({ cohort, names: new Set([name]), born: age });
      else known.names.add(name);
    }
  }
  return { born, partings };
}

/** Why the states of a parameter begin anew; undefined where the file has them all. */
function whyFresh(
  core: Core,
  name: string,
  slots: ReadonlyMap<string, Slot>,
  fits: ReadonlySet<string>,
  story: Story | undefined,
): string | undefined {
  if (story?.bornOf(name) === undefined) return 'is not taken, because the file does not say after which step it was added';
  const cohort = core.registry.places.get(name)?.cohort;
  // Tables of one cohort are gathered together, and step together.
  const together = (slot: Slot): boolean => (cohort?.rows === undefined ? slot.name === name : slot.cohort === cohort);
  const births = new Set([...slots.values()].filter(together).map((slot) => story.bornOf(slot.name)));
  if (births.size > 1)
    return 'is not taken, because sparse tables of one group count steps together, and were added after different steps in the file';
  const [lacking] = [...slots].find(([key, slot]) => together(slot) && !fits.has(key) && !isObserved(key)) ?? [];
  return lacking === undefined ? undefined : `is not taken, because ${title(lacking)} cannot be`;
}

/** The hyperparameters that differ, and which were taken. */
export function hyperWords(core: Core, story: Story | undefined, whose: LoadOptions['hyper']): LoadReport['different'] {
  const done = whose === 'file' ? "the file's was taken" : "this optimizer's was kept";
  return hyperDifferences(core, story?.hyper ?? new Map()).map(({ one, words }) => ({
    name: `hyper.${one.name}`,
    why: `${words}; ${done}`,
  }));
}

/** The parameters that were frozen here and are not by the file, or the other way round. */
export function frozenWords(core: Core, { frozen }: Plan): LoadReport['different'] {
  const there = new Set(frozen);
  return [...core.registry.places.keys()].flatMap((name) => {
    if (there.has(name) === core.frozen.has(name)) return [];
    const [file, here] = there.has(name) ? ['frozen', 'not'] : ['not frozen', 'it was'];
    return [{ name: `frozen.${name}`, why: `is ${file} in the file, and here ${here}; the file's was taken` }];
  });
}

/** The parameters that have states. */
function statefulOf(slots: ReadonlyMap<string, Slot>): string[] {
  return [...new Set([...slots.values()].flatMap(({ name, variable }) => (variable === parameter ? [] : [name])))];
}

/** An array and what is wrong with it, as a sentence. */
export function inWords(key: string, why: string): string {
  // The type is of the array in the file, whatever that is here.
  return why.startsWith('has the type') ? `the array ${key} ${why}` : `${title(key)} ${why}`;
}

/** What is told of what was done. */
export function reportOf(verdicts: readonly Verdict[], hyper: LoadReport['different'], fresh: readonly string[]): LoadReport {
  const keys = (wanted: Verdict['how']): string[] => verdicts.flatMap(({ key, how }) => (how === wanted ? [key] : []));
  const different = verdicts.flatMap(({ key: name, how, why }) => (how === 'different' ? [{ name, why }] : []));
  return { taken: keys('taken'), missing: keys('missing'), unexpected: keys('unexpected'), different: [...different, ...hyper], fresh };
}
