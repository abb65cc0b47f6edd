/** Products of square matrices in WebAssembly and in JavaScript, and Muon's step, in one run: `node --conditions=source bench/matmul.ts`. */
import { muon, tensor } from 'thalweg';
import { multiply as plainly } from '../packages/thalweg/src/lower/routines/matmul.ts';
import { like, type Matrix, type Multiply } from '../packages/thalweg/src/lower/routines/routine.ts';
import { multiply } from '../packages/thalweg/src/runtime/matmul.ts';

const square = (n: number): Matrix => ({ rows: n, cols: n, data: Float32Array.from({ length: n * n }, (_, i) => Math.sin(i)) });

function gigaflops(run: Multiply, n: number): number {
  const [a, b] = [square(n), square(n)];
  const out = like(a, n, n);
  run(a, b, out);
  const rounds = Math.max(1, Math.round(2e8 / n ** 3));
  let best = Infinity;
  for (let repeat = 0; repeat < 3; repeat++) {
    const start = performance.now();
    for (let i = 0; i < rounds; i++) run(a, b, out);
    best = Math.min(best, (performance.now() - start) / rounds);
  }
  return (2 * n ** 3) / best / 1e6;
}

console.log('| n | WebAssembly, GFLOP/s | JavaScript, GFLOP/s | ratio |\n| --: | --: | --: | --: |');
for (const n of [64, 256, 512, 1024]) {
  const [fast, slow] = [gigaflops(multiply, n), gigaflops(plainly, n)];
  console.log(`| ${String(n)} | ${fast.toFixed(1)} | ${slow.toFixed(2)} | ${(fast / slow).toFixed(1)} |`);
}
for (const backend of ['wasm', 'fround'] as const) {
  const opt = await muon().init({ W: tensor([512, 512]) }, { backend });
  opt.grads.W.forEach((_, i) => (opt.grads.W[i] = Math.sin(i)));
  opt.step();
  const start = performance.now();
  opt.step();
  console.log(`Muon's step on 512 × 512, ${backend}: ${(performance.now() - start).toFixed(0)} ms`);
}
