/** The command `thalweg guide`: each claim of the guide, what was measured, and the verdict. Knows claims and the comparer; no page. */
import { availableParallelism } from 'node:os';
import { isatty } from 'node:tty';
import {
  chapterIds,
  claims,
  settingsOf,
  verdict,
  wrongRules,
  type Claim,
  type ComparisonClaim,
  type Outcome,
  type Sources,
  type Text,
} from '@thalweg/guide';
import { Command, Option } from 'commander';
import picocolors from 'picocolors';
import { compare } from '../compare.ts';
import { loadAddresses } from '../data/addresses.ts';
import { presets } from '../protocol.ts';
import { findProblem } from '../registry.ts';
import { wrap } from '../report/layout.ts';
import { Pool } from '../run/pool.ts';
import { openStore } from '../store/open.ts';
import { columns } from './columns.ts';
import { exitCodes } from './exit-codes.ts';

interface Options {
  readonly chapter?: string;
  readonly wrong?: true;
  readonly compare: boolean;
  readonly out: string;
  readonly json?: true;
  readonly color: boolean;
}

/** Something that is claimed, under the heading it is printed with. */
interface Task {
  readonly heading: string;
  readonly id: string;
  readonly kind: Claim['kind'];
  readonly statement: string;
  readonly measure: () => Promise<Outcome>;
}

/** What is printed about a claim. */
interface Line {
  readonly id: string;
  readonly kind: Claim['kind'];
  readonly statement: string;
  readonly figure: string;
  readonly verdict: string;
  readonly holds: boolean;
}

/** The command. */
export function guideCommand(): Command {
  return new Command('guide')
    .description(
      'Runs every claim of the guide as an experiment. Mathematical claims must hold; claims about data are reproduced or not, ' +
        "and which optimizer is better is decided by the comparer's quick protocol.",
    )
    .addOption(new Option('--chapter <id>', 'one chapter only').choices([...chapterIds]))
    .addOption(
      new Option('--wrong', 'instead of the chapters: update rules that published libraries got wrong, beside the right ones').conflicts(
        'chapter',
      ),
    )
    .option('--no-compare', 'leave out the claims that need a comparison, which takes minutes')
    .option('--out <dir>', "where the comparison's finished runs are kept, shared with compare", 'report')
    .option('--json', 'print the claims as JSON')
    .option('--no-color', 'no colours')
    .addHelpText(
      'after',
      () => `\n${wrap('Exit codes: 0 every mathematical claim holds, 1 one does not, 2 wrong usage.', columns()).join('\n')}`,
    )
    .action(run);
}

async function run(options: Options): Promise<void> {
  const lines: Line[] = [];
  const colours = picocolors.createColors(options.color && !process.env['NO_COLOR'] && isatty(1));
  let last = '';
  for (const { heading, id, kind, statement, measure } of options.wrong === true ? wrongTasks() : claimTasks(options)) {
    const outcome = await measure();
    const line = { id, kind, statement, figure: outcome.figure, verdict: verdict({ kind }, outcome), holds: outcome.holds };
    lines.push(line);
    if (options.json === true) continue;
    if (heading !== last) process.stdout.write(`${last === '' ? '' : '\n'}${colours.bold(heading)}\n`);
    last = heading;
    const paint = line.holds ? colours.green : kind === 'mathematics' ? colours.red : colours.yellow;
    process.stdout.write(`\n  ${statement}\n    ${colours.dim(line.figure)}\n    ${paint(line.verdict)}\n`);
  }
  if (options.json === true) process.stdout.write(`${JSON.stringify(lines, null, 2)}\n`);
  else process.stdout.write(`\n${summary(lines)}\n`);
  if (lines.some(({ kind, holds }) => kind === 'mathematics' && !holds)) process.exitCode = exitCodes.failed;
}

/** The claims of the chapters. */
function claimTasks({ chapter: wanted, compare: withComparisons, out }: Options): Task[] {
  let text: Text | undefined;
  const sources: Sources = { text: () => Promise.resolve((text ??= loadAddresses())) };
  return claims
    .filter(({ chapter, kind }) => (wanted ?? chapter) === chapter && (withComparisons || kind !== 'comparison'))
    .map((claim) => {
      const { id, kind, chapter, statement } = claim;
      const measure = (): Promise<Outcome> => (claim.kind === 'comparison' ? compared(claim, out) : claim.measure(sources));
      return { heading: chapter, id, kind, statement, measure };
    });
}

/** The rules gone wrong: each shows its fault, and the library's own does not have it. */
function wrongTasks(): Task[] {
  return wrongRules.map((rule) => {
    const { id, title, statement } = rule;
    return { heading: title, id: `wrong.${id}`, kind: 'mathematics', statement, measure: () => rule.measure(settingsOf(rule)) };
  });
}

function summary(lines: readonly Line[]): string {
  const [mathematics, data] = [lines.filter(({ kind }) => kind === 'mathematics'), lines.filter(({ kind }) => kind !== 'mathematics')];
  const share = (of: readonly Line[]): string => `${String(of.filter(({ holds }) => holds).length)} of ${String(of.length)}`;
  const about = data.length === 0 ? '' : `; ${share(data)} about data are reproduced`;
  return `${share(mathematics)} mathematical claims hold${about}.`;
}

/** The quick protocol on the claim's problem, with the claim's optimizers alone. */
async function compared(claim: ComparisonClaim, out: string): Promise<Outcome> {
  const workers = availableParallelism();
  const store = openStore(out, process.stderr);
  const pool = new Pool(workers);
  process.stderr.write(`comparing ${claim.contestants.join(' and ')} on ${claim.problem} …\n`);
  try {
    const { problems } = await compare(
      {
        entries: [await findProblem(claim.problem)],
        contestants: claim.contestants,
        schedules: ['constant'],
        protocol: { preset: 'quick', ...presets.quick },
        steps: 'quick',
        workers,
      },
      pool,
      store,
      () => undefined,
    );
    return claim.judge(problems[0]!);
  } finally {
    await pool.close();
    store.close();
  }
}
