/**
 * Births in the United States, day by day from 1969 to 1988, as windows of some weeks with the day that follows, both in standard deviations of the
 * window from its mean: so years of more births are not unlike those of fewer. Split by time, training before validation before
 * test; a window may reach back into the part before, as a forecast's does.
 */
import type { Rows } from '../models/regression.ts';
import { readPacked } from './packed.ts';

/** Windows in their three parts. */
export interface Births {
  readonly train: Rows;
  readonly validation: Rows;
  readonly test: Rows;
}

/** Days of a window. */
export const days = 28;

/** The first days of validation and of test. */
const bounds = ['1983-01-01', '1986-01-01'];

/** Loads and splits. */
export function loadBirths(): Births {
  const lines = readPacked('births.tsv.br').toString().split('\n').map((line) => line.split('\t')); // prettier-ignore
  const values = Float64Array.from(lines, ([, count]) => Number(count));
  const [validation = 0, test = 0] = bounds.map((bound) => lines.findIndex(([date]) => date === bound));
  const part = (from: number, to: number): Rows => {
    const inputs = new Float32Array((to - from) * days);
    const targets = new Float32Array(to - from);
    for (let day = from; day < to; day++) {
      const window = values.subarray(day - days, day);
      const mean = window.reduce((sum, x) => sum + x, 0) / days;
      const deviation = Math.sqrt(window.reduce((sum, x) => sum + (x - mean) ** 2, 0) / days);
      window.forEach((x, i) => (inputs[(day - from) * days + i] = (x - mean) / deviation));
      targets[day - from] = (values[day]! - mean) / deviation;
    }
    return { inputs, targets };
  };
  return { train: part(days, validation), validation: part(validation, test), test: part(test, values.length) };
}
