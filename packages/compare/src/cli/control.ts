/** What `thalweg compare --control` prints and keeps. */
import { join } from 'node:path';
import type { Control } from '../control.ts';
import { writeWhole } from '../store/whole.ts';
import type { Protocol } from '../schema.ts';
import { measureErrors, type ErrorRate } from '../statistics/control.ts';

/** Repeats the protocol on the runs, keeps both, and prints how often it erred. */
export async function writeControl(
  made: Control,
  protocol: Protocol,
  {
    out,
    folder,
    json,
  }: { readonly out: string; /** Its own; the newest is in `out` as well. */ readonly folder: string; readonly json?: true | undefined },
): Promise<void> {
  const rates = await measureErrors(made.problems, protocol);
  const document = JSON.stringify({ ...made, rates });
  for (const one of [folder, out]) writeWhole(join(one, 'control.json'), `${document}\n`);
  process.stdout.write(
    json === true ? `${document}\n` : `${tableOf(rates).join('\n')}\n\nRuns and figures: ${join(out, 'control.json')}\n`,
  );
}

/** A line for each problem, optimizer or pair, and number of seeds. */
function tableOf(rates: readonly ErrorRate[]): string[] {
  const isControl = ({ optimizers }: ErrorRate): boolean => optimizers.length === 1;
  const line = ({ problem, optimizers, seeds, different, mean, deviation, repetitions: all }: ErrorRate): string =>
    `  ${problem.padEnd(10)} ${optimizers.join(' – ').padEnd(18)} ${String(seeds).padStart(3)} seeds  ${((100 * different) / all).toFixed(1).padStart(5)} %   difference ${mean.toFixed(3)} ± ${deviation.toFixed(3)}`;
  const block = (title: string, some: readonly ErrorRate[]): string[] => (some.length === 0 ? [] : [title, ...some.map(line)]);
  return [
    ...block(
      `The same optimizer twice, with other seeds: called different, of ${String(rates[0]?.repetitions)} repetitions`,
      rates.filter(isControl),
    ),
    ...block(
      'Two optimizers as a single comparison: the difference was found',
      rates.filter((rate) => !isControl(rate)),
    ),
  ];
}
