/** What every Python file has: its docstring, helper functions, and its self-test. Knows models and Python; no array library. */
import type { Method } from '../define/method.ts';
import { printEquations, printExpression } from '../language/print.ts';
import type { Hyper, Model } from './model.ts';
import { recordedSteps, type Recording } from './replay.ts';
import { citationsOf } from './citations.ts';
import type { EmitOptions } from './target.ts';

/** Names that every file has for itself. */
export const commonWords: readonly string[] = ['w', 'g', 't', 'pi', 'rank', 'rows', 'cols', 'size', 'math', 'sign', 'sqrt', 'log', 'divide', 'state', 'params',
  'schedule', 'RECORDED', 'SimpleNamespace']; // prettier-ignore

/** Lines with an indent. */
export function indented(lines: readonly string[], by = 1): string[] {
  return lines.map((line) => (line === '' ? '' : '    '.repeat(by) + line));
}

/** Text that may stand in a docstring. */
function inDocstring(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"""', '\\"\\"\\"').replaceAll(/\s+/g, ' ').trim();
}

/** The lines of the docstring of the file: what it is, the equations of its methods, what they were read from. */
export function docstring(
  models: readonly Model[],
  { source }: EmitOptions,
  about: string,
  usage: readonly string[],
  whole?: Method,
): string[] {
  const [only, ...others] = models;
  if (only === undefined) throw new RangeError('a file has at least one method');
  const method = whole ?? only.method;
  const cited = source === undefined ? citationsOf(method) : [inDocstring(source)];
  const last = 'w is a parameter, g its gradient, t the step, counted from 1. What is assigned with ← lasts to the next step.';
  return [
    `"""${inDocstring(method.name)} ${about}.`,
    '',
    ...(others.length === 0 ? equationsOf(only) : equationsOfAll(models)),
    '',
    last,
    ...models.flatMap((model) => conventionsOf(model, others.length > 0)),
    ...(cited.length === 0 ? [] : ['', ...cited.map((line, i) => `${i === 0 ? 'Source: ' : '        '}${line}`)]),
    '',
    ...usage,
    'Written by Thalweg from the equations above.',
    '"""',
  ];
}

/** The equations of several methods: what is chained before all of them once. */
function equationsOfAll(models: readonly Model[]): string[] {
  const textOf = (model: Model): string[] => model.group.parts.map((part) => part.name + printEquations(part.equations.map(({ equation }) => equation))); // prettier-ignore
  const texts = models.map(textOf);
  const count = Math.min(...texts.map(({ length }) => length - 1));
  const differing = Array.from({ length: count }, (_, i) => i).find((i) => new Set(texts.map((own) => own[i])).size > 1) ?? count;
  return [...equationsOf(models[0]!, true, 0, differing), ...models.flatMap((model) => equationsOf(model, true, differing))];
}

/** The equations of a method, each part under its name where there are several. */
function equationsOf({ group }: Model, isNamed = group.parts.length > 1, from = 0, to?: number): string[] {
  return group.parts.slice(from, to).flatMap((part) => [
    ...(isNamed ? [`    ${inDocstring(part.name)}:`] : []),
    ...printEquations(part.equations.map(({ equation }) => equation)).split('\n').map((line) => `${isNamed ? '        ' : '    '}${line}`), // prettier-ignore
  ]);
}

/** What states begin as, and where to evaluate. */
function conventionsOf({ states, evaluate, title }: Model, isNamed: boolean): string[] {
  const first = states.filter(({ init }) => init !== undefined).map(({ written, init }) => `${written} = ${printExpression(init!)}`);
  const others = states.length - first.length;
  const of = isNamed ? ` (${inDocstring(title)})` : '';
  const begin = first.length === 0 ? [] : [`Before the first step ${first.join(', ')}${others > 0 ? '; other states are 0' : ''}${of}.`];
  const where = evaluate === undefined ? [] : [`Evaluate the model at ${printExpression(evaluate.value)}, not at w${of}.`];
  return [...begin, ...where];
}

/** What a hyperparameter is, a line each. */
export function hyperLines({ hyper }: Model): string[] {
  return hyper.map(({ id, written, range }) => `${id}: ${written}, in ${range}`);
}

/** Functions that a file defines for itself, where it needs them. */
const functions: Readonly<Record<string, readonly string[]>> = {
  sign: ['def sign(x):', '    """1, -1 or 0."""', '    return (x > 0) - (x < 0)'],
  sqrt: ['def sqrt(x):', '    """√x, which is no number where x is negative."""', '    return math.sqrt(x) if x >= 0 else math.nan'],
  log: [
    'def log(x):',
    '    """log x, which is infinite at 0 and no number below."""',
    '    return math.log(x) if x > 0 else -math.inf if x == 0 else math.nan',
  ],
  divide: [
    'def divide(a, b):',
    '    """a / b as arrays have it: over 0 it is infinite, or no number."""',
    '    return a / b if b else a * math.inf if a else math.nan',
  ],
};

/** Those that are needed, with what the library has besides. */
export function helperFunctions(needed: ReadonlySet<string>, besides: Readonly<Record<string, readonly string[]>>): string[] {
  return Object.entries({ ...functions, ...besides }).flatMap(([name, lines]) => (needed.has(name) ? ['', '', ...lines] : []));
}

/** The data and the weights of a recording, and a function that says whether weights are those recorded. */
export function recordedLines({ tensors, weights }: Recording): string[] {
  const shapes = tensors
    .map(({ name, shape }) => `${JSON.stringify(name)}: (${shape.join(', ')}${shape.length === 1 ? ',' : ''})`)
    .join(', ');
  return [
    '',
    '',
    `# What Thalweg's own steps give, in float64: all weights after each of ${String(recordedSteps)} steps.`,
    `SHAPES = {${shapes}}`,
    'RECORDED = [',
    ...weights.map((row) => `    [${row.map((x) => (Number.isFinite(x) ? String(x).replace('e+', 'e') : x > 0 ? 'float("inf")' : Number.isNaN(x) ? 'float("nan")' : '-float("inf")')).join(', ')}],`), // prettier-ignore
    ']',
  ];
}

