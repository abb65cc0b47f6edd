/**
 * Every error the library throws on purpose. Each says what was wrong, where, and what would be right, and is thrown before any
 * state changes. Lowest layer: knows nothing but text.
 */

/**
 * The base of all errors that Thalweg throws on purpose; `code` is stable and meant for programs, `message` for people. Each class writes its name
 * down, since minifiers rename classes.
 */
export class ThalwegError extends Error {
  static {
    this.prototype.name = 'ThalwegError';
  }
  /** A stable identifier of the kind of error, such as `'equation'` or `'option'`. */
  readonly code: string;

  /** Makes an error of the kind `code`. */
  constructor(code: string, message: string) {
    super(readable(message));
    this.code = code;
    shortStack(this);
  }
}

/** Leaves a property out of what is printed of an uncaught error: it may be an array of millions, and the message has what people read of it. */
function hide<E extends Error>(error: E, property: string & keyof E): void {
  Object.defineProperty(error, property, { enumerable: false });
}

/** Characters of a message with its stack that people read. */
const longestStack = 750;

/** A call in a stack as V8 writes it; its file is the first group. */
const call = /^ +at (?:.*\()?(.*?):\d+:\d+\)?$/;

/**
 * Cuts the stack of an error where it is longer than people read. Of the calls within the file that threw only the last stays then, which is the one
 * that the user made, unless everything is one file, as in a bundle; after it as many as fit.
 */
export function shortStack(error: Error): void {
  const { stack } = error;
  if (stack === undefined || stack.length <= longestStack) return;
  const lines = stack.split('\n');
  const first = lines.findIndex((line) => call.test(line));
  if (first < 0) return;
  const file = (line = ''): string | undefined => call.exec(line)?.[1];
  const run = lines.findIndex((line, i) => i > first && file(line) !== file(lines[first]));
  const theirs = run < 0 || /node:|<anonymous>/.test(file(lines[run]) ?? 'node:') ? first : run - 1;
  let length = lines.slice(0, first).join('\n').length;
  const calls = lines.slice(theirs).filter((line, i) => (length += line.length + 1) <= longestStack || i < 2);
  error.stack = [...lines.slice(0, first), ...calls].join('\n');
}

/** Characters of a message that a person can take in at once: of a line of it, of a line of equations in it, and of a name or text given. */
const screen = { line: 400, excerpt: 100, name: 80 } as const;

/** A name or text that was given, cut where it is longer than anyone reads. */
export function shortened(text: string): string {
  return text.length <= screen.name ? text : `${text.slice(0, screen.name - 20)}… (${String(text.length)} characters)`;
}

/** A message with each line cut. */
function readable(message: string): string {
  const lines = message.split('\n');
  return lines.map((line) => (line.length <= screen.line ? line : `${line.slice(0, screen.line - 1)}…`)).join('\n');
}

/** The part of a line around a place, without indent, what stands before the place in it in visible characters, and the place's width. */
function excerpt(line: string, start: number, end: number): { readonly shown: string; readonly before: number; readonly width: number } {
  const indent = /^\s*/.exec(line)?.[0].length ?? 0;
  const whole = line.trimEnd().length - indent <= screen.excerpt;
  const from = whole ? Math.min(indent, start) : Math.max(indent, Math.min(start - screen.excerpt / 2, line.length - screen.excerpt));
  const to = whole ? line.length : from + screen.excerpt;
  const [left, right] = [from > indent ? '…' : '', to < line.length ? '…' : ''];
  return {
    shown: left + line.slice(from, to).trimEnd() + right,
    before: left.length + visibleLength(line.slice(from, start)),
    width: Math.max(1, visibleLength(line.slice(start, Math.min(end, to)))),
  };
}

/** A place in the text of equations: offsets in UTF-16 units, half open. */
export interface Span {
  /** Offset of the first unit. */
  readonly start: number;
  /** Offset after the last unit. */
  readonly end: number;
}

/** Equations that cannot be read or make no sense; points at the place with a caret. */
export class EquationError extends ThalwegError {
  static {
    this.prototype.name = 'EquationError';
  }
  /** Line of the place, counted from 1. */
  readonly line: number;
  /** Column of the place, counted from 1 in visible characters. */
  readonly column: number;
  /** The place as offsets into the text, for editors. */
  readonly span: Span;

