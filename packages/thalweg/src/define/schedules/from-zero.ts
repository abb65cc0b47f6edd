/** Converts schedules of libraries that count steps from 0. */
import { wrongOption } from '../../language/options.ts';
import { printPlain } from '../../language/print.ts';
import { nameNode, numberNode, operationNode, substitute } from '../../language/tree.ts';
import { isSchedule } from '../hyper.ts';
import { Schedule } from './schedule.ts';

/**
 * The schedule with t counted from 0: its value at t − 1. In PyTorch and Optax the first step uses the schedule's value at 0; here it uses that at 1.
 *
 * @param schedule - the schedule as the other library defines it
 * @example
 * ```ts
 * import { cosine, fromZero } from 'thalweg';
 * fromZero(cosine({ peak: 0.1, total: 100 })).at(1); // 0.1
 * ```
 */
export function fromZero(schedule: Schedule): Schedule {
  if (!isSchedule(schedule)) wrongOption('fromZero', 'schedule', schedule, 'a schedule, cosine({ … })');
  const before = operationNode('sub', [nameNode('t'), numberNode(1)]);
  const shifted = substitute(schedule.expression(), (node) => (node.kind === 'name' && node.name === 't' ? before : undefined));
  return new Schedule('fromZero', printPlain(shifted), schedule.constants, schedule.base);
}
