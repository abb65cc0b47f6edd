/**
 * What a text target needs to know about a method: its equations in order, the name and shape of each variable in the file, and which sums run over several
 * parameters. Built from the result of `inspect`; knows no target.
 */
import type { Form } from '../language/form.ts';
import type { Kind } from '../language/kind.ts';
import { isRoutineOp, isSugar } from '../language/op.ts';
import { sugar } from '../language/operations/sugar.ts';
import { range } from '../language/range.ts';
import { spell } from '../language/symbol.ts';
import type { Equation, Expression, OperationNode } from '../language/tree.ts';
import { UnsupportedError } from '../language/run-error.ts';
import { inspect } from '../define/inspect.ts';
import type { InspectedGroup, InspectedPart, InspectedSymbol } from '../define/inspection.ts';
import type { Method } from '../define/method.ts';
import type { Schedule } from '../define/schedules/schedule.ts';
import { most, type Sort } from '../targets/text/python.ts';
import { Identifiers, snake, identifier } from './identifiers.ts';
import { aFunction, onlyGroup, refuseJointFirst, refuseNoise } from './refusals.ts';

/** A name of the equations in a file. */
export interface Name {
  /** What it is called there. */
  readonly id: string;
  readonly role: InspectedSymbol['role'];
  /** How its author writes it. */
  readonly written: string;
  readonly kind: Kind;
  readonly form: Form | undefined;
  readonly sort: Sort;
}

/** An equation, and the part that it is of. */
export interface Line {
  readonly part: InspectedPart;
  readonly equation: Equation;
  readonly target: Name;
  readonly kind: Kind;
}

/** A hyperparameter that the equations read. */
export interface Hyper {
  readonly id: string;
  /** What it is called in `opt.hyper`, and as an option of its part. */
  readonly key: string;
  readonly option: string;
  readonly written: string;
  readonly range: string;
  /** Its value, at step 1 where there is a schedule. */
  readonly value: number;
  readonly schedule: Schedule | undefined;
  /** The name of the schedule's factor, where the equations read it. */
  readonly factor: string | undefined;
}

/** A state. */
export interface State extends Name {
  readonly part: InspectedPart;
  readonly init: Expression | undefined;
  /** Where it is not 0 for good: a condition on the shape, if there is one, and whether it has to hold or not to. */
  readonly onlyWhere: { readonly condition: Expression; readonly holds: boolean } | undefined;
}

/** What a step needs besides gradients. */
export interface Input {
  /** What it is called in the equations, and as an argument. */
  readonly id: string;
  readonly arg: string;
  readonly key: string;
  readonly written: string;
  readonly isArray: boolean;
}

/** A method as a text target is told of it. */
export interface Model {
  readonly method: Method;
  readonly group: InspectedGroup;
  readonly lines: readonly Line[];
  readonly hyper: readonly Hyper[];
  readonly states: readonly State[];
  readonly inputs: readonly Input[];
  /** Where to evaluate, if not at `w`, with its part. */
  readonly evaluate: { readonly part: InspectedPart; readonly value: Expression } | undefined;
  /** Whether some sums run over several parameters, and the step therefore is no loop over parameters one by one. */
  readonly isJoint: boolean;
  /** Whether parameters are seen as matrices, and whether they have to be some. */
  readonly hasMatrices: boolean;
  readonly needsMatrices: boolean;
  /** How exactly recorded steps are replayed: eigenvectors magnify rounding where eigenvalues are close. */
  readonly tolerance: number;
  /** What a name of a part stands for. */
  readonly nameOf: (part: InspectedPart, name: string) => Name;
  readonly sortOf: (part: InspectedPart, expression: Expression) => Sort;
  /** Whether a name may stand for `w`, `g`, an input or a state itself, and no array of its own. */
  readonly isGiven: (part: InspectedPart, name: string) => boolean;
  /** Whether a number is never 0, or never 1, by its range. */
  readonly isNever: (part: InspectedPart, name: string, value: 0 | 1) => boolean;
  /** The form of an array in an equation, and how much a value there varies. */
  readonly formOf: (expression: Expression) => Form | undefined;
  readonly kindOf: (expression: Expression) => Kind;
  /** What it is called where its author says nothing else: the names of its parts. */
  readonly title: string;
  readonly identifiers: Identifiers;
}

