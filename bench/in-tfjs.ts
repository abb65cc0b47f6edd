/**
 * `npm run bench:tfjs`: an Adam step in TF.js, by its own optimizer and by `thalweg/tfjs`, on its backends in Node; and AdamW, which TF.js lacks. Both get
 * the same gradients as tensors and leave the parameters in tensors, so copies are included. `--write` writes tfjs.md.
 */
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { writeFileSync } from 'node:fs';
import { cpus, platform, release } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { median } from '@thalweg/guide';
import { adam, adamw } from 'thalweg';
import { tfjsOptimizer } from 'thalweg/tfjs';
import { asked, smoke, write } from '../scripts/asked.ts';

const options = asked('npm run bench:tfjs', 'the time of an Adam and AdamW step in TF.js: its own, and thalweg/tfjs', {
  ...write('bench/tfjs.md'),
  ...smoke,
});
const sizes = options.smoke ? [60] : [1000, 10_000, 100_000, 1_000_000];
/** How long each takes turns, in milliseconds, after as long to warm up; every one takes some steps. */
const budget = options.smoke ? 1 : 1500;
const [fewest, most] = options.smoke ? [1, 1] : [3, 400];

interface Way {
  readonly step: () => void;
  readonly times: number[];
}

/** An optimizer with variables and gradients of its own. */
function way(make: () => tf.Optimizer, tensors: number, elements: number): Way {
  const each = elements / tensors;
  const numbers = Float32Array.from({ length: each }, (_, i) => Math.sin(i + 1));
  const variables = Array.from({ length: tensors }, () => tf.variable(tf.tensor1d(numbers.slice())));
  const gradients = variables.map(({ name }) => ({ name, tensor: tf.tensor1d(numbers.map((x) => 0.1 * x)) }));
  const optimizer = make();
  return { step: () => optimizer.applyGradients(gradients), times: [] };
}

function race(ways: readonly Way[]): void {
  for (const timed of [false, true]) {
    const end = performance.now() + budget * ways.length;
    for (let round = 0; round < most && (round < fewest || performance.now() < end); round++) {
      for (const { step, times } of ways) {
        const started = performance.now();
        step();
        if (timed) times.push(performance.now() - started);
      }
    }
  }
}

const lines: string[] = [];
for (const backend of ['cpu', 'wasm']) {
  await tf.setBackend(backend);
  for (const elements of sizes) {
    for (const tensors of [1, 20]) {
      const made = [
        () => tf.train.adam(1e-3),
        () => tfjsOptimizer(adam({ lr: 1e-3 }), { threads: 1 }),
        () => tfjsOptimizer(adamw({ lr: 1e-3 }), { threads: 1 }),
      ].map((make) => way(make, tensors, elements));
      race(made);
      const [theirs = NaN, ours = NaN, decayed = NaN] = made.map(({ times }) => median(times));
      const ratio = theirs / ours;
      const figures = [theirs, ours, decayed].map((ms) => ms.toPrecision(3));
      lines.push(
        `| ${[backend, elements.toLocaleString('en'), tensors, ...figures, ratio < 10 ? ratio.toFixed(1) : Math.round(ratio)].join(' | ')} |`,
      );
      tf.disposeVariables();
    }
  }
}

const table = [
  '# In TF.js',
  '',
  '| backend | parameters | tensors | Adam of TF.js, ms | Adam of thalweg/tfjs, ms | AdamW of thalweg/tfjs, ms | Adam: TF.js / thalweg |',
  '| --- | --: | --: | --: | --: | --: | --: |',
  ...lines,
  '',
  '- The time of `applyGradients` in float32, one thread; lower is better. Medians of interleaved steps. Gradients and parameters are TF.js tensors before and after each step, so copies are included.',
  `- TF.js ${tf.version_core}, ${cpus()[0]?.model.trim() ?? 'unknown'}, ${String(cpus().length)} cores; ${platform()} ${release()}; Node ${process.version}.`,
  `- Made ${new Date().toISOString().slice(0, 10)} by \`npm run bench:tfjs -- --write\`.`,
  '',
].join('\n');
console.log(table);
if (options.write) writeFileSync(join(import.meta.dirname, 'tfjs.md'), table);
