/**
 * Puts the figures of the last `npm start` into README.md, between its markers, and the picture into docs/:
 * `node --conditions=source scripts/readme.ts`. Figures in the README come from here and from `npm run bench -- --write`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderMarkdown, renderPicture, type Comparison } from '@thalweg/compare';

const root = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

const comparison = JSON.parse(read('report/results.json')) as Comparison;
const [glosses] = comparison.problems;
if (glosses === undefined) throw new Error('report/results.json holds no problem');
writeFileSync(join(root, 'docs/glosses.svg'), renderPicture(glosses));

function replace(text: string, marker: string, body: string): string {
  const pattern = new RegExp(`<!-- ${marker} -->[\\s\\S]*<!-- /${marker} -->`);
  if (!pattern.test(text)) throw new Error(`README.md has no marker ${marker}`);
  return text.replace(pattern, `<!-- ${marker} -->\n\n${body}\n\n<!-- /${marker} -->`);
}

const { cpu, node } = comparison.machine;
const made = `Made by \`npm start\` on ${cpu}, Node ${node}; ${comparison.createdAt.slice(0, 10)}.`;
const text = replace(read('README.md'), 'compared', `${renderMarkdown(comparison)}\n\n${made}`);
writeFileSync(join(root, 'README.md'), text);