/** What a function or a step is given for the factors of schedules, which independent weight decay follows: the value that counts as full. */
export function baseParameters({ factor, id }: Hyper): string[] {
  return factor === undefined ? [] : [`${id}_base=None`];
}

/** Lines that find that value, before hyperparameters are read, where nobody gave it: a schedule's own. */
export function baseLines({ hyper }: Model): string[] {
  return hyper.flatMap(({ id, factor }) => (factor === undefined ? [] : [`${id}_base = ${id}_base or getattr(${id}, "base", None)`]));
}

/** The factors, once they are read: 1 where nobody says what value counts as full. */
export function factorLines({ hyper }: Model): string[] {
  return hyper.flatMap(({ id, factor }) => (factor === undefined ? [] : [`${factor} = ${id} / ${id}_base if ${id}_base else 1.0`]));
}

/** `a, b = x, y` for `a = x` and `b = y`, as many on a line as one reads. */
export function together(assignments: readonly string[], widest = 100): string[] {
  const out: string[] = [];
  let names: string[] = [];
  let values: string[] = [];
  const flush = (): void => {
    if (names.length > 0) out.push(`${names.join(', ')} = ${values.join(', ')}`);
    [names, values] = [[], []];
  };
  for (const one of assignments) {
    const at = one.indexOf(' = ');
    const [name, value] = [one.slice(0, at), one.slice(at + 3)];
    if (/ if | for /.test(value) || name.includes(',')) {
      flush();
      out.push(one);
      continue;
    }
    if ([...names, ...values, name, value].join(', ').length > widest) flush();
    names.push(name);
    values.push(value);
  }
  flush();
  return out;
}
