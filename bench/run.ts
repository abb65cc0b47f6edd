/**
 * `npm run bench`: compares AdamW in float32 with the alternatives and with the limit of the machine, and every optimizer with its memory bandwidth
 * limit; matrix products; start-up. `--huge` is a separate run. `--write` writes the results, the tables and the picture.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { asked } from '../scripts/asked.ts';
import { Child, endAll } from './child.ts';
import { compile, field } from './contenders.ts';
import { jobsOf } from './jobs.ts';
import { describeMachine, type Machine } from './machine.ts';
import { picture } from './plot.ts';
import { Progress } from './progress.ts';
import { Stable, type Sweep } from './race.ts';
import { markdown, shortTable } from './report.ts';
import { readResults, resultsFile, type PartName, type Results } from './results.ts';

const parts = ['race', 'bandwidth', 'catalogue', 'matmul', 'start'] as const satisfies readonly PartName[];
const needC: readonly PartName[] = ['bandwidth', 'catalogue'];

const options = asked(
  'npm run bench',
  'compares AdamW with the alternatives, every optimizer with its memory bandwidth limit, matrix products, start-up',
  {
    only: { about: 'some of race, bandwidth, catalogue, matmul, start', takes: 'PARTS' },
    contenders: { about: 'in the races, only implementations whose name contains one of these', takes: 'NAMES' },
    huge: { about: '10⁷ to 10⁹ parameters, only Thalweg: needs 12 GB of memory' },
    quick: { about: 'a few small cases and rounds, to see that everything works' },
    write: { about: 'write results.json, results.md, results.svg and the table of the README; parts that did not run are kept' },
    python: { about: 'the Python with PyTorch and Optax; the default is .bench/venv (bench/python/setup.sh)', takes: 'PATH' },
    json: { about: 'print JSON instead of Markdown' },
  },
);

async function main(): Promise<number> {
  const asked = options.only?.split(',') ?? [...parts];
  const unknown = asked.filter((name) => !parts.some((part) => part === name));
  if (unknown.length > 0) {
    console.error(`There is no part ${unknown.join(', ')}; there are ${parts.join(', ')}.`);
    return 2;
  }
  const { contenders, absent, versions } = field(options.python);
  for (const one of absent) console.error(`left out: ${one}`);
  const words = options.contenders?.toLowerCase().split(',');
  const chosen = contenders.filter(({ name }) => words?.some((word) => name.toLowerCase().includes(word)) ?? true);
  const machine = describeMachine(versions);
  const sweeper = await startSweeper(machine);
  const stable = new Stable();
  const setting = { machine, contenders: chosen, absent, stable, sweep: sweeper?.sweep, quick: options.quick };
  const wanted = options.huge ? (['huge'] as const) : parts.filter((part) => asked.includes(part));
  const jobs = wanted.filter((part) => sweeper !== undefined || !needC.includes(part)).flatMap((part) => jobsOf[part](setting));
  const progress = new Progress(jobs.map(({ seconds }) => seconds));
  let results: Results = {};
  try {
    for (const { title, seconds, run } of jobs) {
      progress.part(title, seconds);
      results = { ...results, ...(await run((share, doing) => progress.within(share, doing))) };
    }
  } finally {
    stable.close();
    sweeper?.close();
  }
  progress.end();
  if (options.write) await write({ ...readResults(), ...results });
  console.log(options.json ? JSON.stringify(results) : markdown(results));
  return 0;
}

/** A program that empties the caches: on every core it goes over more than they hold. */
async function startSweeper({ lastCache, cores }: Machine): Promise<{ sweep: NonNullable<Sweep>; close: () => void } | undefined> {
  const program = compile('memory.c', 'memory');
  if (program === undefined) return undefined;
  const child = new Child([program, 'sweep', String(Math.min(2, cores))]);
  await child.make(1, Math.max(2 ** 24, lastCache / 2), 60);
  return {
    sweep: async () => {
      await child.run(1, 60);
    },
    close: () => child.close(),
  };
}

async function write(results: Results): Promise<void> {
  writeFileSync(resultsFile, `${JSON.stringify(results)}\n`);
  writeFileSync(join(import.meta.dirname, 'results.md'), markdown(results));
  if (results.race === undefined) return;
  writeFileSync(join(import.meta.dirname, 'results.svg'), picture(results));
  const readme = join(import.meta.dirname, '..', 'README.md');
  const marked = /<!-- bench -->[\s\S]*<!-- \/bench -->/;
  const text = readFileSync(readme, 'utf8');
  if (!marked.test(text)) throw new Error('README.md has no marker bench');
  const filled = text.replace(marked, `<!-- bench -->\n\n${shortTable(results)}\n\n<!-- /bench -->`);
  writeFileSync(readme, await format(filled, { ...(await resolveConfig(readme)), filepath: readme }));
}

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.once(signal, () => {
    endAll();
    process.exit(code);
  });
}

process.exitCode = await main();
