/** The options of `load` and its report: whose hyperparameters to use, what to load from a file of another model, and what was loaded. */
import { checkNames, oneOf } from '../language/options.ts';
import { checkFormat, type CheckpointFormat } from './format.ts';
import type { Metadata } from './notes.ts';

/** Options of `load`, for a file that does not match the optimizer in full. */
export interface LoadOptions {
  /**
   * What to load. By default everything, and then the file has to match in full. `'params'`: only the values of all parameters, by name, from any
   * safetensors file that has them with the same shapes and type, whichever optimizer or tool wrote it; all states are reset, and t stays. `'matching'`:
   * whatever fits; a parameter with a state that does not fit has its states reset, as after `add`. (Sparse tables of one group share their steps, so their
   * states are loaded all or not at all.)
   */
  readonly only?: 'params' | 'matching';
  /**
   * Which hyperparameters to use where those this optimizer was made with differ from those the run in the file was made with: the file's, or this
   * optimizer's (`'mine'`). By default such a file is refused, with a list of the differences; with `only: 'matching'`, this optimizer's are kept.
   */
  readonly hyper?: 'file' | 'mine';
  /** The format of the file; by default Thalweg's own. `pytorch` of `thalweg/pytorch` reads a file of PyTorch's, which is always loaded in full. */
  readonly format?: CheckpointFormat;
}

/** What to do about a file of another model, for error messages. */
export const otherwiseTaken = "load(file, { only: 'matching' }) loads whatever fits, { only: 'params' } the parameters alone";

/** What was loaded from a file, by array name: a parameter's own name, and `optimizer/state/parameter` for states. */
export interface LoadReport {
  /** Arrays that were loaded. */
  readonly taken: readonly string[];
  /** Arrays of this optimizer that are not in the file. */
  readonly missing: readonly string[];
  /** Arrays of the file that were not asked for or do not exist here. */
  readonly unexpected: readonly string[];
  /**
   * What exists on both sides and was not loaded, or was overridden, and why. A hyperparameter is listed as `hyper.lr`, a parameter that is frozen on one
   * side only as `frozen.W`.
   */
  readonly different: readonly { readonly name: string; readonly why: string }[];
  /**
   * Parameters whose states were reset, and whose t restarts, whether or not their values were loaded. After `only: 'params'` these are all parameters with
   * states, although they are in `taken` too.
   */
  readonly fresh: readonly string[];
  /** Your own strings and numbers as given to `save`; absent if there were none. */
  readonly metadata?: Metadata;
}

/** The checked options. Throws an OptionError. */
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
