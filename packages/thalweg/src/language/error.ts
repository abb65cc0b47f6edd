/**
 * Errors in equations and options, and the base class of all errors. Each says what was wrong, where, and what would be right, and is thrown before any
 * state changes. Lowest layer: knows nothing but text.
 */

/**
 * The base class of all errors that Thalweg throws on purpose; `code` is stable and meant for programs, `message` for people. Each class sets its name
 * explicitly, since minifiers rename classes.
 */
export class ThalwegError extends Error {
  static {
    this.prototype.name = 'ThalwegError';
  }
  /** A stable identifier of the kind of error, such as `'equation'` or `'option'`. */
  readonly code: string;

  /** Makes an error with this `code`. */
  constructor(code: string, message: string) {
    super(readable(message));
    this.code = code;
    shortStack(this);
  }
}

/** Makes a property non-enumerable, so that it is not printed with an uncaught error: it may be an array of millions, and the message says what matters. */
export function hide<E extends Error>(error: E, property: string & keyof E): void {
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

/** A range of the text of equations, as UTF-16 offsets; `end` is exclusive. */
export interface Span {
  /** Offset of the first unit. */
  readonly start: number;
  /** Offset after the last unit. */
  readonly end: number;
}

/** Invalid equations; the message points at the place with a caret. */
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

/** An option or hyperparameter that is unknown, of the wrong type or out of range. */
export class OptionError extends ThalwegError {
  static {
    this.prototype.name = 'OptionError';
  }
  /** The optimizer, transform or schedule that rejected it. */
  readonly owner: string;
  /** The name of the option. */
  readonly option: string;
  /** The value that was given. */
  readonly value: unknown;

  /** Describes why `owner` rejects `value` for `option`. */
  constructor(owner: string, option: string, value: unknown, problem: string) {
    super('option', `${owner}: ${shortened(option)} ${problem}`);
    this.owner = owner;
    this.option = option;
    this.value = value;
    hide(this, 'value');
  }
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
  return Array.from(text.replaceAll(/\p{M}/gu, '')).length;
}
