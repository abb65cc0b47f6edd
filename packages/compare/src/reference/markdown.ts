/** An entry of the reference as a page of Markdown. */
import type { Entry } from './entry.ts';
import type { MeasuredPath, MeasuredRow, Note, Source } from './note.ts';
import { adviceOn } from './options.ts';
import { origins } from './origins.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|');
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.map(cell).join(' | ')} |`).join('\n');

/** A path in words. */
function pathLine({ title, lr, constant, left, steps }: MeasuredPath): string {
  const rate = constant ? `at a constant lr of ${String(lr)}` : `while lr falls linearly from ${String(lr)} to a hundredth of that`;
  return `- ${title}: ${left} of the first loss is left after ${String(steps)} steps ${rate}.`;
}

/** What the equations were read from, and what is a choice of ours. */
function sourcesSection(source: Source): string {
  const conventions = source.conventions.map((text) => `- ${text}`).join('\n');
  return `${origins(source).join('\n\n')}${conventions === '' ? '' : `\n\nConventions here:\n\n${conventions}`}`;
}

/** The measured rows, and where their oracles depart from paper and authors. */
function agreementSection(rows: readonly MeasuredRow[]): string {
  const cells = rows.map(({ row, oracle, heldAgainst, float64, float32 }) => [row, oracle, heldAgainst, float64, float32]);
  const departures = rows.flatMap(({ row, departs }) => (departs === undefined ? [] : [`- ${row}: ${departs}`])).join('\n');
  const measured = table(['test case', 'oracle', 'compared with', 'float64', 'float32'], cells);
  return `The largest difference from an independent implementation (the oracle) over 320 steps, relative to max(|w|, Σ|Δw|):\n\n${measured}\n\n${departures}`;
}

/** What an option does and when to change it, as cells. */
function adviceCells(method: string, option: string): [string, string] {
  const { does = '', touch = '' } = adviceOn(method, option) ?? {};
  return [does, touch];
}

/** When to choose it, and what else there is. */
function choiceSection({ choose, rivals }: Entry['note']): string {
  const others = rivals.map((name) => `[${name}](${name}.md)`).join(', ');
  return others === '' ? choose : `${choose}\n\nOr else: ${others}.`;
}

/** Whether embeddings can be trained row by row. */
function tables({ tables }: Note): string {
  if (tables === undefined) return '';
  return tables
    ? 'Supports `sparse` parameters, of which a step updates only the rows that have a gradient.'
    : 'Does not support `sparse` parameters.';
}

/** The page; the picture of its paths lies beside it. */
export function renderPage({ name, equations, latex, hyper, choices, inputs, memory, note }: Entry): string {
  const sections: (readonly [string, string])[] = [
    ['When to choose it', choiceSection(note)],
    ['Equations', `$$\n${latex}\n$$\n\nAs they are written in the library:\n\n\`\`\`text\n${equations.join('\n')}\n\`\`\``],
    [
      'Hyperparameters',
      table(
        ['option', 'symbol', 'default', 'range', 'what it does', 'when to change it'],
        hyper.map(({ option, symbol, fallback, range }) => [
          `\`${option}\``,
          symbol,
          Number.isNaN(fallback) ? 'none' : String(fallback),
          range,
          ...adviceCells(name, option),
        ]),
      ),
    ],
    ['Options', table(
        ['option', 'choices, the default first', 'what it does', 'when to change it'],
        choices.map(([option, words]) => [`\`${option}\``, words.join(', '), ...adviceCells(name, option)]),
      )],
    ['Inputs of each step', inputs.map((input) => `\`${input}\``).join(', ')],
    ['Sources', sourcesSection(note.source)],
    ['State', [memory.length === 0 ? 'None.' : memory.map((line) => `- ${line}`).join('\n'), tables(note)].join('\n\n')],
    ['Agreement', agreementSection(note.agreement)],
    [
      'Paths',
      note.paths.length === 0
        ? ''
        : `![The paths of ${name} on two landscapes](${name}.svg)\n\n${note.paths.map(pathLine).join('\n')}`,
    ],
  ]; // prettier-ignore
  const empty = (title: string): boolean =>
    (title === 'When to choose it' && note.choose === '') ||
    (title === 'Options' && choices.length === 0) ||
    (title === 'Inputs of each step' && inputs.length === 0) ||
    (title === 'Hyperparameters' && hyper.length === 0) ||
    (title === 'Paths' && note.paths.length === 0);
  const body = sections.filter(([title]) => !empty(title)).map(([title, text]) => `## ${title}\n\n${text}`);
  return `# ${name}\n\n${note.about}\n\n${note.details}\n\n${body.join('\n\n')}\n`.replaceAll(/\n{3,}/g, '\n\n');
}
