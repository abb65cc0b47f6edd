/**
 * A setup in an address, in words that can be read and written by hand: `net=words&steps=400&o=adam:lr:0.03&o=sgd-2`. What a link leaves
 * out is as the page opens with it. A link is hostile until it has been checked: every name is known, every number within the controls'
 * bounds.
 */
import { entrantOf as entrantOfOwn } from '../lab/own.ts';
import { checkOwn, LinkError } from '../lab/state.ts';
import { knobsOf, type Entrant, type OwnEquations } from '../race/entrant.ts';
import { shapes } from '../race/pace.ts';
import { bounds, contender, firstSetup, nets, offered, type NetId, type Setup } from './setup.ts';

/** The setup as text for an address. */
export function encodeSetup({ net, steps, seed, seeds, entrants }: Setup): string {
  const optimizers = entrants.map((one) => {
    const usual = one.own === undefined ? contender(net, one.id).values : {};
    const values = Object.entries(one.values).filter(([name, value]) => value !== usual[name]);
    const shape = one.pace.shape === 'constant' ? [] : ['schedule', String(shapes.indexOf(one.pace.shape))];
    return `o=${[one.key, ...values.flat(), ...shape].join(':')}`;
  });
  const own = entrants.flatMap(({ own: equations }) => (equations === undefined ? [] : [`own=${packed(equations)}`]));
  return [`net=${net}`, `steps=${String(steps)}`, `seed=${String(seed)}`, `seeds=${String(seeds)}`, ...optimizers, ...own].join('&');
}

/** The setup in a link. Throws a LinkError. */
export function decodeSetup(text: string): Setup {
  if (text.length > 5000) throw new LinkError('it is too long');
  const query = new URLSearchParams(text);
  const net = query.get('net') ?? 'digits';
  if (!isNet(net)) throw new LinkError(`there is no network ${net}`);
  const first = firstSetup(net);
  const whole = (name: 'steps' | 'seed' | 'seeds', low: number, high: number): number => {
    const value = Number(query.get(name) ?? first[name]);
    if (!Number.isInteger(value) || value < low || value > high) {
      throw new LinkError(`${name} must be a whole number from ${String(low)} to ${String(high)}`);
    }
    return value;
  };
  const optimizers = query.getAll('o');
  if (optimizers.length > bounds.entrants) throw new LinkError(`it has more than ${String(bounds.entrants)} optimizers`);
  const entrants = optimizers.length === 0 ? first.entrants : optimizers.map((one) => entrantOf(net, one, query.get('own')));
  if (new Set(entrants.map(({ key }) => key)).size !== entrants.length) throw new LinkError('two optimizers have one name');
  const seeds = whole('seeds', 1, bounds.seeds.at(-1)!);
  if (!bounds.seeds.some((count) => count === seeds)) throw new LinkError(`seeds must be one of ${bounds.seeds.join(', ')}`);
  return { net, entrants, steps: whole('steps', ...bounds.steps), seed: whole('seed', 1, bounds.seed), seeds };
}

function isNet(name: string): name is NetId {
  return Object.hasOwn(nets, name);
}

/** Equations as text for an address. */
function packed(own: OwnEquations): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify(own))))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

function unpacked(text: string | null): OwnEquations {
  try {
    const bytes = Uint8Array.from(atob((text ?? '').replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));
    return checkOwn(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
  } catch (error) {
    if (error instanceof LinkError) throw error;
    throw new LinkError('its equations are cut short or damaged');
  }
}

function first(net: NetId, id: string, key: string, own: string | null): Entrant {
  if (key === 'own') return entrantOfOwn(unpacked(own));
  if (!offered.some((entry) => entry.id === id)) throw new LinkError(`there is no optimizer ${key}`);
  return contender(net, id, key);
}

function entrantOf(net: NetId, text: string, own: string | null): Entrant {
  const [key = '', ...rest] = text.split(':');
  const id = key.replace(/-[23]$/, '');
  let one = first(net, id, key, own);
  const knobs = knobsOf(one);
  for (let i = 0; i < rest.length; i += 2) {
    const [name, value] = [rest[i]!, Number(rest[i + 1] ?? NaN)];
    const shape = name === 'schedule' ? shapes[value] : undefined;
    const knob = knobs.find((other) => other.name === name);
    if (shape !== undefined) one = { ...one, pace: { ...one.pace, shape } };
    else if (knob === undefined) throw new LinkError(`${key} has no ${name}`);
    else if (!(value >= knob.low && value <= knob.high)) {
      throw new LinkError(`${name} of ${key} must lie between ${String(knob.low)} and ${String(knob.high)}`);
    } else one = { ...one, values: { ...one.values, [name]: value } };
  }
  return one;
}
