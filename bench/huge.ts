/** Models that fill the machine, ours alone: 10⁷ to 10⁹ parameters on one thread and on two. The cost should be linear. */
import { Child, ContenderError } from './child.ts';
import { thalweg } from './contenders.ts';

/** One model. */
export interface HugeRow {
  readonly optimizer: string;
  readonly parameters: number;
  readonly threads: number;
  /** Seconds from the request to a model. */
  readonly made?: number;
  /** Nanoseconds per parameter and step, by round. */
  readonly times: readonly number[];
  readonly failed?: string;
}

const models = [
  { optimizer: 'adamw', options: {} },
  { optimizer: 'sgd', options: { momentum: 0.9 } },
] as const;

/** All of them, smallest first. */
export const hugeModels = [1e7, 1e8, 1e9].flatMap((parameters) =>
  models.flatMap((model) => [1, 2].map((threads) => ({ ...model, parameters, threads }))),
);

/** Makes a model and steps it. */
export async function hugeRow({ optimizer, options, parameters, threads }: (typeof hugeModels)[number], rounds: number): Promise<HugeRow> {
  const child = new Child(thalweg('', { backend: 'wasm', threads }, { optimizer, options }).command);
  const shared = { optimizer: optimizer === 'sgd' ? 'sgd, momentum' : optimizer, parameters, threads };
  const started = performance.now();
  try {
    await child.make(1, parameters, 300);
    const made = (performance.now() - started) / 1000;
    await child.gradients('normal', 0, 300);
    await child.run(2, 300);
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) times.push(Number(((await child.run(1, 300)) / parameters).toPrecision(4)));
    return { ...shared, made, times };
  } catch (error) {
    if (!(error instanceof ContenderError)) throw error;
    return { ...shared, times: [], failed: error.message };
  } finally {
    await child.gone();
  }
}
