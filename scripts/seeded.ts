/**
 * Loaded before the tests: property tests draw the same cases in every run, so that a red one is due to what was changed. FC_SEED draws others, which is how
 * `npm run fuzz` looks for cases that nobody has met.
 */
import fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env['FC_SEED'] ?? 1) });
