/** The races of the reference: an optimizer beside its rivals, each at a rate that was searched for. Knows the catalogue; draws nothing. */
import { catalogue, surfaces, trace, type CatalogueEntry, type Surface, type Trace } from '@thalweg/guide';
import { encodeState, firstView } from '../lab/state.ts';
import type { Drawn } from '../parts/still.ts';
import { entrant, methodOf, type Entrant } from '../race/entrant.ts';
import { tunedRate } from '../race/tune.ts';

/** A race as it is drawn, and as the lab's link to it. */
export interface ReferenceRace extends Drawn {
  readonly runs: readonly { readonly entrant: Entrant; readonly trace: Trace }[];
  readonly link: string;
}

const steps = 300;
const found = new Map<string, Promise<Entrant>>();

/** The race of an optimizer of the library and its rivals by name; undefined where it cannot step two coordinates. */
export async function referenceRace(name: string, rivals: readonly string[]): Promise<ReferenceRace | undefined> {
  if (entryOf(name) === undefined) return undefined;
  const surface = surfaces.find(({ id }) => id === 'beale')!;
  const entries = [name, ...rivals].flatMap((one) => entryOf(one) ?? []).slice(0, 5);
  const entrants = await Promise.all(entries.map((entry) => tuned(entry, surface)));
  const runs = await Promise.all(
    entrants.map(async (one) => ({ entrant: one, trace: await trace(methodOf(one, steps), surface.objective, surface.start, { steps }) })),
  );
  const { start } = surface;
  const view = { ...firstView, chosen: entrants[0]!.key };
  const whole = {
    surface: { kind: 'named', id: surface.id },
    start,
    steps,
    noise: 0,
    batch: 1,
    seed: 1,
    t: steps,
    entrants,
    view,
  } as const;
  return { surface, start, runs, link: `lab?s=${encodeState(whole)}` };
}

/** The entry of the catalogue that is this optimizer with its own defaults. */
function entryOf(name: string): CatalogueEntry | undefined {
  return catalogue.find(({ call }) => call.factory === name && call.fixed === '');
}

/** The entry at the rate that the lab's search finds, where it has a rate. */
function tuned(entry: CatalogueEntry, { objective, start }: Surface): Promise<Entrant> {
  const search = async (): Promise<Entrant> => {
    const usual = entrant(entry.id);
    const lr = await tunedRate(usual, objective, { start, steps, noise: 0, seed: 1 });
    return lr === undefined ? usual : entrant(entry.id, { lr });
  };
  const known = found.get(entry.id) ?? search();
  found.set(entry.id, known);
  return known;
}
