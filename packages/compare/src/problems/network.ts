/** What the problems that train a network on data share: what they are judged by, and how a network becomes a model. */
import type { Network } from '../models/network.ts';
import type { Regression, Rows } from '../models/regression.ts';
import type { Model, Split } from '../problem.ts';

/** The share of examples that are told wrong chooses and ranks; the loss decides between equals. */
export const errorMetrics = {
  tuningMetric: { name: 'validation error', lowerIsBetter: true, unit: '%' },
  testMetric: { name: 'test error', lowerIsBetter: true, unit: '%' },
} as const;

/** A network measured on held-out data, and on a part of its validation data while it trains. */
export function modelOf<Data>(network: Network<Data>, heldOut: Readonly<Record<Split | 'monitored', Data>>): Model {
  return {
    ...network,
    evaluate: (params, split) => {
      const { errorPercent, loss } = network.measure(params, heldOut[split]);
      return { value: errorPercent, loss };
    },
    monitor: (params) => network.measure(params, heldOut.monitored).errorPercent,
  };
}

/** A regression measured on held-out rows, by the root of its mean squared error, in `unit`s of a target. */
export function regressionModel(network: Regression, heldOut: Readonly<Record<Split, Rows>>, unit: number): Model {
  return {
    start: (seed) => network.start(seed),
    gradient: (params, grads, seed, step) => network.gradient(params, grads, seed, step),
    evaluate: (params, split) => {
      const loss = network.meanSquare(params, heldOut[split]);
      return { value: unit * Math.sqrt(loss), loss };
    },
  };
}
