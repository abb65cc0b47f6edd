/** What a user says when loading, and what is answered: whose hyperparameters, what of a file of another model, and what was taken. */
import { checkNames, oneOf } from '../language/options.ts';
import { checkFormat, type CheckpointFormat } from './format.ts';
import type { Metadata } from './notes.ts';

/** How to load a file that is not of just this optimizer. */
export interface LoadOptions {
  /**
   * What to take. Everything unless given, and then the file has to fit in every part. `'params'`: the values of all parameters by name, from any
   * safetensors file that has them with the same shapes and type, of whatever optimizer or tool; all states begin anew, t goes on.
   * `'matching'`: whatever fits; a parameter whose states do not all fit begins anew, as after `add`. (Sparse tables of a group step together, so
   * their states are taken all or none.)
   */
  readonly only?: 'params' | 'matching';
  /**
   * Whose hyperparameters to go on with where this optimizer was made with others than the run in the file: the file's or this optimizer's. Unless
   * given, such a file is refused with a list of them; under `only: 'matching'`, this optimizer's are kept.
   */
  readonly hyper?: 'file' | 'mine';
  /** Whose layout the file has; Thalweg's own unless given. `pytorch` of `thalweg/pytorch` is another; of a file in it everything is taken. */
  readonly format?: CheckpointFormat;
}

/** What to do about a file of another model, in words. */
export const otherwiseTaken = "load(file, { only: 'matching' }) takes whatever fits, { only: 'params' } all parameters and nothing else";

/** What was taken from a file, by the names of its arrays: a parameter's own, and `optimizer/state/parameter`. */
export interface LoadReport {
  /** Arrays that were taken. */
  readonly taken: readonly string[];
  /** What this optimizer has, and the file does not. */
  readonly missing: readonly string[];
  /** What the file has, and was not asked for or is not here. */
  readonly unexpected: readonly string[];
  /** What both have and was not taken, and why. A hyperparameter is called `hyper.lr`; a parameter that only one of the two has frozen, `frozen.W`. */
  readonly different: readonly { readonly name: string; readonly why: string }[];
  /**
   * The parameters whose states begin anew, with a t of their own from here on, whether or not their values were taken: after `only: 'params'` all that
   * have states, in `taken` too.
   */
  readonly fresh: readonly string[];
  /** The user's own texts and numbers, as they were given to `save`; absent where there were none. */
  readonly metadata?: Metadata;
}

/** The options, checked. Throws an OptionError. */
export function checkLoadOptions(owner: string, options: LoadOptions): LoadOptions {
  checkNames(`${owner}, load`, options, ['only', 'hyper', 'format']);
  const { only, hyper, format } = options;
  checkFormat(`${owner}, load`, format);
  // Weights alone are there under their names in any format, and of other formats nobody can say what matches.
  oneOf(`${owner}, load`, 'only', only, format === undefined ? [undefined, 'params', 'matching'] : [undefined]);
  // Weights alone bring no hyperparameters along.
  oneOf(`${owner}, load`, 'hyper', hyper, only === 'params' ? [undefined] : [undefined, 'file', 'mine']);
  return options;
}
