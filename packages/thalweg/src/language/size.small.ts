/**
 * Replaces `size.ts` in the published `thalweg/small`: the limits on programs bound the number of passes, kernels and specializations, of which a tape has
 * none; those on texts apply there too.
 */
import type { verifySize as whole } from './size.ts';

/** Accepts everything. */
export const verifySize: typeof whole = () => undefined;