  /** Describes `problem` at `span` of `text`, the equations of `owner`. */
  constructor(owner: string, text: string, span: Span, problem: string) {
    const lineStart = text.lastIndexOf('\n', span.start - 1) + 1;
    const lineEnd = text.indexOf('\n', span.start);
    const lineText = text.slice(lineStart, lineEnd === -1 ? text.length : lineEnd);
    const line = text.slice(0, lineStart).split('\n').length;
    const column = visibleLength(text.slice(lineStart, span.start)) + 1;
    const { shown, before, width } = excerpt(lineText, span.start - lineStart, span.end - lineStart);
    const gutter = `  ${String(line)} | `;
    const caret = ' '.repeat(gutter.length + before) + '^'.repeat(width);
    super('equation', `${shortened(owner)}, line ${String(line)}, column ${String(column)}: ${problem}\n${gutter}${shown}\n${caret}`);
    this.line = line;
    this.column = column;
    this.span = span;
  }
}

/** A hyperparameter or option that is unknown, of the wrong type or outside its range. */
export class OptionError extends ThalwegError {
  static {
    this.prototype.name = 'OptionError';
  }
  /** The optimizer, transform or schedule that refused. */
  readonly owner: string;
  /** The name of the option. */
  readonly option: string;
  /** What was given. */
  readonly value: unknown;

  /** Describes why `owner` refuses `value` for `option`. */
  constructor(owner: string, option: string, value: unknown, problem: string) {
    super('option', `${owner}: ${shortened(option)} ${problem}`);
    this.owner = owner;
    this.option = option;
    this.value = value;
    hide(this, 'value');
  }
}

/** A parameter, gradient or input that is missing, unknown, or of another length or type than declared. */
export class ArrayError extends ThalwegError {
  static {
    this.prototype.name = 'ArrayError';
  }
  /** The optimizer that refused. */
  readonly owner: string;
  /** The name of the parameter or input. */
  readonly parameter: string;

  /** Describes why `owner` refuses what was given for `parameter`. */
  constructor(owner: string, parameter: string, problem: string) {
    super('array', `${owner}: ${problem}`);
    this.owner = owner;
    this.parameter = parameter;
  }
}

/** A gradient or input held NaN or ±∞ under `nonFinite: 'throw'`; nothing was changed, not even the step count. */
export class NonFiniteError extends ThalwegError {
  static {
    this.prototype.name = 'NonFiniteError';
  }
  /** The names of the offending parameters or inputs. */
  readonly parameters: readonly string[];

  /** Describes which `parameters` were not finite at step `t` of `owner`. */
  constructor(owner: string, parameters: readonly string[], t: number) {
    super(
      'non-finite',
      `${owner}: step ${String(t)} was not taken, because ${listed(parameters)} held NaN or an infinity; nothing was changed`,
    );
    this.parameters = parameters;
    hide(this, 'parameters');
  }
}

/** A function that a loop was given does not do what it has to: it returns no number, or does not write its gradient. */
export class ObjectiveError extends ThalwegError {
  static {
    this.prototype.name = 'ObjectiveError';
  }
  /** Says what the function did and what it has to do. */
  constructor(problem: string) {
    super('objective', problem);
  }
}

/**
 * A step left weights that are NaN or infinite. Unlike other errors it comes after the step, since looking before would cost a reading of everything;
 * the optimizer works on, with the weights as they are. `nonFinite: 'propagate'` asks for no such error.
 *
 * A snapshot holds weights and no states. Where those may hold NaN by now too, as momentum does after such a gradient, `load` what `save` gave.
 *
 * @example
 * ```ts
 * import { DivergenceError, sgd } from 'thalweg';
 * const opt = await sgd({ lr: 1e30 }).init({ w: Float32Array.of(1) });
 * const good = opt.snapshot();
 * try {
 *   opt.step({ w: Float32Array.of(1e20) });
 * } catch (error) {
 *   if (!(error instanceof DivergenceError)) throw error;
 *   opt.restore(good);
 *   opt.hyper.lr = 0.1;
 * }
 * opt.params.w; // 1
 * ```
 */
