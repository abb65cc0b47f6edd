/** What a page bundles that writes one optimizer for one target: the size of it is measured. */
import { adamw } from 'thalweg';
import { emitTo, pytorch } from 'thalweg/emit';

/** The file. */
export const text = emitTo(pytorch, adamw());
