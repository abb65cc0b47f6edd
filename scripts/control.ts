/**
 * `npm run control`: how often the comparer's protocol errs. Repeats it on the runs that are kept in packages/compare/control/control.json, and writes the
 * figures where reports and docs/compare.md have them. `--run` makes the runs first: 1,240 of them, twenty minutes on two cores.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { measureErrors, presets, type Control } from '@thalweg/compare';
import { asked } from './asked.ts';
import { writeBetween } from './write-between.ts';

const root = join(import.meta.dirname, '..');
const kept = join(root, 'packages/compare/control/control.json');
const values = asked(
  'npm run control',
  "how often the comparer's protocol errs: the figures of reports and docs/compare.md from kept runs",
  {
    run: { about: 'make the runs first: 1,240 of them, twenty minutes on two cores' },
  },
);

if (values.run) {
  const out = join(root, 'report/control');
  const command = ['compare', 'glosses', 'digits', 'words', '--control', '--quick', '--optimizers', 'sgd,adamw', '--out', out];
  execFileSync(process.execPath, ['--conditions=source', join(root, 'packages/compare/bin/thalweg.ts'), ...command], { stdio: 'inherit' });
  const {
    format,
    version,
    createdAt: made,
    machine: where,
    problems: all,
  } = JSON.parse(readFileSync(join(out, 'control.json'), 'utf8')) as Control;
  writeFileSync(
    kept,
    `${JSON.stringify({ format, version, createdAt: made, machine: where, problems: all })}
`,
  );
}

const { problems, createdAt, machine } = JSON.parse(readFileSync(kept, 'utf8')) as Control;
const rates = await measureErrors(problems, presets.quick);
const counts = [...new Set(rates.map(({ seeds }) => seeds))];
const digits = (value: number): number => Number(value.toPrecision(3));
const figures = rates.map((rate) => ({ ...rate, mean: digits(rate.mean), deviation: digits(rate.deviation) }));
writeFileSync(join(root, 'packages/compare/src/report/errors.json'), `${JSON.stringify(figures, undefined, 2)}\n`);

const cell = (problem: string, optimizers: string, count: number): string => {
  const rate = rates.find((one) => one.problem === problem && one.optimizers.join(' – ') === optimizers && one.seeds === count);
  return rate === undefined ? '' : `${((100 * rate.different) / rate.repetitions).toFixed(1)} %`;
};
const rows = problems.flatMap(({ id, optimizers }) => {
  const all = optimizers.flatMap((a, i) => optimizers.slice(i).map((b) => (a === b ? a.id : `${a.id} – ${b.id}`)));
  return all.map((names) => {
    const rate = rates.find((one) => one.problem === id && one.optimizers.join(' – ') === names && one.seeds === 7);
    const spread = rate === undefined ? '' : `${rate.mean.toFixed(2)} ± ${rate.deviation.toFixed(2)}`;
    return `| ${id} | ${names.includes(' – ') ? names : `${names}, twice`} | ${counts.map((count) => cell(id, names, count)).join(' | ')} | ${spread} |`;
  });
});
await writeBetween(
  'docs/compare.md',
  'control',
  [
    `| problem | optimizers | ${counts.map((count) => `${String(count)} seeds`).join(' | ')} | difference with 7 seeds |`,
    `| --- | --- | ${counts.map(() => '--:').join(' | ')} | --: |`,
    ...rows,
    '',
    `Made by \`npm run control -- --run\` on ${machine.cpu}, Node ${machine.node}; ${createdAt.slice(0, 10)}. \`npm run control\` makes the table again from the kept runs.`,
  ].join('\n'),
);
