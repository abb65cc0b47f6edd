/** The command `thalweg best`: what a finished comparison says to take, in a line for each problem, or as the call to write. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { withValues } from '../code.ts';
import { ProblemError } from '../problem.ts';
import { readComparison, ReadError } from '../read.ts';
import { wrap } from '../report/layout.ts';
import { advice, cautions, quickNote } from '../report/text.ts';
import { scheduleCode, undescribed } from '../schedules.ts';
import type { ProblemResult } from '../schema.ts';
import { columns } from './columns.ts';

/** The command. */
export function bestCommand(): Command {
  return new Command('best')
    .description('Reads the results.json that compare wrote, and says for each problem which optimizer to take and how the others compare.')
    .argument('[report]', 'the folder of the report, or its results.json', 'report')
    .addOption(
      new Option('--as <form>', 'text, or code: the call to write, below what is to be said of it as comments')
        .choices(['text', 'code'])
        .default('text'),
    )
    .action((report: string, { as: form }: { readonly as: 'text' | 'code' }) => {
      const { problems, protocol } = read(report);
      const many = problems.length > 1;
      for (const problem of problems) {
        if (form === 'text') process.stdout.write(`${wrap(`${many ? `${problem.id}: ` : ''}${advice(problem)}`, columns()).join('\n')}\n`);
        else {
          const said = [advice(problem), ...cautions(problem), ...(protocol.preset === 'quick' ? [quickNote] : [])];
          const comments = said.flatMap((text) => wrap(text, Math.max(20, columns() - 3)).map((line) => `// ${line}`));
          process.stdout.write(`${comments.join('\n')}\n${codeOf(problem)}${many ? ` // ${problem.id}` : ''}\n`);
        }
      }
    });
}

function read(report: string): ReturnType<typeof readComparison> {
  const path = existsSync(report) && statSync(report).isDirectory() ? join(report, 'results.json') : report;
  if (!existsSync(path)) throw new ProblemError(path, 'there is no such file; thalweg compare writes it');
  try {
    return readComparison(readFileSync(path, 'utf8'));
  } catch (error) {
    throw error instanceof ReadError ? new ProblemError(path, error.message) : error;
  }
}

/** The configuration of the reference with its learning rate in it: `adamw({ lr: 0.01, weightDecay: 0.01 })`. */
function codeOf({ optimizers, reference, steps }: ProblemResult): string {
  const one = optimizers.find(({ id }) => id === reference);
  if (one === undefined || one.tuning === 'all-diverged') return '// every optimizer diverged';
  const [code, schedule] = undescribed(one.configuration);
  return withValues(code, one.search?.best ?? { lr: one.bestLr }, (peak) => scheduleCode(schedule, peak, steps));
}
