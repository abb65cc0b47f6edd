/**
 * `npm run bench:rows`: the time of a gradient and of a step with dense and with sparse gradients, on the comparer's problems with sparse text, for the six
 * optimizers of the guide. `--write` writes rows.md.
 */
import { writeFileSync } from 'node:fs';
import { cpus, platform, release } from 'node:os';
import { join } from 'node:path';
import { contestants, defaultContestants, problems, type Contestant, type Model } from '@thalweg/compare';
import { Method, type Optimizer, type Parameter } from 'thalweg';
import { asked, smoke, write } from '../scripts/asked.ts';
import { quartiles } from './statistics.ts';
import { figure } from './table.ts';

const options = asked('npm run bench:rows', 'the time of a gradient and a step on sparse text, with dense and with sparse gradients', {
  ...write('bench/rows.md'),
  ...smoke,
});
const [rounds, steps] = options.smoke ? [2, 3] : [15, 40];
const named = <Item extends { readonly id: string }>(all: readonly Item[], id: string): Item => {
  const found = all.find((one) => one.id === id);
  if (found === undefined) throw new RangeError(`there is no ${id}`);
  return found;
};

/** Microseconds of each round, of the gradient and of the step. */
interface Times {
  readonly gradient: number[];
  readonly step: number[];
}

/** Goes on training for a round, and notes how long it took. */
async function contender(model: Model, contestant: Contestant): Promise<{ times: Times; round: (isNoted: boolean) => Promise<void>; opt: Optimizer<Record<string, Parameter>> }> {
  const method = contestant.create(0.01, { steps: 1000 });
  if (!(method instanceof Method)) throw new RangeError(`${contestant.id} takes no steps`);
  const opt = await method.init({ ...(await model.start(1)) }, { threads: 1 });
  const times: Times = { gradient: [], step: [] };
  let t = 0;
  const round = async (isNoted: boolean): Promise<void> => {
    let [gradient, step] = [0, 0];
    for (let k = 0; k < steps; k++) {
      const from = performance.now();
      const found = await model.gradient(opt.params, opt.grads, 1, ++t);
      const middle = performance.now();
      opt.step({ ...opt.grads, ...(typeof found === 'number' ? {} : found.rows) });
      [gradient, step] = [gradient + middle - from, step + performance.now() - middle];
    }
    if (!isNoted) return;
    times.gradient.push((1000 * gradient) / steps);
    times.step.push((1000 * step) / steps);
  };
  return { times, round, opt };
} // prettier-ignore

const lines: string[] = [];
for (const dense of ['glosses', 'co-occurrences']) {
  const models = [await named(problems, dense).load(), await named(problems, `sparse-${dense}`).load()];
  for (const id of defaultContestants) {
    const contestant = named(contestants, id);
    const both = await Promise.all(models.map((model) => contender(model, contestant)));
    for (let round = -2; round < rounds; round++) for (const one of both) await one.round(round >= 0);
    for (const { opt } of both) opt.dispose();
    const [whole, byRows] = both.map(({ times }) => times);
    lines.push(
      `| ${[dense, contestant.label, ...[whole!.gradient, byRows!.gradient, whole!.step, byRows!.step].map((some) => figure(quartiles(some)))].join(' | ')} |`,
    );
  }
}

const [cpu] = cpus();
const text = [
  '| problem | optimizer | dense gradient, µs | sparse gradient, µs | dense step, µs | sparse step, µs |',
  '| --- | --- | --- | --- | --- | --- |',
  ...lines,
  '',
  `- Lower is better; one thread: medians (quartiles) of ${String(rounds)} rounds of ${String(steps)} steps after two for warm-up, dense and sparse interleaved.`,
  '- `glosses` has a matrix of 17,760 × 26. `co-occurrences` has two of 3,000 × 16 with a bias for each row. A batch has gradients for about 410 rows of the first and at most 256 of each of the others.',
  `- ${cpu?.model.trim() ?? 'unknown'}, ${String(cpus().length)} cores; ${platform()} ${release()}; Node ${process.version}.`,
  `- Made ${new Date().toISOString().slice(0, 10)} by \`npm run bench:rows -- --write\`.`,
  '',
].join('\n');
if (options.write) writeFileSync(join(import.meta.dirname, 'rows.md'), `# Dense and sparse gradients\n\n${text}`);
console.log(text);
