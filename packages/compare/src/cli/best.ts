/** The command `thalweg best`: the recommendation of a finished comparison, one line per problem, or as the call to write. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import * as library from 'thalweg';
import { namesIn, withValues } from '../code.ts';
import { ProblemError } from '../problem.ts';
import { readComparison, ReadError } from '../read.ts';
import { wrap } from '../report/layout.ts';
import { advice, cautions, quickNote, warning } from '../report/text.ts';
import { scheduleCode, undescribed } from '../schedules.ts';
import type { Comparison, ProblemResult } from '../schema.ts';
import { columns } from './columns.ts';

/** The command. */
export function bestCommand(): Command {
  return new Command('best')
    .description('Reads the results.json that compare wrote, and says for each problem which optimizer to take and how the others compare.')
    .argument('[report]', 'the folder of the report, or its results.json', 'report')
    .addOption(
      new Option('--as <form>', 'text, or code: the call to write, with the findings as comments')
        .choices(['text', 'code'])
        .default('text'),
    )
    .action((report: string, { as: form }: { readonly as: Form }) => void process.stdout.write(bestText(read(report), form, columns())));
}

type Form = 'text' | 'code';

/** What is said of each problem, or the call to write below what is said; a gradient that is wrong comes first, since then nothing else counts. */
export function bestText({ problems, protocol }: Pick<Comparison, 'problems' | 'protocol'>, form: Form, width: number): string {
  const many = problems.length > 1;
  const lines = problems.flatMap((problem) => {
    const said = [...(warning(problem) === '' ? [] : [warning(problem)]), advice(problem)];
    if (form === 'text') return said.flatMap((text, i) => wrap(`${many && i === 0 ? `${problem.id}: ` : ''}${text}`, width));
    const comments = [...said, ...cautions(problem), ...(protocol.preset === 'quick' ? [quickNote] : [])];
    return [
      ...comments.flatMap((text) => wrap(text, Math.max(20, width - 3)).map((line) => `// ${line}`)),
      ...(many ? [] : importsOf(problems)),
      `${codeOf(problem)}${many ? ` // ${problem.id}` : ''}`,
    ];
  });
  // Of several problems once, so that what is printed is a module.
  if (form === 'code' && many) lines.unshift(...importsOf(problems));
  return lines.map((line) => `${line}\n`).join('');
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

/** What the calls of these problems take, from the library and from files of the user's. */
function importsOf(problems: readonly ProblemResult[]): string[] {
  const used = problems.flatMap((problem) => namesIn(codeOf(problem).replace(/^\/\/.*/, '')));
  const names = [...new Set(used)].filter((name) => Reflect.has(library, name)).toSorted();
  const own = problems.flatMap((problem) => {
    const one = problem.optimizers.find(({ id }) => id === problem.reference);
    if (one?.source === undefined) return [];
    const [name = one.id] = namesIn(codeOf(problem));
    const { file, isDefault } = one.source;
    return [isDefault ? `import ${name} from '${file}';` : `// ${name} is made in ${file}`];
  });
  return [...(names.length === 0 ? [] : [`import { ${names.join(', ')} } from 'thalweg';`]), ...new Set(own)];
}

/** The configuration of the reference with its learning rate in it: `adamw({ lr: 0.01, weightDecay: 0.01 })`. */
function codeOf({ optimizers, reference, steps }: ProblemResult): string {
  const one = optimizers.find(({ id }) => id === reference);
  if (one === undefined || one.tuning === 'all-diverged') return '// every optimizer diverged';
  const [code, schedule] = undescribed(one.configuration);
  return withValues(code, one.search?.best ?? { lr: one.bestLr }, (peak) => scheduleCode(schedule, peak, steps));
}
