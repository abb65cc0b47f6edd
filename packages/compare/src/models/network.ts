/** What the problems that train a network have in common. Knows no data and no files. */
import type { Parameter } from 'thalweg';
import type { Arrays, LossAndRows, Model } from '../problem.ts';

/** Examples per step. */
export const batchSize = 64;

/** Cross-entropy and the share that is told wrong. */
export interface Score {
  readonly loss: number;
  readonly errorPercent: number;
}

/** A network with its training data; what it is measured on is handed in. `Found`: what its gradient returns, the loss or, where there are tables, rows as well. */
export interface Network<Data, Found extends number | LossAndRows = number> extends Pick<Model, 'start' | 'gradient' | 'traced'> {
  start(seed: number): Readonly<Record<string, Parameter>>;
  gradient(params: Arrays, grads: Arrays, seed: number, step: number): Found;
  /** Mean cross-entropy and error on some examples. */
  measure(params: Arrays, data: Data): Score;
}

/** A run whose loss leaves this multiple of its first loss behind counts as diverged, as one with a loss that is not finite does. */
const divergenceFactor = 1e4;

/** Whether a run that began at loss `first` has diverged at `loss`. */
export function hasDiverged(loss: number, first: number): boolean {
  return !Number.isFinite(loss) || Math.abs(loss) > divergenceFactor * Math.max(1, Math.abs(first));
}
