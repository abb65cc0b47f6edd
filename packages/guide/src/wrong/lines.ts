/** Equations line by line, and which lines of two rules differ. Knows no optimizer. */
import {
  equationsToLatex,
  inspect,
  nameNode,
  nameToLatex,
  renameNames,
  spell,
  type EquationLatex,
  type InspectedPart,
  type Method,
} from 'thalweg';

/** An equation in LaTeX: the name, an arrow or an equals sign, and the value. */
export type Line = EquationLatex;

/** A line with whether the other rule has it at the same place. */
export interface MarkedLine extends Line {
  readonly marked: boolean;
}

/**
 * The lines of a method's equations; `renamed` gives letters others, as where the same thing has another letter in another rule, and `name`
 * typesets names, which are given in their ASCII spelling.
 */
export function linesOf(
  method: Method,
  renamed: Readonly<Record<string, string>> = {},
  name: (spelling: string) => string = nameToLatex,
): Line[] {
  const names = new Map(Object.entries(renamed).map(([from, to]) => [spell(from), nameNode(spell(to), to)]));
  return partsOf(method).flatMap(({ equations }) =>
    equationsToLatex(
      renameNames(
        equations.map(({ equation }) => equation),
        names,
      ),
      name,
    ),
  );
}

/** The symbols of a method's equations as LaTeX, in the order in which they come, each once. */
export function symbolsOf(method: Method): string[] {
  const names = partsOf(method).flatMap(({ equations }) =>
    equations.flatMap(({ target, reads }) => [target.name, ...reads.map(({ name }) => name)]),
  );
  return [...new Set(names)].map(nameToLatex);
}

function partsOf(method: Method): readonly InspectedPart[] {
  return inspect(method).groups.flatMap(({ parts }) => parts);
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

function text({ name, sign, value }: Line): string {
  return `${name} ${sign} ${value}`;
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
