/** The warning about a gradient that does not match its loss, with the usual cause. */
import type { ProblemResult } from '../schema.ts';
import { list, number } from './number.ts';

/** The mistake in words. */
export function mismatchText({ mismatch, batchSize }: Pick<ProblemResult, 'mismatch' | 'batchSize'>): string {
  if (mismatch === undefined) return '';
  const { parameter, parameters = parameter === null ? [] : [parameter], slope, gradient, factor } = mismatch;
  const of = (names: readonly string[]): string => (names.length === 0 ? '' : ` of ${list(names)}`);
  return `The gradient${of(parameters)} does not match the loss: along a random direction${of(parameters.slice(0, 1))} the loss has slope ${number(slope)}, but the gradient gives ${number(gradient)}${cause(factor, batchSize)}.`;
}

function cause(factor: number | null, batchSize: number | null): string {
  if (factor === null) return '';
  const near = (value: number): boolean => Math.abs(factor / value - 1) < 0.05;
  if (near(-1)) return ', the wrong sign everywhere';
  if (batchSize !== null && batchSize > 1 && near(batchSize)) return `, ${String(batchSize)} times too large everywhere: the gradient sums over the batch, the loss is the mean`;
  if (batchSize !== null && batchSize > 1 && near(1 / batchSize)) return `, ${String(batchSize)} times too small everywhere: the gradient is the mean over the batch, the loss the sum`;
  return `, ${number(factor, 2)} times the slope everywhere`;
} // prettier-ignore
