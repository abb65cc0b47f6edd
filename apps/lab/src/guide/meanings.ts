/** What each symbol of the guide is, in a few words, and which setting of an optimizer it stands for. Knows symbols as LaTeX. */

/** What a symbol is. */
export interface Meaning {
  readonly name: string;
  readonly says: string;
  /** The hyperparameters it may stand for. */
  readonly settings?: readonly string[];
}

/** By symbol. */
export const meanings: Readonly<Record<string, Meaning>> = {
  w: { name: 'the weights', says: 'where the run stands: one number for each direction of the map' },
  g: { name: 'the gradient', says: 'how fast the loss rises in each direction, here and now' },
  '\\eta': { name: 'the learning rate', says: 'how far a step goes for a gradient of 1', settings: ['lr'] },
  m: { name: 'the momentum', says: 'what is remembered of earlier gradients, with their direction' },
  '\\hat{m}': { name: 'm, corrected', says: 'what m would be had it not started from zero' },
  v: { name: 'the average of g²', says: 'how large gradients have lately been: a size for each direction, without a sign' },
  '\\hat{v}': { name: 'v, corrected', says: 'what v would be had it not started from zero' },
  G: { name: 'the sum of g²', says: 'how large and how frequent gradients have been since the start: a size for each direction' },
  '\\beta': { name: 'how much is kept', says: 'the share of the memory that is still there a step later', settings: ['beta'] },
  '\\beta_{1}': { name: 'how much m keeps', says: 'the share of m that is still there a step later', settings: ['beta1'] },
  '\\beta_{2}': { name: 'how much v keeps', says: 'the share of v that is still there a step later', settings: ['beta2'] },
  '\\lambda': { name: 'the decay', says: 'how hard each weight is pulled toward zero', settings: ['weightDecay', 'l2', 'decay'] },
  '\\varepsilon': { name: 'a tiny number', says: 'keeps the division from failing where nothing has been seen yet', settings: ['eps'] },
  t: { name: 'the step', says: 'how many steps have been taken' },
};

/** Those of Lion, which has no v. */
export const lionMeanings: Readonly<Record<string, Meaning>> = {
  '\\beta_{1}': { name: 'how much m counts', says: 'the share of m in the direction of a step; the rest is the current gradient', settings: ['beta1'] },
  '\\beta_{2}': { name: 'how much m keeps', says: 'the share of m that is still there a step later', settings: ['beta2'] },
}; // prettier-ignore
