/** The races of the reference: an optimizer beside its rivals, each at a rate that was searched for. Knows the catalogue; draws nothing. */
import { catalogue, defaults, surfaces, trace, type CatalogueEntry, type Surface, type Trace } from '@thalweg/guide';
import { ThalwegError } from 'thalweg';
import { encodeState, firstView } from '../lab/state.ts';
import type { Drawn } from '../parts/still.ts';
import { methodOf, type Entrant } from '../race/entrant.ts';
import { steady } from '../race/pace.ts';

/** A race as it is drawn, and as the lab's link to it. */
export interface ReferenceRace extends Drawn {
  readonly runs: readonly { readonly entrant: Entrant; readonly trace: Trace }[];
  readonly link: string;
}

const steps = 300;
/** Rates of the search: six a magnitude, from a hundredth of a thousandth to 10. */
const rates = Array.from({ length: 37 }, (_, i) => Number((10 ** (i / 6 - 5)).toPrecision(2)));
const found = new Map<string, Promise<Entrant>>();

/** The race of an optimizer of the library and its rivals by name; undefined where it cannot step two coordinates. */
export async function referenceRace(name: string, rivals: readonly string[]): Promise<ReferenceRace | undefined> {
  if (entryOf(name) === undefined) return undefined;
  const surface = surfaces.find(({ id }) => id === 'beale')!;
  const entries = [name, ...rivals].flatMap((one) => entryOf(one) ?? []).slice(0, 5);
  const entrants = await Promise.all(entries.map((entry) => tuned(entry, surface)));
  const runs = await Promise.all(entrants.map(async (entrant) => ({ entrant, trace: await run(entrant, surface) })));
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

/** The entry at the rate that leaves the least loss, where it has a rate. */
function tuned(entry: CatalogueEntry, surface: Surface): Promise<Entrant> {
  const search = async (): Promise<Entrant> => {
    const usual: Entrant = { key: entry.id, id: entry.id, label: entry.label, values: defaults(entry), pace: steady, shown: true };
    if (!('lr' in usual.values)) return usual;
    let best: Entrant | undefined;
    let least = lost;
    for (const lr of [...rates, usual.values['lr']]) {
      const one = { ...usual, values: { ...usual.values, lr } };
      const score = await scoreOf(one, surface);
      if (score.left < least.left || (score.left === least.left && score.way < least.way)) [best, least] = [one, score];
    }
    return best ?? usual;
  };
  const known = found.get(entry.id) ?? search();
  found.set(entry.id, known);
  return known;
}

/** What a rate comes to: the loss at the end, below a millionth all the same, and how high it was on the way. */
interface Score {
  readonly left: number;
  readonly way: number;
}

const lost: Score = { left: Infinity, way: Infinity };

async function scoreOf(entrant: Entrant, surface: Surface): Promise<Score> {
  try {
    const { loss, rows, diverged } = await run(entrant, surface);
    return diverged ? lost : { left: Math.max(1e-6, loss[rows - 1]!), way: loss.subarray(0, rows).reduce((sum, value) => sum + value, 0) };
  } catch (error) {
    if (error instanceof ThalwegError) return lost;
    throw error;
  }
}

function run(entrant: Entrant, { objective, start }: Surface): ReturnType<typeof trace> {
  return trace(methodOf(entrant, steps), objective, start, { steps });
}
