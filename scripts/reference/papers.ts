/** The papers of conformance/rows/ as the file of the library that emitted sources cite them from. Part of `npm run reference`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { sources } from '../../conformance/table.ts';

/** The file, from the root of the repository. */
export const papersFile = 'packages/thalweg/src/emit/sources.ts';

/** Its text. */
export async function papersText(): Promise<string> {
  const file = join(import.meta.dirname, '../..', papersFile);
  const lines = Object.entries(sources).map(([name, { paper }]) => `  ${name}: ${JSON.stringify(paper)},`);
  const text = [
    '/** What the optimizers and transforms of the library were read from: the papers of conformance/rows/. Written by `npm run reference`. */',
    '',
    '/** The paper of each, by name. */',
    'export const papers: Readonly<Record<string, string>> = {',
    ...lines,
    '};',
    '',
  ].join('\n');
  return format(text, { ...(await resolveConfig(file)), filepath: file });
}

if (import.meta.main) writeFileSync(join(import.meta.dirname, '../..', papersFile), await papersText());
