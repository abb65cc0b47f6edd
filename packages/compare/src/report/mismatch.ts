/** The message for a gradient that is not that of its loss, with the usual cause. */
import type { ProblemResult } from '../schema.ts';
import { list, number } from './number.ts';

/** The mistake in words. */
export function mismatchText({ mismatch, batchSize }: Pick<ProblemResult, 'mismatch' | 'batchSize'>): string {
  if (mismatch === undefined) return '';
  const { parameter, parameters = parameter === null ? [] : [parameter], slope, gradient, factor } = mismatch;
  const of = (names: readonly string[]): string => (names.length === 0 ? '' : ` of ${list(names)}`);
  return `The gradient${of(parameters)} does not match the loss: along a random direction${of(parameters.slice(0, 1))} the slope of the loss is ${number(slope)}, and the gradient says ${number(gradient)}${cause(factor, batchSize)}.`;
}

function cause(factor: number | null, batchSize: number | null): string {
  if (factor === null) return '';
  const near = (value: number): boolean => Math.abs(factor / value - 1) < 0.05;
  if (near(-1)) return ', everywhere with the other sign';
  if (batchSize !== null && batchSize > 1 && near(batchSize)) return `, everywhere ${String(batchSize)} times as much: a sum over the batch where the loss is its mean`;
  if (batchSize !== null && batchSize > 1 && near(1 / batchSize)) return `, everywhere a ${String(batchSize)}th of it: a mean over the batch where the loss is its sum`;
  return `, everywhere ${number(factor, 2)} times as much`;
} // prettier-ignore
