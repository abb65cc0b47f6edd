/** `glosses`, judged by its loss: what the published claim about sparse text is about. */
import { defineProblem, problems, type Split } from '@thalweg/compare';

const glosses = problems.find(({ id }) => id === 'glosses')!;

export default defineProblem({
  id: 'sparse-text',
  title: 'Sparse text: the loss of glosses',
  description: `${glosses.description} Judged by its loss.`,
  steps: glosses.steps,
  batchSize: glosses.batchSize,
  tuningMetric: { name: 'validation loss', lowerIsBetter: true, unit: '' },
  testMetric: { name: 'test loss', lowerIsBetter: true, unit: '' },
  target: 1.5,
  async load() {
    const model = await glosses.load();
    const lossOn = async (params: Parameters<typeof model.evaluate>[0], split: Split): Promise<number> => {
      const found = await model.evaluate(params, split);
      return typeof found === 'number' ? found : found.loss;
    };
    return {
      start: (seed) => model.start(seed),
      gradient: (params, grads, seed, step) => model.gradient(params, grads, seed, step),
      evaluate: lossOn,
    };
  },
});
