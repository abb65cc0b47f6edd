/**
 * A run that is interrupted and goes on as if it had not been: a checkpoint every 50 steps with what is the user's own beside it, a process that dies in
 * between, and another that takes the last file. What the two did together is compared, bit for bit, with a run that nothing interrupted.
 *
 * Measured: a run of 200 steps that stopped after 100 and went on in another process ends where one that was not interrupted does, to the bit.
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

/** Example number `i`: eight inputs and what a hidden rule makes of them. */
function example(i: number): { readonly x: readonly number[]; readonly y: number } {
  const x = Array.from({ length: 8 }, (_, j) => Math.sin((i + 1) * (j + 2)));
  return { x, y: x.reduce((sum, one, j) => sum + one * (j - 4), 0.5) };
}

/** Trains from where `opt` is until step `until`. The place in the data is `opt.batches`, which a file keeps. */
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
  first.dispose(); // dies at step 130; the last file is of step 100

  const second = await start();
  const { metadata } = await loadFile(second, file);
  console.log(
    `goes on at step ${String(second.t)}, best so far ${Number(metadata?.['best']).toExponential(1)}, ${String(metadata?.['note'])}`,
  );
  const best = await train(second, total, file, Number(metadata?.['best']));

  const whole = await start();
  const bestOfWhole = await train(whole, total);
  const same = best === bestOfWhole && second.params.W.every((w, j) => Object.is(w, whole.params.W[j]));
  console.log(`after step ${String(total)} the same as without an interruption, to the bit: ${String(same)}`);
} finally {
  rmSync(folder, { recursive: true });
}
