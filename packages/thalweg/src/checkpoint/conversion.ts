/**
 * What a checkpoint format does: it maps between the bytes of a file and the optimizer. Comparison, checksums, and the guarantee that nothing changes
 * before everything is checked remain in `checkpoint.ts`.
 */
import { isKind } from '../language/brand.ts';
import type { Core } from '../train/core.ts';
import type { CheckpointFormat } from './format.ts';
import type { LoadOptions } from './load-options.ts';
import type { Decision } from './partial.ts';
import type { StoredArray, StoredFile } from './safetensors.ts';

/** The texts and arrays of a file. */
export interface Encoded {
  readonly metadata: Readonly<Record<string, string>>;
  readonly arrays: ReadonlyMap<string, StoredArray>;
}

/** A format with what it does. */
export interface ConvertingFormat extends CheckpointFormat {
  /** What a file holds. Throws where the format cannot say what the optimizer is. */
  readonly encode: (core: Core) => Encoded;
  /** What to take from a file. Throws a CheckpointError that lists every difference. Changes nothing. */
  readonly decide: (core: Core, file: StoredFile, whose: LoadOptions['hyper']) => Decision;
}

/** Whether a user's format is one that does something, as every one is that this package made. */
export function converts(format: CheckpointFormat | undefined): format is ConvertingFormat {
  return isKind(format, 'checkpoint format');
}
