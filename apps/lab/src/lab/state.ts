/**
 * The whole state of the lab as plain data, to and from a permalink. What comes from a link is hostile until it has been checked: every
 * number is finite and within bounds, every name is known, every text is short. Knows no page.
 */
import { catalogue, surfaces } from '@thalweg/guide';
import type { Entrant, OwnEquations } from '../race/entrant.ts';
import { paced, shapes, type Pace } from '../race/pace.ts';
import { long, short, type Whole } from './short.ts';
import type { SurfaceSpec } from './spec.ts';

/** What a permalink holds. */
export type LabState = Whole<LabView>;

/** The tools beside the map. */
export const tools = ['race', 'stories', 'plots', 'steps', 'schedules', 'own', 'maps', 'share'] as const;
/** The maps of many runs. */
export const charts = ['sensitivity', 'plane', 'basins'] as const;

/** What is open and chosen. */
export interface LabView {
  /** The surface instead of the map. */
  readonly solid: boolean;
  readonly tool: (typeof tools)[number];
  readonly chart: (typeof charts)[number];
  /** The key of the optimizer that the tools look at. */
  readonly chosen: string;
  /** The coordinate that is looked at. */
  readonly axis: 0 | 1;
}

/** What is open at first. */
export const firstView: LabView = { solid: false, tool: 'race', chart: 'sensitivity', chosen: 'adam', axis: 1 };

/** A permalink that cannot be read; the message says which part is wrong. */
export class LinkError extends Error {}

/** Bounds that also hold for the controls. */
export const bounds = {
  steps: 5000,
  entrants: 20,
  equation: 200,
  noise: 100,
  batch: 4096,
  seed: 9999,
  equations: 2000,
  hyper: 12,
  reach: 1000,
} as const;

/** The state as text for an address; one that comes from a text gives the same text again, which is how changes are told from none. */
export function encodeState(state: LabState): string {
  const bytes = new TextEncoder().encode(JSON.stringify(short(state, firstView)));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

/** The state in a link. Throws a LinkError. */
export function decodeState(text: string): LabState {
  if (text.length > 20_000) throw new LinkError('the link is too long');
  let value: unknown;
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new LinkError('it is cut short or damaged');
  }
  return checkState(long(value, firstView));
}

/** The state, checked field by field. Throws a LinkError. */
export function checkState(value: unknown): LabState {
  const entrants = list(field(value, 'entrants'), 'entrants', bounds.entrants).map(checkEntrant);
  if (new Set(entrants.map(({ key }) => key)).size !== entrants.length) throw new LinkError('two entrants have one key');
  const [x, y] = list(field(value, 'start'), 'start', 2);
  return {
    surface: checkSurface(field(value, 'surface')),
    start: [number(x, 'start', -1e6, 1e6), number(y, 'start', -1e6, 1e6)],
    steps: whole(field(value, 'steps'), 'steps', 1, bounds.steps),
    noise: number(field(value, 'noise'), 'noise', 0, bounds.noise),
    batch: whole(field(value, 'batch'), 'batch', 1, bounds.batch),
    seed: whole(field(value, 'seed'), 'seed', 0, bounds.seed),
    t: number(field(value, 't'), 't', 0, bounds.steps),
    entrants,
    view: checkView(Object.hasOwn(value as object, 'view') ? field(value, 'view') : firstView),
  };
}

function checkView(value: unknown): LabView {
  return {
    solid: field(value, 'solid') === true,
    tool: oneOf(tools, field(value, 'tool'), 'tool'),
    chart: oneOf(charts, field(value, 'chart'), 'chart'),
    chosen: text(field(value, 'chosen'), 'chosen', 40),
    axis: oneOf([0, 1] as const, field(value, 'axis'), 'axis'),
  };
}

function checkPace(value: unknown, lr: number | undefined): Pace {
  const pace = {
    shape: oneOf(shapes, field(value, 'shape'), 'schedule'),
    warmup: number(field(value, 'warmup'), 'warmup', 0, 1),
    end: number(field(value, 'end'), 'end', 0, 1),
    equation: text(field(value, 'equation'), 'equation', bounds.equation),
  };
  try {
    // An equation of the reader's is compiled in a worker, as all that is typed.
    if (lr !== undefined && pace.shape !== 'equation') paced(pace, lr, 100);
  } catch (error) {
    throw new LinkError(`its schedule makes no sense: ${error instanceof Error ? error.message : String(error)}`);
  }
  return pace;
}

