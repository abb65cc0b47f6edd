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
  { name: 'SGD', chapter: 'sgd', flaw: 'the landscape cannot be seen as a whole', mend: 'step down the slope of a few examples' },
  { name: 'Momentum', chapter: 'momentum', flaw: 'bounces; remembers no direction', mend: 'add gradients up, forgetting old ones' },
  { name: 'AdaGrad', chapter: 'adagrad', flaw: 'one rate for large and small gradients', mend: 'divide by the root of all squares' },
  { name: 'RMSProp', chapter: 'rmsprop', flaw: 'never forgets, so it stalls', mend: 'an average that forgets, instead of the sum' },
  {
    name: 'Adam',
    chapter: 'adam',
    flaw: 'remembers no direction; first steps too long',
    mend: 'add momentum, and correct the start from zero',
  },
  { name: 'AdamW', chapter: 'adamw', flaw: 'decay is divided by √v̂', mend: 'shrink the weights in a separate step' },
  { name: 'Muon', chapter: 'beyond', flaw: 'treats a matrix as separate numbers', mend: 'make the step equally long in all directions' },
];
