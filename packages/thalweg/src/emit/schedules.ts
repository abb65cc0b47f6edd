/**
 * Schedules as functions of a Python file: one for each hyperparameter with a schedule, and one more for each group with its own. Knows models and Python;
 * no target.
 */
import { printExpression } from '../language/print.ts';
import { spell } from '../language/symbol.ts';
import type { Expression } from '../language/tree.ts';
import type { Schedule } from '../define/schedules/schedule.ts';
import { literal, most, toPython, type ArrayLibrary, type Sort } from '../targets/text/python.ts';
import { Identifiers, snake } from './identifiers.ts';
import type { Hyper, Model } from './model.ts';
import { commonWords } from './python.ts';

/** How the functions of a file are written. */
export interface ScheduleStyle {
  readonly library: ArrayLibrary;
  /** Whether they are given the steps taken, as in Optax, and not t. */
  readonly fromZero: boolean;
  readonly needs: (what: string) => void;
  /** Whether a function has the value at which a factor is 1 as its attribute `base`. */
  readonly hasBase: boolean;
}

interface Named {
  readonly name: string;
  readonly hyper: Hyper;
  readonly schedule: Schedule;
}

/** The functions of one method. */
export class Schedules {
  private readonly model: Model;
  private readonly prefix: string;
  private readonly all: Named[] = [];

  /** Their names begin with `prefix`. */
  constructor(model: Model, prefix = '') {
    [this.model, this.prefix] = [model, prefix];
    for (const hyper of model.hyper)
      if (hyper.schedule !== undefined) this.all.push({ name: `${prefix}${hyper.id}_schedule`, hyper, schedule: hyper.schedule });
  }

  /** The function of a schedule of this hyperparameter; one that no other group has is named after `group`. */
  nameOf(hyper: Hyper, schedule: Schedule, group = ''): string {
    const known = this.all.find((one) => one.hyper === hyper && isSame(one, schedule));
    if (known !== undefined) return known.name;
    const name = this.model.identifiers.give(`${this.prefix}${snake(group, 'group')}_${hyper.id}_schedule`);
    this.all.push({ name, hyper, schedule });
    return name;
  }

  /** The default of a hyperparameter: a number, or its function. */
  valueOf(hyper: Hyper, needs: (what: string) => void): string {
    return hyper.schedule === undefined ? literal(hyper.value, needs) : this.nameOf(hyper, hyper.schedule);
  }

  /** The functions. */
  lines(style: ScheduleStyle): string[] {
    return this.all.flatMap((one) => ['', '', ...linesOf(one, style)]);
  }
}

function isSame({ schedule: one, hyper: { factor } }: Named, other: Schedule): boolean {
  if (one === other) return true;
  const isAlike = one.equation === other.equation && JSON.stringify(one.constants) === JSON.stringify(other.constants);
  return isAlike && (factor === undefined || one.base === other.base);
}

function linesOf({ name: called, hyper, schedule }: Named, { library, fromZero, needs, hasBase }: ScheduleStyle): string[] {
  const ids = new Identifiers([...commonWords, 'count', 'np', 'jnp', 'torch', 'max', 'min', 'lambda']);
  const expression = schedule.expression();
  const constants = Object.entries(schedule.constants).map(([symbol, value]) => {
    const spelling = spell(symbol);
    return { spelling, id: ids.give(spelling.replaceAll(/[^A-Za-z0-9_]/g, '_')), value };
  });
  const sortOf = (one: Expression): Sort =>
    one.kind === 'name' && one.name === 't' ? 'host' : one.kind === 'apply' ? most(one.operands.map(sortOf)) : 'static';
  const name = (text: string): string => {
    if (text === 'pi') {
      needs('math');
      return 'math.pi';
    }
    return text === 't' ? 't' : (constants.find(({ spelling }) => spelling === text)?.id ?? text);
  };
  const over = (): string => '';
  const isNever = (text: string, value: 0 | 1): boolean => {
    const constant = text === 'pi' ? Math.PI : constants.find(({ spelling }) => spelling === text)?.value;
    return constant === undefined ? text === 't' && value === 0 && !fromZero : constant !== value;
  };
  const value = toPython(expression, { library, sortOf, name, isNever, over, needs });
  const about = `${hyper.written}(t) = ${printExpression(expression).replaceAll('\\', '\\\\')}`;
  return [
    `def ${called}(${fromZero ? 'count' : 't'}):`,
    `    """${about}${fromZero ? '; count is 0 at the first step, where t is 1' : ''}."""`,
    ...(fromZero ? ['    t = count + 1.0'] : []),
    ...constants.map(({ id, value: one }) => `    ${id} = ${literal(one, needs)}`),
    `    return ${value}`,
    ...(hasBase && hyper.factor !== undefined ? ['', '', `${called}.base = ${literal(schedule.base, needs)}`] : []),
  ];
}
