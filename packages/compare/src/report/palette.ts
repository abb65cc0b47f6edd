/**
 * One colour and one dash for each optimizer, everywhere: terminal, report, lab, docs. The colours are Paul Tol's "bright" and "muted"
 * schemes, which stay apart for colour-blind readers; dashes tell curves apart where colours do not. Knows ids only.
 */

/** How an optimizer is drawn. */
export interface Look {
  /** On light paper. */
  readonly light: string;
  /** On a dark map. */
  readonly dark: string;
  /** SVG dash pattern; empty for a full line. */
  readonly dash: string;
}

const known: Readonly<Record<string, Look>> = {
  sgd: { light: '#666666', dark: '#b5b5b5', dash: '2 3' },
  'sgd-momentum': { light: '#222222', dark: '#f0f0f0', dash: '7 3' },
  adagrad: { light: '#117733', dark: '#5fc983', dash: '' },
  rmsprop: { light: '#b8860b', dark: '#e5c453', dash: '7 2 2 2' },
  adam: { light: '#2f6fb5', dark: '#78b4f0', dash: '' },
  adamw: { light: '#aa3377', dark: '#ee85bb', dash: '4 2' },
  radam: { light: '#1b9aaa', dark: '#66ccee', dash: '1 2' },
  lion: { light: '#d1495b', dark: '#ff8f9c', dash: '12 3' },
  lamb: { light: '#6a4c93', dark: '#b79ae0', dash: '10 2' },
  polyak: { light: '#8c5a2b', dark: '#d6a878', dash: '3 1' },
};

const spare: readonly Look[] = [
  { light: '#332288', dark: '#9d8fee', dash: '' },
  { light: '#999933', dark: '#d4d469', dash: '5 2' },
  { light: '#882255', dark: '#e07bab', dash: '2 2' },
  { light: '#44aa99', dark: '#7fdccb', dash: '8 3 2 3' },
  { light: '#cc6677', dark: '#f2a0ae', dash: '9 3' },
  { light: '#0b3d5c', dark: '#a9d6f5', dash: '1 3' },
];

/** The looks of these optimizers, in one report: known ones always the same, others by their order among the unknown. */
export function looks(ids: readonly string[]): Map<string, Look> {
  const unknown = ids.filter((id) => !Object.hasOwn(known, id));
  return new Map(ids.map((id) => [id, known[id] ?? spare[unknown.indexOf(id) % spare.length]!]));
}

/** Ids with a fixed look. */
export const knownIds: readonly string[] = Object.keys(known);
