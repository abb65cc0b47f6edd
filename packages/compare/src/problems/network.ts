/** What the problems that train a network on data share: their metrics, and how a network becomes a model. */
import type { Network } from '../models/network.ts';
import type { Arrays, LossAndRows, Model, Split } from '../problem.ts';

/** The classification error tunes and ranks; the loss breaks ties. */
export const errorMetrics = {
  tuningMetric: { name: 'validation error', lowerIsBetter: true, unit: '%' },
  testMetric: { name: 'test error', lowerIsBetter: true, unit: '%' },
} as const;

/** A network evaluated on held-out data, and during training on a part of the validation data. */
export function modelOf<Data>(network: Network<Data, number | LossAndRows>, heldOut: Readonly<Record<Split | 'monitored', Data>>): Model {
  return {
    ...network,
    evaluate: (params, split) => {
      const { errorPercent, loss } = network.measure(params, heldOut[split]);
      return { value: errorPercent, loss };
    },
    monitor: (params) => network.measure(params, heldOut.monitored).errorPercent,
  };
}

/** A regression network with a mean squared error. */
interface Measured<Data> extends Pick<Network<Data, number | LossAndRows>, 'start' | 'gradient'> {
  meanSquare(params: Arrays, data: Data): number;
}

/** A regression evaluated on held-out data by its root mean squared error, times `unit`. */
export function regressionModel<Data>(network: Measured<Data>, heldOut: Readonly<Record<Split | 'monitored', Data>>, unit: number): Model {
  const value = (loss: number): number => unit * Math.sqrt(loss);
  return {
    start: (seed) => network.start(seed),
    gradient: (params, grads, seed, step) => network.gradient(params, grads, seed, step),
    evaluate: (params, split) => {
      const loss = network.meanSquare(params, heldOut[split]);
      return { value: value(loss), loss };
    },
    monitor: (params) => value(network.meanSquare(params, heldOut.monitored)),
  };
}
