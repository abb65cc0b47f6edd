/**
 * One colour and one dash for each optimizer, everywhere: terminal, report, lab, docs. The colours were searched for: the six of the guide
 * lie at least 15 apart (CIEDE2000) in full sight and in complete red, green and blue blindness, all that have a name here at least 11, on
 * paper and at night, and every one stands out from its ground; a test holds them to it. Knows ids only.
 */

/** How an optimizer is drawn. */
export interface Look {
  /** On light paper. */
  readonly light: string;
  /** On a night map. */
  readonly dark: string;
  /** SVG dash pattern; empty for a full line. */
  readonly dash: string;
  /** The dash in a terminal, three columns wide. */
  readonly rule: string;
}

const known: Readonly<Record<string, Look>> = {
  sgd: { light: '#4d4a4b', dark: '#e7e5d7', dash: '1.6 2.6', rule: '···' },
  'sgd-momentum': { light: '#a13900', dark: '#db6601', dash: '8 3', rule: '╍╍╍' },
  adagrad: { light: '#3b9d80', dark: '#33a86c', dash: '7 2.5 1.5 2.5', rule: '━·━' },
  rmsprop: { light: '#a98b03', dark: '#f8be03', dash: '4 2.4', rule: '┅┅┅' },
  adam: { light: '#2b58d6', dark: '#9fb4ff', dash: '', rule: '━━━' },
  adamw: { light: '#680e58', dark: '#d649dc', dash: '12 3', rule: '━╸━' },
  radam: { light: '#187776', dark: '#a4f4fd', dash: '2.5 1.5', rule: '┉┉┉' },
  lion: { light: '#76080a', dark: '#eb989c', dash: '10 2.5 1.5 2.5 1.5 2.5', rule: '━··' },
  lamb: { light: '#a17dd4', dark: '#9c8bb2', dash: '6 2.5 3 2.5', rule: '━╺╸' },
  polyak: { light: '#56704f', dark: '#c4ed90', dash: '3 4', rule: '╺ ╺' },
};

/** For optimizers of the user's own: colours that are no known one's, and dashes of which the same holds. */
const spareColours: readonly (readonly [light: string, dark: string])[] = [
  ['#ae679c', '#aa6e85'],
  ['#0b5c84', '#8bc4d0'],
  ['#93955c', '#aab961'],
  ['#0f00cc', '#928afe'],
  ['#3e4c30', '#1bdaa0'],
  ['#b0611c', '#c66346'],
];
const spareDashes: readonly (readonly [dash: string, rule: string])[] = [
  ['9 1.5', '━━╸'],
  ['5 4', '╺━ '],
  ['1 1.6', '┈┈┈'],
  ['14 2.5 4 2.5', '━━·'],
  ['4 1.5 1 1.5', '╸·╸'],
  ['3 1.5 3 5', '╸╸ '],
];

/**
 * The looks of these optimizers, in one report: known ones always the same; another by its name, or by the next free place where a
 * name before it has taken that. No two are alike.
 */
export function looks(ids: readonly string[]): Map<string, Look> {
  const places = spareColours.length * spareDashes.length;
  const taken = new Set<number>();
  return new Map(
    [...new Set(ids)].map((id) => {
      const fixed = Object.hasOwn(known, id) ? known[id] : undefined;
      if (fixed !== undefined) return [id, fixed];
      let place = hash(id) % places;
      // Beyond the last free place a look is still unique: its dash gets longer by whole rounds.
      for (let tried = 0; taken.has(place); tried++) place = tried < places ? (place + 1) % places : place + places;
      taken.add(place);
      return [id, spare(place)];
    }),
  );
}

/** Ids with a fixed look. */
export const knownIds: readonly string[] = Object.keys(known);

function spare(place: number): Look {
  const [light, dark] = spareColours[place % spareColours.length] ?? spareColours[0]!;
  const round = Math.floor(place / (spareColours.length * spareDashes.length));
  const [dash, rule] = spareDashes[Math.floor(place / spareColours.length) % spareDashes.length] ?? spareDashes[0]!;
  return { light, dark, dash: `${dash}${' 1 2'.repeat(round)}`, rule };
}

/** FNV-1a: the same place for the same name on every machine. */
export function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) value = Math.imul(value ^ byte, 0x01000193) >>> 0;
  return value;
}
