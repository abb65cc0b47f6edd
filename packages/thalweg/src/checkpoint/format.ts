/**
 * Layouts of checkpoints other than ours, such as PyTorch's, as users give them to `save` and `load`. An object of its own, so that who does not use it does
 * not load it. What it does is known to `conversion.ts`.
 */
import { isKind, kind } from '../language/brand.ts';
import { OptionError } from '../language/error.ts';
import { describe } from '../language/options.ts';

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
}

/** Throws an OptionError for what is no format. */
export function checkFormat(owner: string, format: unknown): void {
  if (format === undefined || isKind(format, 'checkpoint format')) return;
  const problem = `must be a format, such as pytorch of thalweg/pytorch, and not ${describe(format)}`;
  throw new OptionError(owner, 'format', format, problem);
}
