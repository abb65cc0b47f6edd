/** A row's oracle as a person would name it. */
import type { Case } from './table.ts';

const libraries: Readonly<Record<string, string>> = {
  torch: 'torch.optim.',
  optax: 'optax.',
  keras: 'keras.optimizers.',
  tfjs: 'tf.train.',
  'torch.clip_grad_norm_': 'torch.nn.utils.clip_grad_norm_, torch.optim.',
  'torch.average': 'the average of torch.optim.',
  'optax.evaluation': 'the evaluation point of optax.',
};

/** Whether an oracle of this kind is a library's own code. */
export const isLibrary = (kind: string): boolean => Object.hasOwn(libraries, kind);

/** The library and the function, or what it is that numpy computes. */
export function oracleOf({ oracle: [kind, name, options], heldAgainst, around }: Case): string {
  if (name === 'chain' && Array.isArray(options)) return options.map(([part]: readonly [string]) => `optax.${part}`).join(', ');
  const library = libraries[kind];
  const read = { paper: 'the paper', authors: "the authors' program", library: 'the library' }[heldAgainst];
  const apart = kind === 'matrix' && name === 'muon' ? 'torch.optim.Muon, bfloat16 replaced by float64' : `numpy, from ${read} (${name})`;
  return `${library === undefined ? apart : `${library}${name}`}${around === undefined ? '' : `, averaged by ${around[0]}`}`;
}
