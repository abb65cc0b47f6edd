/**
 * `npm run bench:hand-over`: the cost of passing gradients to `step` instead of writing them into `opt.grads`, for models of a thousand to sixteen
 * thousand tensors of 16 elements. `--write` writes hand-over.md.
 */
import { writeFileSync } from 'node:fs';
import { cpus, platform, release } from 'node:os';
import { join } from 'node:path';
import { median } from '@thalweg/guide';
import { adamw, tensor } from 'thalweg';
import { asked, smoke, write } from '../scripts/asked.ts';

const options = asked('npm run bench:hand-over', 'the cost of passing gradients to step instead of writing them into opt.grads', {
  ...write('bench/hand-over.md'),
  ...smoke,
});
const sizes = options.smoke ? [10, 40] : [1000, 4000, 16_000];
const [rounds, steps] = options.smoke ? [2, 2] : [7, 5];
const each = 16;

/** Three ways to the same step: gradients that are there already, copied by hand into the views, and handed over. */
async function ways(tensors: number): Promise<readonly (() => void)[]> {
  const names = Array.from({ length: tensors }, (_, i) => `p${String(i)}`);
  const opt = await adamw().init(Object.fromEntries(names.map((name) => [name, tensor([each])])), { threads: 1 });
  const gradients = Object.fromEntries(names.map((name) => [name, new Float32Array(each).fill(0.1)]));
  const { grads } = opt;
  const copy = (): void => {
    for (const name of names) grads[name]?.set(gradients[name] ?? []);
    opt.step();
  };
  return [() => void opt.step(), copy, () => void opt.step(gradients)];
}

const lines: string[] = [];
for (const tensors of sizes) {
  const runs = await ways(tensors);
  const times: number[][] = runs.map(() => []);
  for (const run of runs) for (let i = 0; i < 2 * steps; i++) run();
  for (let round = 0; round < rounds; round++) {
    runs.forEach((run, i) => {
      const started = performance.now();
      for (let t = 0; t < steps; t++) run();
      times[i]?.push((performance.now() - started) / steps);
    });
  }
  const [filled = NaN, copied = NaN, handed = NaN] = times.map(median);
  const perTensor = ((handed - filled) / tensors) * 1e6;
  const cells = [tensors.toLocaleString('en'), ...[filled, copied, handed].map((ms) => ms.toFixed(2)), perTensor.toFixed(0)];
  lines.push(`| ${cells.join(' | ')} |`);
}

const table = [
  '# Passing gradients to step',
  '',
  '| tensors | gradients in place, ms | copied by hand, ms | passed to step, ms | overhead per tensor, ns |',
  '| --: | --: | --: | --: | --: |',
  ...lines,
  '',
  `- The time of an AdamW step in float32, tensors of ${String(each)} elements, one thread; lower is better. Medians of ${String(rounds)} rounds of ${String(steps)} steps, interleaved. The overhead of passing gradients, per tensor, must not grow with the number of tensors.`,
  `- ${cpus()[0]?.model.trim() ?? 'unknown'}, ${String(cpus().length)} cores; ${platform()} ${release()}; Node ${process.version}.`,
  `- Made ${new Date().toISOString().slice(0, 10)} by \`npm run bench:hand-over -- --write\`.`,
  '',
].join('\n');
console.log(table);
if (options.write) writeFileSync(join(import.meta.dirname, 'hand-over.md'), table);
