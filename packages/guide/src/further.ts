/**
 * The rest of the library's optimizers that can step a point of two coordinates: their knobs are those of their definitions, labels and rates those that
 * `npm run reference` has measured.
 */
import type { CatalogueEntry } from './entry.ts';
import { knobsOf } from './knob.ts';
import { optimizers } from './library.ts';
import { measured } from './measured.ts';

/** What is known of some besides. Steps of signs have a size of their own, so no rate is too large for a quadratic. */
const more: Readonly<Record<string, Partial<CatalogueEntry>>> = {
  signSgd: { momentum: 'bounded' },
  signum: { momentum: 'bounded' },
};

/** `adaBelief` as an address and a class have it: `ada-belief`. */
function idOf(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The entries of all but those that have one of their own, by the name of what makes them. */
export function furtherEntries(own: ReadonlySet<string>): CatalogueEntry[] {
  return [...optimizers].flatMap(([name, make]) => {
    const known = measured[name];
    if (known === undefined || own.has(name)) return [];
    const knobs = knobsOf(make.definition, { lr: known.lr });
    return [{ id: idOf(name), label: known.label, knobs, call: { factory: name, fixed: '' }, make, ...more[name] }];
  });
}
