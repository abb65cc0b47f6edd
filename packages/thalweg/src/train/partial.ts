/**
 * What is taken from a file that is not of just this optimizer: weights alone, or whatever fits. What is not taken begins anew, with a t of its own, as
 * a parameter that is added does. Decides; changes nothing itself.
 */
import { CheckpointError } from '../language/error.ts';
import { isObserved, parameterKey, title } from './file-names.ts';
import type { Core } from './core.ts';
import { hyperDifferences } from './hyper-conflict.ts';
import type { LoadOptions, LoadReport } from './load-options.ts';
import type { RosterMember } from './roster.ts';
import { unread, type StoredFile } from './safetensors.ts';
import { planOf, type Plan, type Story } from './saved-plan.ts';
import { slotsOf, store, type Slot } from './slots.ts';

/** Whether an array of this optimizer can be taken from a file, or one of the file has a place here, and why not. */
export interface Verdict {
  readonly key: string;
  readonly how: 'taken' | 'missing' | 'unexpected' | 'different';
  /** What is wrong, as it follows the array's name. */
  readonly why: string;
}

/** What to do with a file: which arrays to take, what to clear, and what else it says. */
export interface Decision {
  readonly taken: ReadonlyMap<string, Slot>;
  /** What the file may lack, and is set to zero then. */
  readonly empty: readonly Slot[];
  /** Members whose states begin anew. */
  readonly fresh: readonly RosterMember[];
  readonly plan: Plan;
  readonly report: LoadReport;
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
  const slots = new Map([...slotsOf(core, 0)].filter(([, { variable }]) => variable.role === 'parameter'));
  const verdicts = judge(slots, file.arrays);
  const lacking = verdicts.filter(({ how }) => how === 'missing' || how === 'different');
  if (lacking.length > 0)
    throw new CheckpointError(
      core.name,
      lacking.map(({ key, why }) => inWords(key, why)),
    );
  const fresh = membersOf(slots);
  const plan = { ...planOf(core), born: new Map(fresh.map((member) => [member, core.steps])) };
  return { taken: slots, empty: [], fresh, plan, report: reportOf(verdicts, [], fresh, slots) };
}

/** Takes whatever fits. Throws a CheckpointError where no parameter does. */
export function matching(core: Core, file: StoredFile, story: Story | undefined, whose: LoadOptions['hyper']): Decision {
  const slots = slotsOf(core, 0);
  const first = judge(slots, file.arrays);
  const fits = new Set(first.flatMap(({ key, how }) => (how === 'taken' ? [key] : [])));
  if (![...slots].some(([key, { variable }]) => variable.role === 'parameter' && fits.has(key))) {
    const wrong = first.filter(({ how }) => how !== 'taken').map(({ key, why }) => inWords(key, why));
    throw new CheckpointError(core.name, ['no parameter of this model is in the file with the same name, shape and type', ...wrong]);
  }
  const members = membersOf(slots);
  const reasons = new Map(members.map((member) => [member, whyFresh(member, slots, fits, story?.bornOf)]));
  const verdicts = first.map((verdict) => {
    const slot = slots.get(verdict.key);
    const why = slot === undefined || slot.variable.role === 'parameter' ? undefined : reasons.get(slot.member);
    return verdict.how === 'taken' && why !== undefined ? ({ ...verdict, how: 'different', why } as const) : verdict;
  });
  const taken = new Map([...slots].filter(([key]) => verdicts.some((one) => one.key === key && one.how === 'taken')));
  const fresh = members.filter((member) => reasons.get(member) !== undefined);
  const { t } = story?.counts ?? { t: core.steps };
  const bornOf = (member: RosterMember): number => {
    const [name = ''] = namesOf(member, slots);
    return fresh.includes(member) ? t : (story?.bornOf(name) ?? 0);
  };
  const isTaken = (name: string): boolean => taken.has(parameterKey(name));
  const names = members.flatMap((member) => namesOf(member, slots));
  const damaged = core.damage === undefined ? undefined : names.find((name) => !isTaken(name));
  if (damaged !== undefined)
    throw new CheckpointError(core.name, [
      `the arrays here are not whole, and ${title(parameterKey(damaged))} would not be taken from the file`,
    ]);
  const plan: Plan = {
    ...planOf(core),
    ...story?.counts,
    hyper: whose === 'file' ? (story?.hyper ?? new Map()) : new Map(),
    born: new Map(members.map((member) => [member, bornOf(member)])),
    frozen: names.filter((name) => (story !== undefined && isTaken(name) ? story.isFrozen(name) : core.frozen.has(name))),
    scale: story?.scale,
  };
  return { taken, empty: [], fresh, plan, report: reportOf(verdicts, hyperWords(core, story, whose), fresh, slots) };
}

/** The hyperparameters that differ, and which were taken. */
export function hyperWords(core: Core, story: Story | undefined, whose: LoadOptions['hyper']): LoadReport['different'] {
  const done = whose === 'file' ? "the file's was taken" : "this optimizer's was kept";
  return hyperDifferences(core, story?.hyper ?? new Map()).map(({ one, words }) => ({
    name: `hyper.${one.name}`,
    why: `${words}; ${done}`,
  }));
}

/** Why the states of a member begin anew; undefined where the file has them all. */
function whyFresh(
  member: RosterMember,
  slots: ReadonlyMap<string, Slot>,
  fits: ReadonlySet<string>,
  bornOf: ((name: string) => number | undefined) | undefined,
): string | undefined {
  if (bornOf === undefined) return 'is not taken, because the file says nothing of when its steps began';
  const own = [...slots].filter(([key, slot]) => slot.member === member && !isObserved(key));
  const [lacking] = own.find(([key]) => !fits.has(key)) ?? [];
  if (lacking !== undefined)
    return `is not taken, because ${title(lacking)} cannot be, and what begins together steps together; what is given to add() after load() begins by itself`;
  const births = new Set(namesOf(member, slots).map(bornOf));
  return births.size === 1 && !births.has(undefined)
    ? undefined
    : 'is not taken, because the parameters of its group began at different steps in the file';
}

function membersOf(slots: ReadonlyMap<string, Slot>): RosterMember[] {
  return [...new Set([...slots.values()].map(({ member }) => member))];
}

function namesOf(member: RosterMember, slots: ReadonlyMap<string, Slot>): string[] {
  return [...new Set([...slots.values()].flatMap((slot) => (slot.member === member ? [slot.name] : [])))];
}

/** An array and what is wrong with it, as a sentence. */
export function inWords(key: string, why: string): string {
  // The type is of the array in the file, whatever that is here.
  return why.startsWith('has the type') ? `the array ${key} ${why}` : `${title(key)} ${why}`;
}

/** What is told of what was done. */
export function reportOf(
  verdicts: readonly Verdict[],
  hyper: LoadReport['different'],
  fresh: readonly RosterMember[],
  slots: ReadonlyMap<string, Slot>,
): LoadReport {
  const keys = (wanted: Verdict['how']): string[] => verdicts.flatMap(({ key, how }) => (how === wanted ? [key] : []));
  const different = verdicts.flatMap(({ key: name, how, why }) => (how === 'different' ? [{ name, why }] : []));
  const anew = fresh.filter(({ program }) => program.states.size > 0);
  return {
    taken: keys('taken'),
    missing: keys('missing'),
    unexpected: keys('unexpected'),
    different: [...different, ...hyper],
    fresh: anew.flatMap((member) => namesOf(member, slots)),
  };
}
