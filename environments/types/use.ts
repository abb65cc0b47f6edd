/** Uses the types as a user would; whatever it is checked with must find no error here, nor in the package's declarations. */
import { adamw, chain, clipByGlobalNorm, tensor, warmupCosine } from 'thalweg';

const method = chain(clipByGlobalNorm(1), adamw({ lr: warmupCosine({ peak: 3e-4, warmup: 100, total: 10_000 }) }));

/** Trains a little and gives a weight. */
export async function use(): Promise<number | undefined> {
  const opt = await method.init({ W: tensor([4, 3]), b: new Float32Array(4) });
  opt.grads.b.fill(1);
  opt.hyper.lr = 0.1;
  opt.step();
  // @ts-expect-error -- there is no such parameter
  void opt.params.c;
  return opt.params.W[0];
}

// @ts-expect-error -- there is no such option
adamw({ lrr: 1 });
