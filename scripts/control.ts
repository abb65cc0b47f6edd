/**
 * `npm run control`: how often the comparer's protocol errs. Repeats it on the runs that are kept in packages/compare/control, and writes the figures where
 * reports and docs/compare.md have them. `--run` makes the runs first: 1,240 of the protocol and 640 of searches, twenty-five minutes on two cores.
 * `--rehearse DIR` does all of that in a folder instead, with runs of a few steps, for a test.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { measureErrors, presets, readComparison, searchErrors, type Control } from '@thalweg/compare';
import { asked } from './asked.ts';
import { writeBetween } from './write-between.ts';

/** The results of searches, as they are kept: by optimizer, the test metric of each seed. */
interface Searched {
  readonly command: string;
  readonly createdAt: string;
  readonly machine: Control['machine'];
  readonly testMetrics: Readonly<Record<string, readonly (number | null)[]>>;
}

const root = join(import.meta.dirname, '..');
const { run: makesRuns, rehearse: rehearsal } = asked(
  'npm run control',
  "measures from stored runs how often the comparer's protocol gives wrong results, for the reports and docs/compare.md",
  {
    run: { about: 'first run all 1,880 training runs; takes 25 minutes on two cores' },
    rehearse: { takes: 'DIR', about: 'do everything in this folder instead, with runs of a few steps' },
  },
);
const home = rehearsal ?? join(root, 'packages/compare');
const [controlFile, searchFile] = [join(home, 'control/control.json'), join(home, 'control/search.json')];
const trials = 8;
const searchedOn = rehearsal === undefined ? 'names' : 'valley';
const searchArgs = `compare ${searchedOn} --quick --trials ${String(trials)} --seeds ${rehearsal === undefined ? '40' : '12'} --optimizers sgd,adamw`;

if (rehearsal !== undefined) {
  for (const folder of ['control', 'src/report', 'docs']) mkdirSync(join(rehearsal, folder), { recursive: true });
  copyFileSync(join(root, 'docs/compare.md'), join(rehearsal, 'docs/compare.md'));
}
if (makesRuns || rehearsal !== undefined) {
  const problems = rehearsal === undefined ? ['glosses', 'digits', 'words'] : ['valley', '--seeds', '12'];
  const control = JSON.parse(run(['compare', ...problems, '--control', '--quick', '--optimizers', 'sgd,adamw'], 'control', 'control.json')) as Control;
  const { format, version, createdAt: made, machine: where, problems: all } = control;
  writeFileSync(controlFile, `${JSON.stringify({ format, version, createdAt: made, machine: where, problems: all })}\n`);
  writeFileSync(searchFile, `${JSON.stringify(resultsOf(run(searchArgs.split(' '), 'control-search', 'results.json')))}\n`);
} // prettier-ignore

/** Runs a command with a folder of its own, which goes on where it was, and reads what it wrote. */
function run(args: readonly string[], name: string, file: string): string {
  const out = join(rehearsal ?? join(root, 'report'), name);
  const short = rehearsal === undefined ? [] : ['--steps', '5'];
  const command = ['--conditions=source', join(root, 'packages/compare/bin/thalweg.ts'), ...args, ...short, '--out', out];
  execFileSync(process.execPath, command, { stdio: ['ignore', 'ignore', 'inherit'] });
  return readFileSync(join(out, file), 'utf8');
}

function resultsOf(text: string): Searched {
  const { createdAt: made, machine: where, problems: all } = readComparison(text);
  const own = all[0]?.optimizers.map(({ id, trials: each }) => [id, each.map(({ testMetric }) => testMetric)] as const) ?? [];
  return { command: `thalweg ${searchArgs}`, createdAt: made, machine: where, testMetrics: Object.fromEntries(own) };
}

const write = (name: string, value: unknown): void => { writeFileSync(join(home, 'src/report', name), `${JSON.stringify(value, undefined, 2)}\n`); }; // prettier-ignore
const page = relative(root, join(rehearsal ?? root, 'docs/compare.md'));

const { problems, createdAt, machine } = JSON.parse(readFileSync(controlFile, 'utf8')) as Control;
const rates = await measureErrors(problems, presets.quick);
const counts = [...new Set(rates.map(({ seeds }) => seeds))];
const digits = (value: number): number => Number(value.toPrecision(3));
const figures = rates.map((rate) => ({ ...rate, mean: digits(rate.mean), deviation: digits(rate.deviation) }));
write('errors.json', figures);

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
  page,
  'control',
  [
    `| problem | optimizers | ${counts.map((count) => `${String(count)} seeds`).join(' | ')} | difference with 7 seeds |`,
    `| --- | --- | ${counts.map(() => '--:').join(' | ')} | --: |`,
    ...rows,
    '',
    `Made by \`npm run control -- --run\` on ${machine.cpu}, Node ${machine.node}; ${createdAt.slice(0, 10)}. \`npm run control\` makes the table again from the stored runs.`,
  ].join('\n'),
);

const searched = JSON.parse(readFileSync(searchFile, 'utf8')) as Searched;
const { twice, apart } = searchErrors(searched.testMetrics, presets.quick.alpha, { lowerIsBetter: true });
const mean = (all: readonly number[]): number => all.reduce((sum, one) => sum + one, 0) / all.length;
const [least, most, found] = [Math.min(...twice), Math.max(...twice), mean(apart)];
write('searches.json', { problem: searchedOn, trials, mean: digits(mean(twice)), least, most, found: digits(found) });
const drawn = Object.values(searched.testMetrics)[0]?.length ?? 0;
await writeBetween(
  page,
  'searches',
  `Measured with ${String(drawn)} seeds (\`${searched.command.replace('thalweg ', '')}\`), of which 200 repetitions drew 5 to 15: two copies of one optimizer were wrongly found to differ in ` +
    `${String(least)} to ${String(most)} % of repetitions, ${mean(twice).toFixed(1)} % on average, and SGD was found to differ from AdamW in ${found === 100 ? 'all' : `${String(digits(found))} %`}. ` +
    'Made by `npm run control -- --run`; a test repeats it on the stored results.',
);