/** Reads a method. `words` are names that the file needs for itself. */
export function modelOf(method: Method, target: string, words: Iterable<string>): Model {
  const { groups } = inspect(method);
  onlyGroup(method, method.groups, target);
  const [group] = groups;
  if (group === undefined) throw new RangeError(`${method.name} has no parameters`);
  const sums = group.parts.flatMap((part) => part.equations.flatMap(({ equation }) => operationsIn(equation.value).filter(isSum)));
  const isJoint = sums.some(({ scope }) => scope !== 'tensor');
  const identifiers = new Identifiers([...words, ...(isJoint ? ['p', 'q'] : [])]);
  const hyper = hyperOf(group, target, identifiers);
  const inputs = [...new Map(group.parts.flatMap(({ inputs: own }) => own).map((one) => [one.name, one])).values()].map(
    ({ name, symbol, kind }): Input => {
      const arg = identifiers.give(snake(name, 'input'));
      return {
        id: spell(symbol) === name ? arg : identifiers.give(identifier(spell(symbol), 'x')),
        arg,
        key: name,
        written: symbol,
        isArray: kind === 'tensor',
      };
    },
  );
  const names = new Map<string, Name>();
  const nameOf = (part: InspectedPart, name: string): Name => {
    const symbol = part.symbols.get(name);
    const known = symbol === undefined ? undefined : names.get(symbol.unique);
    if (known === undefined) throw new RangeError(`${part.name} has no name ${name}`);
    return known;
  };
  const sortOf = (part: InspectedPart, expression: Expression): Sort => sort(expression, (name) => nameOf(part, name).sort);
  nameAll(group, { names, hyper, inputs, identifiers, sortOf });
  const lines = group.parts.flatMap((part) =>
    part.equations.map(({ equation, kind }): Line => ({ part, equation, target: nameOf(part, equation.target.name), kind })),
  );
  const states = group.parts.flatMap((part) =>
    part.states.map(({ symbol, init }): State => ({
      ...nameOf(part, symbol.name),
      part,
      init,
      onlyWhere: guardOf(part, symbol.name, sortOf),
    })),
  );
  const all = lines.flatMap(({ equation }) => operationsIn(equation.value));
  const known = new Set<Expression>(all);
  const evaluate = group.parts.flatMap((part) => (part.evaluate === undefined ? [] : [{ part, value: part.evaluate }])).at(-1);
  const first = states.flatMap(({ part, init }) => (init === undefined ? [] : [{ part, value: init }]));
  const values = [
    ...lines.map(({ part, equation }) => ({ part, value: equation.value })),
    ...first,
    ...(evaluate === undefined ? [] : [evaluate]),
  ];
  const random = values.find(({ value }) => operationsIn(value).some(({ op }) => op === 'noise'));
  if (random !== undefined) refuseNoise(random.part.name, target);
  const joint = first.find(({ value }) => operationsIn(value).some((one) => isSum(one) && one.scope !== 'tensor'));
  if (joint !== undefined) refuseJointFirst(joint.part.name, target);
  const given = new Set<Name>();
  const isGiven = (part: InspectedPart, name: string): boolean => {
    const one = nameOf(part, name);
    return ['parameter', 'gradient', 'input', 'state'].includes(one.role) ? one.sort === 'array' : given.has(one);
  };
  for (const { part, equation, target } of lines)
    if (!equation.lasting && namesGiven(equation.value).some((name) => isGiven(part, name))) given.add(target);
  return {
    method,
    group,
    lines,
    hyper,
    states,
    inputs,
    evaluate,
    isJoint,
    hasMatrices: all.some(isOfMatrices),
    needsMatrices: lines.some(({ part, equation }) => needsMatrix(equation.value, (one) => sortOf(part, one))),
    tolerance: all.some(({ op }) => op === 'eigenvectors' || op === 'inverseRoot') ? 1e-6 : 1e-12,
    nameOf,
    sortOf,
    isGiven,
    isNever: (part, name, value) => {
      const { id, role } = nameOf(part, name);
      if (role === 'step' || role === 'shape' || role === 'constant') return value === 0;
      const declared = role === 'hyperparameter' ? hyper.find((one) => one.id === id)?.range : undefined;
      return declared !== undefined && !range(declared).contains(value);
    },
    formOf: (expression) => (known.has(expression) ? group.extentOf(expression).form : undefined),
    kindOf: (expression) => (known.has(expression) ? group.extentOf(expression).kind : 'host'),
    title: group.parts.length > 1 ? group.parts.map(({ name }) => name).join('_') : method.name,
    identifiers,
  };
}

