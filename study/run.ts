/**
 * `npm run study`: runs the comparisons that have no stored results, in the order of plan.ts, or those that are named (`--again` repeats stored ones). An interrupted
 * comparison continues. Then, or with `--figures` immediately, it writes docs/study.md from the stored results. `--list` lists all comparisons.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { problems as builtIn, readComparison } from '@thalweg/compare';
import { asked } from '../scripts/asked.ts';
import { isKept, keep } from './kept.ts';
import { writePage } from './page.ts';
import { problemNames, unitsOf, type ProblemName, type Unit } from './plan.ts';

const root = join(import.meta.dirname, '..');
const out = join(root, 'report/study');
const lengths = Object.fromEntries(problemNames.map((name) => [name, builtIn.find(({ id }) => id === name)?.steps.quick ?? 0])) as Record<
  ProblemName,
  number
>;
const units = unitsOf(lengths);
const values = asked(
  'npm run study',
  'runs the comparisons of the study that have no stored results, then writes docs/study.md and its figures from all stored results',
  {
    figures: { about: 'only write the page and its figures' },
    list: { about: 'list all comparisons with their commands, and which have stored results' },
    again: { about: 'also run comparisons that have stored results' },
    workers: { about: 'number of threads; default: one per core', takes: 'NUMBER' },
  },
  { one: 'comparison', about: 'run only these; an interrupted comparison continues', among: units.map(({ name }) => name) },
);
const wanted = values.names.length === 0 ? units : units.filter(({ name }) => values.names.includes(name));

if (values.list)
  for (const { name, args } of wanted)
    console.log(`${isKept(name) ? 'stored' : '      '} ${name.padEnd(24)} thalweg compare ${args.join(' ')}`);
else {
  if (!values.figures) for (const unit of wanted) if (values.again || !isKept(unit.name)) make(unit);
  await writePage();
}

function make({ name, args }: Unit): void {
  console.error(`\n${name}: thalweg compare ${args.join(' ')}`);
  const command = ['--conditions=source', join(root, 'packages/compare/bin/thalweg.ts'), 'compare', ...args, '--out', out];
  const threads = values.workers === undefined ? [] : ['--workers', values.workers];
  const { status, signal } = spawnSync(process.execPath, [...command, ...threads], { cwd: root, stdio: 'inherit' });
  // Exit code 1 means that a run failed, which is a result; any other nonzero code leaves no result.
  if (status !== 0 && status !== 1) process.exit(status ?? (signal === 'SIGINT' ? 130 : 1));
  const found = readComparison(readFileSync(join(out, 'results.json'), 'utf8'));
  keep(name, found);
}
