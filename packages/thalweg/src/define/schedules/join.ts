/** Joins schedules one after another into one equation; each part counts t from its own start. */
import { OptionError } from '../../language/error.ts';
import { describe, wrongOption } from '../../language/options.ts';
import { printPlain } from '../../language/print.ts';
import { spell } from '../../language/symbol.ts';
import { nameNode, operationNode, substitute } from '../../language/tree.ts';
import { requireAscending } from './decay.ts';
import { isSchedule } from '../hyper.ts';
import { Schedule } from './schedule.ts';

/**
 * Joins schedules: uses `parts[i]` from step `boundaries[i − 1]` on, with t counted from there, like PyTorch's `SequentialLR`.
 *
 * @param parts - the schedules, one more than `boundaries`
 * @param boundaries - increasing steps
 * @example
 * ```ts
 * import { constant, cosine, join } from 'thalweg';
 * join([constant(1e-3), cosine({ peak: 1e-3, total: 500 })], [1000]);
 * ```
 */
export function join(parts: readonly Schedule[], boundaries: readonly number[]): Schedule {
  const given: unknown = parts;
  if (!Array.isArray(given)) wrongOption('join', 'parts', given, 'a list of schedules');
  const wrong = parts.findIndex((part) => !isSchedule(part));
  if (wrong >= 0) throw new OptionError('join', 'parts', parts, `must be a list of schedules, and holds ${describe(parts[wrong])}`);
  requireAscending('join', boundaries);
  if (parts.length !== boundaries.length + 1) {
    const problem = `must be one more than the ${String(boundaries.length)} boundaries, not ${String(parts.length)}`;
    throw new OptionError('join', 'parts', parts, problem);
  }
  const constants: Record<string, number> = {};
  let equation = '';
  parts.forEach((part, i) => {
    const rename = (symbol: string): string => `${spell(symbol)}_${String(i)}`;
    for (const [symbol, value] of Object.entries(part.constants)) constants[rename(symbol)] = value;
    const start = `start_${String(i)}`;
    if (i > 0) constants[start] = boundaries[i - 1] ?? 0;
    const since = i === 0 ? nameNode('t') : operationNode('sub', [nameNode('t'), nameNode(start)]);
    const expression = substitute(part.expression(), (node) => {
      if (node.kind !== 'name' || node.name === 'pi') return undefined;
      return node.name === 't' ? since : nameNode(rename(node.name));
    });
    const body = printPlain(expression);
    equation += i < boundaries.length ? `t < start_${String(i + 1)} ? ${body.includes('?') ? `(${body})` : body} : ` : body;
  });
  return new Schedule('join', equation, constants, Math.max(...parts.map((part) => part.base)));
}