export class DivergenceError extends ThalwegError {
  static {
    this.prototype.name = 'DivergenceError';
  }
  /** The names of the parameters. */
  readonly parameters: readonly string[];
  /** The step after which they were found. */
  readonly t: number;

  /** Describes which `parameters` of `owner` were found not finite after step `t`, and why that may be. */
  constructor(owner: string, parameters: readonly string[], t: number, reason: string) {
    const remedy = `go back to a snapshot or a checkpoint with a lower learning rate or with clipping; nonFinite: 'propagate' computes on`;
    super('divergence', `${owner}: after step ${String(t)} ${listed(parameters)} held NaN or an infinity; ${reason}; ${remedy}`);
    this.parameters = parameters;
    hide(this, 'parameters');
    this.t = t;
  }
}

/** Characters that a message has of what differs, and characters of each line. */
const [longestList, longestLine] = [400, 300];

/** A saved optimizer that cannot be loaded here: the file is damaged or is of something else. Nothing was changed. */
export class CheckpointError extends ThalwegError {
  static {
    this.prototype.name = 'CheckpointError';
  }
  /** Everything that differs, in words; the message has as much of it as people read. */
  readonly differences: readonly string[];

  /** Lists what keeps `owner` from going on where the file ends, and says what would be taken otherwise. */
  constructor(owner: string, differences: readonly string[], remedy?: string) {
    let length = 0;
    const lines = differences
      .map((one) => `  - ${one.length > longestLine ? `${one.slice(0, longestLine)} …` : one}`)
      .filter((one, i) => (length += one.length) <= longestList || i === 0);
    const rest = differences.length - lines.length;
    if (rest > 0) lines.push(`  - and ${String(rest)} more, in error.differences`);
    if (remedy !== undefined) lines.push(remedy);
    super('checkpoint', [`${owner}: the checkpoint cannot be loaded`, ...lines].join('\n'));
    this.differences = differences;
    hide(this, 'differences');
  }
}

/** An optimizer was used after `dispose()`. */
export class DisposedError extends ThalwegError {
  static {
    this.prototype.name = 'DisposedError';
  }
  /** Names the `owner` that was used after its end and the `use` that was tried. */
  constructor(owner: string, use: string) {
    super('disposed', `${owner}: ${use} after dispose(); its memory has been given back, so call init() again`);
  }
}

/** A thread died or did not come back in the middle of a step, so that the arrays are half-written; `load` makes the optimizer whole again. */
export class WorkerError extends ThalwegError {
  static {
    this.prototype.name = 'WorkerError';
  }
  /** Says what happened. */
  constructor(problem: string) {
    super('worker', problem);
  }
}

/** Something that this backend, engine or version cannot do; says what can. */
export class UnsupportedError extends ThalwegError {
  static {
    this.prototype.name = 'UnsupportedError';
  }
  /** Describes what `owner` cannot do. */
  constructor(owner: string, problem: string) {
    super('unsupported', `${owner}: ${problem}`);
  }
}

/** Names one after the other, the first few of many. */
function listed(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(', ');
  return names.length > 5 ? `${shown} and ${String(names.length - 5)} more` : shown;
}

/** The name in `known` nearest to `name`, as ` (did you mean x?)`, or an empty string where none is near. */
export function suggestion(name: string, known: Iterable<string>): string {
  if (name.length > screen.name) return '';
  let best = '';
  let bestDistance = Math.min(name.length, Math.max(1, Math.floor(name.length / 3)) + 1);
  for (const candidate of known) {
    if (candidate.length > screen.name) continue;
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best === '' ? '' : ` (did you mean ${best}?)`;
}

/** Letters put in, left out or replaced, and neighbours swapped. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swapped = i > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? before[j - 2]! + 1 : Infinity;
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1), swapped));
    }
    [before, row] = [row, next];
  }
  return row[b.length]!;
}

/** Characters as a reader counts them: combining marks take no column of their own. */
function visibleLength(text: string): number {
  return text.replaceAll(/\p{M}/gu, '').length;
}
