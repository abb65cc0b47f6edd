/** The story in one look: which method mends what flaw of which, and how. Knows chapters by their names only. */
import type { ChapterId } from '@thalweg/guide';

/** A step of the story. */
export interface Mend {
  readonly name: string;
  readonly chapter: ChapterId;
  /** What was wrong with the one before. */
  readonly flaw: string;
  /** What it does about that. */
  readonly mend: string;
}

/** In the order of the story. */
export const lineage: readonly Mend[] = [
  { name: 'SGD', chapter: 'sgd', flaw: 'the landscape cannot be seen', mend: 'step down the slope of a few examples' },
  { name: 'Momentum', chapter: 'momentum', flaw: 'bounces; remembers no direction', mend: 'add gradients up, forgetting old ones' },
  { name: 'AdaGrad', chapter: 'adagrad', flaw: 'one rate for large and small gradients', mend: 'divide by the root of all squares' },
  { name: 'RMSProp', chapter: 'rmsprop', flaw: 'never forgets, so it stalls', mend: 'an average that forgets, for the sum' },
  { name: 'Adam', chapter: 'adam', flaw: 'no direction; first steps jump', mend: 'momentum, and correct the start from zero' },
  { name: 'AdamW', chapter: 'adamw', flaw: 'decay is divided by √v', mend: 'shrink the weights apart from the step' },
  { name: 'Muon', chapter: 'beyond', flaw: 'a matrix treated as loose numbers', mend: 'make all directions of the update equally long' },
];
