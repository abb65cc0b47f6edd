/** A trial that came to nothing. Knows the document; runs nothing. */
import type { Trial } from './schema.ts';

/** Characters of a message that are kept: what a program throws may be as long as it likes. */
const longest = 4000;

/** A run without a result: at a learning rate that the method refuses, or one that failed. */
export function lost({ seed, lr }: Pick<Trial, 'seed' | 'lr'>, failure?: string): Trial {
  const none = { steps: [], values: [] };
  return {
    seed,
    lr,
    diverged: true,
    ...(failure === undefined ? {} : { failure: failure.length > longest ? `${failure.slice(0, longest)} …` : failure }),
    divergedAt: 0,
    validationMetric: null,
    testMetric: null,
    validationLoss: null,
    testLoss: null,
    finalLoss: null,
    training: none,
    validation: none,
    reached: null,
    seconds: { gradient: 0, optimizer: 0 },
  };
}
