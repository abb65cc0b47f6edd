/**
 * A run that is interrupted and resumed: it saves a checkpoint every 50 steps, with metadata of the user's own, and stops between two checkpoints; a second run
 * resumes from the last file. The result is compared bit for bit with an uninterrupted run.
 *
 * Measured: after 200 steps, a run that was interrupted and resumed at step 100 is bit-identical to an uninterrupted one.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adamw, chain, clipByGlobalNorm, tensor, warmupCosine } from 'thalweg';
import { loadFile, saveFile } from 'thalweg/node';

const total = 200;
const method = chain(clipByGlobalNorm(1), adamw({ lr: warmupCosine({ peak: 0.1, warmup: 10, total }) }));
const start = () => method.init({ W: tensor([8]), b: tensor([1]) });
type Run = Awaited<ReturnType<typeof start>>;

/** Training example `i`: eight inputs and the output of a rule that the model does not know. */
function example(i: number): { readonly x: readonly number[]; readonly y: number } {
  const x = Array.from({ length: 8 }, (_, j) => Math.sin((i + 1) * (j + 2)));
  return { x, y: x.reduce((sum, one, j) => sum + one * (j - 4), 0.5) };
}

/** Trains from the current step of `opt` to step `until`. The position in the data is `opt.batches`, which checkpoints contain. */
async function train(opt: Run, until: number, file?: string, best = Infinity): Promise<number> {
  while (opt.t < until) {
    const { x, y } = example(opt.batches % 64);
    const error = x.reduce((sum, one, j) => sum + one * opt.params.W[j]!, opt.params.b[0]!) - y;
    opt.grads.b[0] = 2 * error;
    x.forEach((one, j) => (opt.grads.W[j] = 2 * error * one));
    opt.step();
    best = Math.min(best, error ** 2);
    if (file !== undefined && opt.t % 50 === 0) await saveFile(opt, file, { metadata: { best, note: 'eight inputs' } });
  }
  return best;
}

const folder = mkdtempSync(join(tmpdir(), 'thalweg-resume-'));
try {
  const file = join(folder, 'run.safetensors');
  const first = await start();
  await train(first, 130, file);
  first.dispose(); // interrupted at step 130; the last checkpoint is of step 100

  const second = await start();
  const { metadata } = await loadFile(second, file);
  console.log(
    `resumes at step ${String(second.t)}, best so far ${Number(metadata?.['best']).toExponential(1)}, ${String(metadata?.['note'])}`,
  );
  const best = await train(second, total, file, Number(metadata?.['best']));

  const whole = await start();
  const bestOfWhole = await train(whole, total);
  const same = best === bestOfWhole && second.params.W.every((w, j) => Object.is(w, whole.params.W[j]));
  console.log(`after step ${String(total)}, bit-identical to an uninterrupted run: ${String(same)}`);
} finally {
  rmSync(folder, { recursive: true });
}