function checkSurface(value: unknown): SurfaceSpec {
  const kind = field(value, 'kind');
  if (kind === 'named') {
    const id = text(field(value, 'id'), 'surface', 40);
    if (!surfaces.some((one) => one.id === id)) throw new LinkError(`there is no landscape ${id}`);
    return { kind, id };
  }
  if (kind === 'valley') {
    return {
      kind,
      condition: number(field(value, 'condition'), 'condition', 1, 1e4),
      angle: number(field(value, 'angle'), 'angle', -7, 7),
    };
  }
  if (kind === 'formula')
    return { kind, text: text(field(value, 'text'), 'formula', 240), reach: number(field(value, 'reach'), 'reach', 1e-3, bounds.reach) };
  throw new LinkError('its landscape is of no known kind');
}

function checkEntrant(value: unknown): Entrant {
  const id = text(field(value, 'id'), 'optimizer', 40);
  const entry = catalogue.find((one) => one.id === id);
  if (id !== 'own' && entry === undefined) throw new LinkError(`there is no optimizer ${id}`);
  const key = text(field(value, 'key'), 'key', 40);
  if (!new RegExp(`^${id}(-[23])?$`).test(key)) throw new LinkError(`${key} is no key of ${id}`);
  const shown = field(value, 'shown') !== false;
  const values = numbers(field(value, 'values'));
  const pace = checkPace(field(value, 'pace'), values['lr']);
  const label = text(field(value, 'label'), 'label', 60);
  if (entry !== undefined) {
    const unknown = Object.keys(values).find((name) => entry.knobs.every((knob) => knob.name !== name));
    if (unknown !== undefined) throw new LinkError(`${entry.label} has no ${unknown}`);
    const known = Object.fromEntries(entry.knobs.map(({ name, fallback }) => [name, values[name] ?? fallback]));
    return { key, id, label, values: known, pace, shown };
  }
  const own = checkOwn(field(value, 'own'));
  const unknown = Object.keys(values).find((name) => !Object.hasOwn(own.hyper, name));
  if (unknown !== undefined) throw new LinkError(`the equations have no ${unknown}`);
  return { key, id, label, values, pace, shown, own };
}

/** Equations, checked field by field. Throws a LinkError. */
export function checkOwn(value: unknown): OwnEquations {
  const hyper = field(value, 'hyper');
  if (typeof hyper !== 'object' || hyper === null || Object.keys(hyper).length > bounds.hyper)
    throw new LinkError('its hyperparameters are wrong');
  return {
    equations: text(field(value, 'equations'), 'equations', bounds.equations),
    hyper: Object.fromEntries(
      Object.entries(hyper).map(([name, pair]) => {
        const [symbol, start] = list(pair, 'hyperparameter', 2);
        if (!/^[A-Za-z][A-Za-z0-9]{0,20}$/.test(name)) throw new LinkError(`${name} is no name of a hyperparameter`);
        return [name, [text(symbol, 'symbol', 12), number(start, name, -1e12, 1e12)] as const];
      }),
    ),
  };
}

function numbers(value: unknown): Record<string, number> {
  if (typeof value !== 'object' || value === null || Object.keys(value).length > bounds.hyper)
    throw new LinkError('its hyperparameters are wrong');
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, number(one, name, -1e12, 1e12)]));
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) throw new LinkError(`${name} is missing`);
  return (value as Readonly<Record<string, unknown>>)[name];
}

function oneOf<const T>(all: readonly T[], value: unknown, name: string): T {
  const found = all.find((one) => one === value);
  if (found === undefined) throw new LinkError(`${name} is none of ${all.join(', ')}`);
  return found;
}

function list(value: unknown, name: string, most: number): readonly unknown[] {
  if (!Array.isArray(value) || value.length > most) throw new LinkError(`${name} is no list of at most ${String(most)}`);
  return value;
}

function number(value: unknown, name: string, low: number, high: number): number {
  if (typeof value !== 'number' || !(value >= low && value <= high))
    throw new LinkError(`${name} must lie between ${String(low)} and ${String(high)}`);
  return value;
}

function whole(value: unknown, name: string, low: number, high: number): number {
  const found = number(value, name, low, high);
  if (!Number.isInteger(found)) throw new LinkError(`${name} must be a whole number`);
  return found;
}

function text(value: unknown, name: string, most: number): string {
  if (typeof value !== 'string' || value.length > most) throw new LinkError(`${name} must be a text of at most ${String(most)} characters`);
  return value;
}
