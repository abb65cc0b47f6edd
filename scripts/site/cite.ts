/** How to cite the library, from CITATION.cff. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The entry for BibTeX. */
export function bibtex(cff = readFileSync(join(import.meta.dirname, '../../CITATION.cff'), 'utf8')): string {
  const field = (name: string): string => {
    const value = new RegExp(`^${name}: *(.*)$`, 'm').exec(cff)?.[1];
    if (value === undefined) throw new Error(`CITATION.cff has no ${name}`);
    return value.replace(/^'(.*)'$/, '$1').replaceAll("''", "'");
  };
  const authors = [...cff.matchAll(/^ {2}- (?:name|family-names): *(.*)(?:\n {4}given-names: *(.*))?$/gm)].map(([, family = '', given]) =>
    given === undefined ? `{${family}}` : `${family}, ${given}`,
  );
  const [year = '', month = ''] = field('date-released').split('-');
  return [
    `@software{thalweg${year},`,
    `  author  = {${authors.join(' and ')}},`,
    `  title   = {{${field('title')}}},`,
    `  version = {${field('version')}},`,
    `  year    = {${year}},`,
    `  month   = {${String(Number(month))}},`,
    `  url     = {${field('url')}},`,
    `  license = {${field('license')}}`,
    '}',
  ].join('\n');
}
