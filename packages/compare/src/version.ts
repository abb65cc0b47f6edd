/** The version of the library. */
import { createRequire } from 'node:module';

let version: string | undefined;

/** The version of the library, which is part of what identifies a trial. */
export function versionOfThalweg(): string {
  version ??= String((createRequire(import.meta.url)('thalweg/package.json') as { version: unknown }).version);
  return version;
}
