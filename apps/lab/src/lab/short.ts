/**
 * A state of the lab in few words, for links: what is as it usually is is left out, and an optimizer of the catalogue is a text such as
 * `adam:lr:0.05`. What comes back is checked like any other state, so nothing is checked here. Knows no page.
 */
import { catalogue, defaults, surfaces, valley } from '@thalweg/guide';
import type { Entrant } from '../race/entrant.ts';
import { steady } from '../race/pace.ts';
import type { SurfaceSpec } from './spec.ts';

type Plain = Readonly<Record<string, unknown>>;

/** What a permalink holds, whatever is looked at. */
export interface Whole<V> {
  readonly surface: SurfaceSpec;
  readonly start: readonly [number, number];
  readonly steps: number;
  readonly noise: number;
  readonly batch: number;
  readonly seed: number;
  readonly t: number;
  readonly entrants: readonly Entrant[];
  readonly view: V;
}

/** The state with names of one letter, without what goes without saying; of the view, without what `usualView` has. */
export function short<V extends object>(state: Whole<V>, usualView: V): Plain {
  const { surface, start, steps, noise, batch, seed, t, entrants, view } = state;
  const usual = usualStart({ ...surface });
  return {
    f: surface.kind === 'named' ? surface.id : surface,
    ...(usual?.[0] === start[0] && usual[1] === start[1] ? {} : { x: start }),
    n: steps,
    ...(noise === 0 ? {} : { z: noise }),
    ...(batch === 1 ? {} : { b: batch }),
    ...(seed === 1 ? {} : { r: seed }),
    ...(t === steps ? {} : { t }),
    o: entrants.map(shortEntrant),
    ...changes(view, usualView),
  };
}

/** What `short` made as it was; a state that is not short is as it is. */
export function long(value: unknown, usualView: object): unknown {
  if (!isPlain(value) || !Object.hasOwn(value, 'o')) return value;
  const { f, x, n, z = 0, b = 1, r = 1, t = n, o, v } = value;
  const surface = typeof f === 'string' ? { kind: 'named', id: f } : f;
  return {
    surface,
    start: x ?? (isPlain(surface) ? usualStart(surface) : undefined),
    steps: n,
    noise: z,
    batch: b,
    seed: r,
    t,
    entrants: Array.isArray(o) ? o.map(longEntrant) : o,
    view: isPlain(v) ? { ...usualView, ...v } : (v ?? usualView),
  };
}

function changes(view: object, usualView: object): Plain {
  const usual = new Map<string, unknown>(Object.entries(usualView));
  const changed = Object.entries(view).filter(([name, value]) => value !== usual.get(name));
  return changed.length === 0 ? {} : { v: Object.fromEntries(changed) };
}

function shortEntrant(entrant: Entrant): unknown {
  const { key, id, label, values, pace, shown, own } = entrant;
  const entry = catalogue.find((one) => one.id === id);
  const isSteady = JSON.stringify(pace) === JSON.stringify(steady);
  if (entry?.label !== label || !isSteady || !shown) return { key, id, label, values, pace, shown, ...(own === undefined ? {} : { own }) };
  const usual = defaults(entry);
  return [key, ...Object.entries(values).filter(([name, value]) => value !== usual[name]).flat()].join(':'); // prettier-ignore
}

function longEntrant(given: unknown): unknown {
  if (typeof given !== 'string') return given;
  const [key = '', ...rest] = given.split(':');
  const id = key.replace(/-[23]$/, '');
  const entry = catalogue.find((one) => one.id === id);
  if (entry === undefined) return { key, id };
  const changed = rest.flatMap((name, i) => (i % 2 === 0 ? [[name, Number(rest[i + 1] ?? NaN)] as const] : []));
  return { key, id, label: entry.label, values: { ...defaults(entry), ...Object.fromEntries(changed) }, pace: steady, shown: true };
}

/** Where one starts on a landscape unless something else is said; undefined where nothing is usual. */
function usualStart(surface: Plain): readonly [number, number] | undefined {
  if (surface['kind'] === 'named') return surfaces.find(({ id }) => id === surface['id'])?.start;
  return surface['kind'] === 'valley' ? valley(1).start : undefined;
}

function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
