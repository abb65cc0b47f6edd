/** What every environment runs, once with a small model and once with one that is large enough for threads. */
import { adamw, tensor } from 'thalweg';

/** Takes five steps towards a target, saves, loads, and says where it ran and what the weights are, as a hash of their bits. */
async function fit(rows, columns) {
  const started = performance.now();
  const opt = await adamw({ lr: 0.01 }).init({ W: tensor([rows, columns - 1]), b: tensor([rows]) });
  for (let step = 0; step < 5; step++) {
    for (const name of ['W', 'b']) {
      const [w, g] = [opt.params[name], opt.grads[name]];
      for (let i = 0; i < w.length; i++) g[i] = w[i] - (i % 7) / 8;
    }
    opt.step();
  }
  await opt.load(await opt.save());
  const { backend, threads } = opt;
  const hash = [opt.params.W, opt.params.b].reduce(hashOf, 0x811c9dc5);
  opt.dispose();
  return { backend, threads, hash: (hash >>> 0).toString(16), ms: Math.round(performance.now() - started) };
}

/** FNV-1a over the bits of float32 numbers. */
function hashOf(hash, array) {
  for (const word of new Uint32Array(array.buffer, array.byteOffset, array.length)) hash = Math.imul(hash ^ word, 0x01000193);
  return hash;
}

/** Trains 40 and 600,000 parameters. */
export async function train() {
  return { small: await fit(4, 10), large: await fit(600, 1000) };
}
