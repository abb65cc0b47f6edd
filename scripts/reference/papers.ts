/** The papers of conformance/rows/, and how names are spelled, as the file of the library that emitted sources have them from. Part of `npm run reference`. */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { sources } from '../../conformance/table.ts';
import { pascal } from '../../packages/thalweg/src/emit/identifiers.ts';

/** The file, from the root of the repository. */
export const papersFile = 'packages/thalweg/src/emit/sources.ts';

/** Its text. */
export async function papersText(): Promise<string> {
  const file = join(import.meta.dirname, '../..', papersFile);
  const lines = Object.entries(sources).map(([name, { paper }]) => `  ${name}: ${JSON.stringify(paper)},`);
  const text = [
    '/** What the optimizers and transforms of the library were read from, the papers of conformance/rows/, and how their authors spell them. Written by `npm run reference`. */',
    '',
    '/** The paper of each, by name. */',
    'export const papers: Readonly<Record<string, string>> = {',
    ...lines,
    '};',
    '',
    '/** Papers among these that belong to an option, by its name. */',
    'export const optionPapers: Readonly<Record<string, Readonly<Record<string, string>>>> = {',
    ...Object.entries(sources).flatMap(([name, { forOption }]) =>
      forOption === undefined ? [] : [`  ${name}: ${JSON.stringify(forOption)},`],
    ),
    '};',
    '',
    '/** The spelling of each that is no plain word: `AdamW`. */',
    'export const spellings: Readonly<Record<string, string>> = {',
    ...Object.keys(sources).flatMap((name) => {
      const spelled = spellingOf(name);
      return spelled === undefined || spelled === pascal(name, '') ? [] : [`  ${name}: ${JSON.stringify(spelled)},`];
    }),
    '};',
    '',
  ].join('\n');
  return format(text, { ...(await resolveConfig(file)), filepath: file });
}

/** How the docstring of an optimizer or transform spells its name, as one word. */
function spellingOf(name: string): string | undefined {
  const library = join(import.meta.dirname, '../../packages/thalweg/src');
  const texts = globSync('{optimizers,transforms}/*.ts', { cwd: library }).map((file) => readFileSync(join(library, file), 'utf8'));
  const begins = new RegExp(`/\\*\\*\\s+\\* ([^\\n]+)(?:(?!/\\*\\*)[^])*?\\*/\\nexport const ${name} =`);
  const first = texts.flatMap((text) => begins.exec(text)?.[1] ?? []).at(0);
  let spelled = '';
  for (const word of first?.split(/[ -]/) ?? []) {
    spelled += word.charAt(0).toUpperCase() + word.slice(1).replace(/[,:].*$|'s$/, '');
    if (spelled.toLowerCase() === name.toLowerCase()) return spelled;
  }
  return undefined;
}

if (import.meta.main) writeFileSync(join(import.meta.dirname, '../..', papersFile), await papersText());