/** The hyperparameters that the equations read, in order. */
function hyperOf(group: InspectedGroup, target: string, identifiers: Identifiers): Hyper[] {
  return group.parts.flatMap((part) => {
    const symbols = [...part.symbols.values()];
    return part.hyper.flatMap((one) => {
      if (!one.read) return [];
      const factors = one.option === 'lr' ? symbols.filter(({ role }) => role === 'factor') : [];
      const meant = [spell(one.symbol), spell(one.option)].flatMap((name) => part.symbols.get(name) ?? []);
      const key = [...meant.filter(({ role }) => role === 'hyperparameter'), ...factors][0]?.key ?? one.option;
      if (typeof one.value !== 'number' && one.schedule === undefined)
        throw new UnsupportedError(target, `${part.name}: ${aFunction(one.option)}`);
      const id = identifiers.give(snake(key, 'hyper'));
      const factor = factors.length > 0 ? identifiers.give(`${id}_factor`) : undefined;
      const value = one.schedule?.at(1) ?? (typeof one.value === 'number' ? withoutZero(one.option, one.value) : NaN);
      return [{ id, key, option: one.option, written: one.symbol, range: one.range, value, schedule: one.schedule, factor }];
    });
  });
}

/** A hyperparameter's number as the equations read it: 2⁻¹²⁶ for an `eps` of 0, so that 0/ε is 0 (docs/language.md). */
export function withoutZero(option: string, value: number): number {
  return option === 'eps' && value === 0 ? 2 ** -126 : value;
}

interface Naming {
  readonly names: Map<string, Name>;
  readonly hyper: readonly Hyper[];
  readonly inputs: readonly Input[];
  readonly identifiers: Identifiers;
  readonly sortOf: (part: InspectedPart, expression: Expression) => Sort;
}

/** Gives every name of all parts an identifier. */
function nameAll(group: InspectedGroup, { names, hyper, inputs, identifiers, sortOf }: Naming): void {
  for (const part of group.parts) {
    for (const symbol of part.symbols.values()) {
      if (names.has(symbol.unique)) continue;
      const { role, key, written, unique } = symbol;
      const state = part.states.find((one) => one.symbol === symbol);
      const add = (id: string, sortIs: Sort, kind: Kind = 'host', form?: Form): void => {
        names.set(unique, { id, role, written, kind, form, sort: sortIs });
      };
      const own = (): string => identifiers.give(identifier(unique, 'x'));
      switch (role) {
        case 'parameter':
        case 'gradient':
          add(symbol.name, 'array', 'array', 'rc');
          break;
        case 'hyperparameter':
          add(hyper.find((one) => one.key === key)!.id, 'host');
          break;
        case 'factor':
          add(hyper.find((one) => one.key === key)!.factor!, 'host');
          break;
        case 'input': {
          const input = inputs.find((one) => one.key === key)!;
          add(input.id, input.isArray ? 'array' : 'scalar', input.isArray ? 'array' : 'all', input.isArray ? 'rc' : undefined);
          break;
        }
        case 'step':
          add('t', 'host');
          break;
        case 'shape':
          add(symbol.name, 'static', 'tensor');
          break;
        case 'constant':
          add('math.pi', 'static');
          break;
        case 'state': {
          const { kind, form } = state!;
          add(own(), kind === 'host' ? 'host' : kind === 'array' ? 'array' : 'scalar', kind, form);
          break;
        }
        case 'temporary':
          add(own(), 'static', 'host');
          break;
      }
    }
    // A temporary is what is assigned to it, the most varying where that is done several times.
    for (const { equation, target, kind, form } of part.equations) {
      const known = names.get(target.unique);
      if (target.role !== 'temporary' || known === undefined) continue;
      names.set(target.unique, { ...known, kind, form, sort: most([known.sort, sortOf(part, equation.value)]) });
    }
  }
}

