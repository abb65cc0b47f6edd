/** Equations line by line, and which lines of two rules differ. Knows LaTeX as the library prints it; knows no optimizer. */
import type { Method } from 'thalweg';

/** An equation in LaTeX: the name, and the arrow or equals sign with what follows. */
export interface Line {
  readonly name: string;
  readonly rest: string;
}

/** A line with whether the other rule has it at the same place. */
export interface MarkedLine extends Line {
  readonly marked: boolean;
}

/** The lines of a method's `latex()`. */
export function linesOf(method: Method): Line[] {
  return method
    .latex()
    .replace(/^\\begin\{aligned\}\n/, '')
    .replace(/\n\\end\{aligned\}$/, '')
    .split(/ \\\\(?:\[4pt\])?\n/)
    .map((line) => {
      const [name = '', rest = ''] = line.split(' &');
      return { name, rest };
    });
}

/** Both rules with every line marked that is not part of their longest common sequence: what is changed, and what only moved. */
export function difference(wrong: readonly Line[], right: readonly Line[]): { wrong: MarkedLine[]; right: MarkedLine[] } {
  const shared = common(wrong.map(text), right.map(text));
  const mark = (lines: readonly Line[]): MarkedLine[] => {
    let next = 0;
    return lines.map((line) => {
      const isShared = shared[next] === text(line);
      if (isShared) next += 1;
      return { ...line, marked: !isShared };
    });
  };
  return { wrong: mark(wrong), right: mark(right) };
}

function text({ name, rest }: Line): string {
  return `${name} ${rest}`;
}

/** The longest common subsequence; exponential, for the few lines that an optimizer has. */
function common(a: readonly string[], b: readonly string[]): string[] {
  const [first] = a;
  if (first === undefined || b.length === 0) return [];
  const at = b.indexOf(first);
  const without = common(a.slice(1), b);
  if (at < 0) return without;
  const within = [first, ...common(a.slice(1), b.slice(at + 1))];
  return within.length >= without.length ? within : without;
}
