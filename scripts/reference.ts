/**
 * Writes everything that follows from the library's optimizers and transforms and the files of conformance/rows/: the conformance table, the proof of
 * emitted files (`npm run prove`), the notes of `thalweg show`, the pages and pictures of docs/reference/, what the lab offers, what steps read and
 * write, and the lists and counts in the READMEs.
 *
 * `npm run reference` measures all of them anew, which takes minutes; `npm run reference -- NAME …` those named, and keeps the figures of the others.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { asked } from './asked.ts';
import { factories, sheets, transforms } from '../conformance/table.ts';

const root = join(import.meta.dirname, '..');
const { names } = asked(
  'npm run reference',
  'regenerates every list, count, page, figure and catalogue of the optimizers and transforms, with new measurements; takes minutes',
  {},
  { one: 'name', about: 'measure only these, and keep the measurements of the others', among: Object.keys(sheets) },
);
for (const name of names) {
  if (!factories.has(name) && !Object.hasOwn(transforms, name)) refuse(`${name} is not exported by packages/thalweg/src/methods.ts`);
}
for (const name of factories.keys())
  if (!Object.hasOwn(sheets, name)) refuse(`${name} is exported, and there is no conformance/rows/${name}.json`);

function refuse(problem: string): never {
  console.error(problem);
  process.exit(2);
}

function run(script: string, args: readonly string[] = []): void {
  const { status } = spawnSync(process.execPath, ['--conditions=source', join(root, script), ...args], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1); // It has said why.
}

// What is emitted cites the papers, and docs/emit.md counts what was proven of it.
run('scripts/reference/papers.ts');
run('conformance/report.ts', names.flatMap((name) => sheets[name]?.rows.map(({ id }) => id) ?? [])); // prettier-ignore
run('conformance/emitted.ts');
run('scripts/reference/notes.ts', names);
run('scripts/reference/rates.ts', names);
run('scripts/reference/pages.ts');
run('scripts/reference/lists.ts');
run('scripts/snapshots.ts');
const written = [
  'conformance/README.md',
  'conformance/rows',
  'docs/reference',
  'packages/guide/src/measured.ts',
  'packages/thalweg/src/optimizers',
];
run('node_modules/prettier/bin/prettier.cjs', ['--write', '--log-level=warn', ...written]);