/** How much a value varies. */
function sort(expression: Expression, of: (name: string) => Sort): Sort {
  if (expression.kind === 'number') return 'static';
  if (expression.kind === 'name') return of(expression.name);
  if (isSum(expression)) return 'scalar';
  if (isRoutineOp(expression.op) || (isSugar(expression.op) && sugar[expression.op].on === 'matrices')) return 'array';
  return most(expression.operands.map((operand) => sort(operand, of)));
}

/** Whether an operation sums over tensors. */
export function isSum({ op }: OperationNode): boolean {
  return isSugar(op) && sugar[op].on === 'sums';
}

/** The names whose arrays an expression may give as they are, or as a view. */
export function namesGiven(expression: Expression): string[] {
  if (expression.kind === 'name') return [expression.name];
  if (expression.kind === 'number' || (expression.op !== 'select' && expression.op !== 'transpose')) return [];
  return expression.operands.slice(expression.op === 'select' ? 1 : 0).flatMap(namesGiven);
}

/** Whether an operation is one on whole matrices. */
function isOfMatrices({ op }: OperationNode): boolean {
  return op !== 'noise' && (isRoutineOp(op) || (isSugar(op) && sugar[op].on === 'matrices'));
}

/** Whether there is an operation on matrices that no condition on the shape keeps from vectors. */
function needsMatrix(expression: Expression, sortOf: (expression: Expression) => Sort): boolean {
  if (expression.kind !== 'apply') return false;
  const { op, operands } = expression;
  if (op === 'select' && operands[0] !== undefined && sortOf(operands[0]) === 'static') return false;
  return isOfMatrices(expression) || operands.some((operand) => needsMatrix(operand, sortOf));
}

/** All operations of an expression, from the outermost inwards. */
export function operationsIn(expression: Expression): OperationNode[] {
  return expression.kind === 'apply' ? [expression, ...expression.operands.flatMap(operationsIn)] : [];
}

/**
 * The condition on the shape without which a state stays as it is: `L ← rank ≥ 2 ? … : L` says that L is needed for matrices alone. An array of rows × rows
 * for a vector of millions would be more than there is.
 */
function guardOf(part: InspectedPart, name: string, sortOf: Model['sortOf']): State['onlyWhere'] {
  const own = part.equations.filter(({ equation }) => equation.target.name === name);
  const [first] = own;
  if (first === undefined || own.length > 1) return undefined;
  const { value } = first.equation;
  if (value.kind !== 'apply' || value.op !== 'select') return undefined;
  const [condition, whenTrue, otherwise] = value.operands;
  const stays = (branch: Expression | undefined): boolean => branch?.kind === 'name' && branch.name === name;
  if (condition === undefined || sortOf(part, condition) !== 'static') return undefined;
  return stays(otherwise) ? { condition, holds: true } : stays(whenTrue) ? { condition, holds: false } : undefined;
}
