/**
 * `npm run study`: makes the comparisons that are not there yet, in the order of plan.ts, or those that are named, `--again` where they are there. One that was
 * stopped goes on where it was. Then, or with `--figures` at once, it makes docs/study.md from what is kept. `--list` says what is there.
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
  'makes the comparisons of the study that are not there yet, then docs/study.md with its pictures from all that are',
  {
    figures: { about: 'make nothing but the page and its pictures' },
    list: { about: 'what is there, and the command of each' },
    again: { about: 'make them where they are there, too' },
    workers: { about: 'threads; by default one a core', takes: 'NUMBER' },
  },
  { one: 'comparison', about: 'these alone; one that was stopped goes on where it was', among: units.map(({ name }) => name) },
);
const wanted = values.names.length === 0 ? units : units.filter(({ name }) => values.names.includes(name));

if (values.list)
  for (const { name, args } of wanted)
    console.log(`${isKept(name) ? 'kept' : '    '} ${name.padEnd(24)} thalweg compare ${args.join(' ')}`);
else {
  if (!values.figures) for (const unit of wanted) if (values.again || !isKept(unit.name)) make(unit);
  await writePage();
}

function make({ name, args }: Unit): void {
  console.error(`\n${name}: thalweg compare ${args.join(' ')}`);
  const command = ['--conditions=source', join(root, 'packages/compare/bin/thalweg.ts'), 'compare', ...args, '--out', out];
  const threads = values.workers === undefined ? [] : ['--workers', values.workers];
  const { status, signal } = spawnSync(process.execPath, [...command, ...threads], { cwd: root, stdio: 'inherit' });
  // 1 says that a run failed, which is a result; everything that ends otherwise has none.
  if (status !== 0 && status !== 1) process.exit(status ?? (signal === 'SIGINT' ? 130 : 1));
  const found = readComparison(readFileSync(join(out, 'results.json'), 'utf8'));
  keep(name, found);
}
