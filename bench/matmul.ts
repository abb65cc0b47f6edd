/** Products of square float32 matrices in WebAssembly and in JavaScript, and Muon's step, in one run: `node --conditions=source bench/matmul.ts`. */
import { muon, optimizer, tensor, type Backend, type Method } from 'thalweg';

/** A step is two products of n × n matrices, and little else. */
const products = optimizer({ name: 'products', hyper: {}, equations: 'w ← g @ gᵀ @ g' });

async function milliseconds(method: Method, n: number, backend: Backend): Promise<number> {
  const opt = await method.init({ W: tensor([n, n]) }, { backend });
  opt.grads.W.forEach((_, i) => (opt.grads.W[i] = Math.sin(i)));
  opt.step();
  const rounds = Math.max(1, Math.round(1e8 / n ** 3));
  let best = Infinity;
  for (let repeat = 0; repeat < 3; repeat++) {
    const start = performance.now();
    for (let i = 0; i < rounds; i++) opt.step();
    best = Math.min(best, (performance.now() - start) / rounds);
  }
  return best;
}

console.log('| n | WebAssembly, GFLOP/s | JavaScript, GFLOP/s | ratio |\n| --: | --: | --: | --: |');
for (const n of [64, 256, 512, 1024]) {
  const [fast, slow] = [await milliseconds(products(), n, 'wasm'), await milliseconds(products(), n, 'fround')];
  const rate = (time: number): number => (4 * n ** 3) / time / 1e6;
  console.log(`| ${String(n)} | ${rate(fast).toFixed(1)} | ${rate(slow).toFixed(2)} | ${(slow / fast).toFixed(1)} |`);
}
for (const backend of ['wasm', 'fround'] as const) {
  console.log(`Muon's step on 512 × 512, ${backend}: ${(await milliseconds(muon(), 512, backend)).toFixed(0)} ms`);
}
