/**
 * Layouts of checkpoints other than ours, such as PyTorch's, as users give them to `save` and `load`. An object of its own, so that who does not use it does
 * not load it. What it does is known to `conversion.ts`.
 */
import { isKind, kind } from '../language/brand.ts';
import { checkNames, wrongOption } from '../language/options.ts';
import { checkMetadata, type Metadata } from './notes.ts';

/** A layout of checkpoints other than Thalweg's own, such as `pytorch` of `thalweg/pytorch`. */
export interface CheckpointFormat {
  /** What tells it from any other object. */
  readonly [kind]: 'checkpoint format';
  /** The name, as in errors. */
  readonly name: string;
}

/** What a user says when saving. */
export interface SaveOptions {
  /** Whose layout the file is to have; Thalweg's own unless given. `pytorch` of `thalweg/pytorch` is another. */
  readonly format?: CheckpointFormat;
  /**
   * Texts and numbers of yours to keep beside the arrays: a seed, the place in the data, the best loss so far. `load` gives them back in its report, from
   * a file of any layout. At most 65,536 characters of JSON.
   */
  readonly metadata?: Metadata;
}

/** Throws an OptionError for what is none of these options. */
export function checkSaveOptions(owner: string, options: SaveOptions): SaveOptions {
  checkNames(owner, options, ['format', 'metadata']);
  checkFormat(owner, options.format);
  checkMetadata(owner, options.metadata);
  return options;
}

/** Throws an OptionError for what is no format. */
export function checkFormat(owner: string, format: unknown): void {
  if (format !== undefined && !isKind(format, 'checkpoint format'))
    wrongOption(owner, 'format', format, 'pytorch of thalweg/pytorch, or its like');
}
