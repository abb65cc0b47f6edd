/**
 * Writes what the lab offers of the library without an entry of its own (packages/guide/src/measured.ts): a label, from the documentation, and a
 * learning rate that suits two coordinates, measured on three landscapes. Part of `npm run reference`; with names it measures those.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { measured, optimizers, surfaces, trace, type OptimizerFactory } from '@thalweg/guide';
import { sheets } from '../../conformance/table.ts';
import { documentation } from './documentation.ts';

const rates = [-4, -3, -2, -1, 0, 1, 2].flatMap((exponent) => [1, 3].map((digit) => Number(`${String(digit)}e${String(exponent)}`)));
const grounds = surfaces.filter(({ id }) => ['valley', 'rosenbrock', 'beale'].includes(id));
const steps = 200;
/** The part of the best rate's progress, in powers of ten, that is enough. */
const enough = 0.75;

/** By how many powers of ten the loss falls with this rate on all landscapes together; less where it diverges. */
async function progress(make: OptimizerFactory, lr: number): Promise<number> {
  let sum = 0;
  for (const { objective, start } of grounds) {
    const { loss, rows, diverged } = await trace(make({ lr }), objective, start, { steps });
    const last = diverged ? 1e12 : Math.max(1e-12, loss[rows - 1] ?? NaN);
    sum += Math.log10((loss[0] ?? NaN) / last);
  }
  return sum;
}

/** The default rate where it does, or the smallest one that gets far enough. */
async function rateFor(make: OptimizerFactory): Promise<number> {
  const made = new Map<number, number>();
  const standard = make.definition.hyper['lr']?.[1] ?? NaN;
  for (const lr of [standard, ...rates]) made.set(lr, await progress(make, lr));
  const least = enough * Math.max(...made.values());
  const found = [...made].find(([, far]) => far >= least);
  if (found === undefined) throw new Error(`${make.definition.name} descends no landscape with any rate of ${rates.join(', ')}`);
  return found[0];
}

/** What the documentation calls it: the words before the first bracket, comma, colon or stop. */
function labelOf(name: string): string {
  const [label = name] = /^[^(,:.]+?(?= for | with |[(,:.])/.exec(documentation().get(name)?.about ?? '') ?? [];
  return label.trim();
}

const wanted = new Set(process.argv.slice(2));
const lines: string[] = [];
for (const [name, make] of optimizers) {
  // A point of two coordinates is no matrix and has no Hessian that somebody hands over.
  if (sheets[name]?.family === 'for matrices' || make().inputs.includes('hessian')) continue;
  const kept = wanted.size === 0 || wanted.has(name) ? undefined : measured[name];
  lines.push(`${name}: { label: ${JSON.stringify(labelOf(name))}, lr: ${String(kept?.lr ?? (await rateFor(make)))} },`);
}
writeFileSync(
  join(import.meta.dirname, '../../packages/guide/src/measured.ts'),
  `/** Labels of the library's optimizers, and learning rates that suit two coordinates. Written by \`npm run reference\`. */
export const measured: Readonly<Record<string, { readonly label: string; readonly lr: number }>> = {
${lines.join('\n')}
};
`,
);
