/**
 * Checkpoint formats other than Thalweg's own, such as PyTorch's, as passed to `save` and `load`. A format is an object of its own, so that bundlers omit
 * it if it is not used. Its implementation is known to `conversion.ts`.
 */
import { isKind, kind } from '../language/brand.ts';
import { checkNames, wrongOption } from '../language/options.ts';
import { checkMetadata, type Metadata } from './notes.ts';

/** A checkpoint format other than Thalweg's own, such as `pytorch` of `thalweg/pytorch`. */
export interface CheckpointFormat {
  /** The brand by which checkpoint formats are recognized. */
  readonly [kind]: 'checkpoint format';
  /** The name, for error messages. */
  readonly name: string;
}

/** Options of `save`. */
export interface SaveOptions {
  /** The format of the file; by default Thalweg's own. `pytorch` of `thalweg/pytorch` writes a file for PyTorch. */
  readonly format?: CheckpointFormat;
  /**
   * Your own strings and numbers to store with the arrays, such as a seed, the position in the data or the best loss so far. `load` returns them in its
   * report, from a file of any format. At most 65,536 characters of JSON.
   */
  readonly metadata?: Metadata;
}

/** Throws an OptionError for options other than these. */
export function checkSaveOptions(owner: string, options: SaveOptions): SaveOptions {
  checkNames(owner, options, ['format', 'metadata']);
  checkFormat(owner, options.format);
  checkMetadata(owner, options.metadata);
  return options;
}

/** Throws an OptionError if `format` is not a checkpoint format. */
export function checkFormat(owner: string, format: unknown): void {
  if (format !== undefined && !isKind(format, 'checkpoint format'))
    wrongOption(owner, 'format', format, 'a checkpoint format, such as pytorch of thalweg/pytorch');
}
