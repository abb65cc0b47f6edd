/**
 * What a schedule is: an equation of the step t in the language of optimizers, with named constants, so that it can be printed, saved and traced. t counts
 * from 1; the value at t = 0 is where the curve starts, before the first step. Knows the language only.
 */
import { OptionError } from '../../language/error.ts';
import { checkNames, describe, isRecord, wrongOption } from '../../language/options.ts';
import { kind } from '../../language/brand.ts';
import { checkSymbols } from '../../language/names.ts';
import { parseExpression } from '../../language/parser.ts';
import type { Expression } from '../../language/tree.ts';
import { functionOfTime } from '../../language/evaluate.ts';
import { buildExpression } from '../../language/expression-builder.ts';
import { expressionToLatex } from '../../targets/text/latex.ts';
import { peakOf } from './peak.ts';

/** A hyperparameter as a function of the step. Made by `cosine`, `warmupCosine`, … or from an equation by `schedule`. */
export class Schedule {
  /** The brand by which schedules are recognized. */
  readonly [kind] = 'schedule';
  /** The name of the function that made it. */
  readonly name: string;
  /** The equation, in `t` and the constants. */
  readonly equation: string;
  /** The values of the equation's other symbols. */
  readonly constants: Readonly<Record<string, number>>;
  private readonly evaluate: (t: number) => number;

  private peak: number | undefined;

  /** Compiles `equation`. Throws an EquationError if it is invalid, and an OptionError for a constant or a base that is not finite. */
  constructor(name: string, equation: string, constants: Readonly<Record<string, number>>, base?: number) {
    if (typeof (equation as unknown) !== 'string') wrongOption(name, 'equation', equation, "a string, such as 'a / √t'");
    if (!isRecord(constants)) wrongOption(name, 'constants', constants, 'an object of numbers, { a: 0.1 }');
    checkSymbols(
      name,
      Object.keys(constants).map((symbol) => [symbol, symbol]),
    );
    for (const [symbol, value] of Object.entries({ ...constants, ...(base === undefined ? {} : { base }) })) {
      if (!Number.isFinite(value)) throw new OptionError(name, symbol, value, `must be a finite number, not ${describe(value)}`);
    }
    this.name = name;
    this.equation = equation;
    this.constants = constants;
    this.peak = base;
    this.evaluate = functionOfTime(buildExpression(name, equation, new Map(Object.entries(constants))).value);
  }

  /**
   * The peak value, by which independent weight decay divides: its factor is value / base. By default the largest value in the first ten million steps
   * (`peak.ts`).
   */
  get base(): number {
    this.peak ??= Math.max(0, peakOf(this.evaluate));
    return this.peak;
  }

  /** The value at step `t`. */
  at(t: number): number {
    if (typeof (t as unknown) !== 'number') wrongOption(this.name, 't', t, 'a number');
    return this.evaluate(t);
  }

  /** The equation in LaTeX. */
  latex(): string {
    return expressionToLatex(this.expression());
  }

  /** The equation as a syntax tree. */
  expression(): Expression {
    return parseExpression(this.name, this.equation);
  }
}

/**
 * Makes a schedule from an equation.
 *
 * @param equation - an expression in `t` and the constants' symbols, such as `'a / √t'`
 * @param constants - the values of those symbols
 * @param base - the peak value, by which independent weight decay divides; by default the largest value of all steps
 * @example
 * ```ts
 * import { schedule, sgd } from 'thalweg';
 * sgd({ lr: schedule('a / √t', { a: 0.1 }) });
 * ```
 */
export function schedule(equation: string, constants: Readonly<Record<string, number>> = {}, base?: number): Schedule {
  return new Schedule('schedule', equation, constants, base);
}

/** Throws an OptionError unless `options` holds finite numbers under all of `required` and any of `optional`, and nothing else but `others`. */
export function checkNumbers(
  owner: string,
  options: unknown,
  required: readonly string[],
  optional: readonly string[] = [],
  others: readonly string[] = [],
): void {
  checkNames(owner, options, [...required, ...optional, ...others]);
  for (const name of [...required, ...optional]) {
    const value: unknown = Reflect.get(options as object, name);
    if (value === undefined && optional.includes(name)) continue;
    if (!Number.isFinite(value)) throw new OptionError(owner, name, value, `must be a number, not ${describe(value)}`);
  }
}

/** Throws an OptionError unless `value` is a finite number above `low` (or equal to it, if `low` is included). */
export function requireNumber(owner: string, option: string, value: number, low: number, included: boolean): void {
  const right = Number.isFinite(value) && (included ? value >= low : value > low);
  if (!right)
    throw new OptionError(
      owner,
      option,
      value,
      `must be a number ${included ? 'of at least' : 'above'} ${String(low)}, not ${describe(value)}`,
    );
}
