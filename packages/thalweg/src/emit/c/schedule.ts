/** Schedules as functions of C. */
import { buildExpression } from '../../language/expression-builder.ts';
import { topological } from '../../language/graph.ts';
import type { Schedule } from '../../define/schedules/schedule.ts';
import { scalarExpressions } from '../../plan/scalar.ts';
import type { Helpers } from '../../targets/loops/c/source.ts';
import { commented } from './comment.ts';
import { atom } from './expression.ts';
import { ScalarWriter } from './scalars.ts';

/** The function of a schedule, `name(t)`. */
export function functionNode(name: string, { name: owner, equation, constants }: Schedule, helpers: Helpers): string {
  const { value } = buildExpression(owner, equation, new Map(Object.entries(constants)));
  const writer = new ScalarWriter(helpers, () => atom('t'));
  const made = scalarExpressions(
    topological([value]).map((node) => ({ node })),
    writer,
  );
  const unused = topological([value]).some(({ op }) => op === 'time') ? '' : '  (void)t;\n';
  return `/* ${commented(equation)} */\nstatic double ${name}(double t) {\n${unused}  return ${made.get(value)!.text};\n}`;
}
