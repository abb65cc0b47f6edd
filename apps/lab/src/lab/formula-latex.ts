/** A typed function in LaTeX, as it was written; its length is in proportion to the text. */
import type { Binary, Tree } from './formula-tree.ts';

const binds = { '+': 1, '-': 1, '*': 2, '/': 4, '^': 3 } as const satisfies Record<Binary, number>;
const signs = { '+': ' + ', '-': ' - ', '*': '\\cdot ' } as const;

/** How tightly what is printed holds together. */
function strength(tree: Tree): number {
  if (tree.kind === 'binary') return binds[tree.op];
  if (tree.kind === 'negative') return 1;
  return tree.kind === 'number' && tree.latex.includes('cdot') ? 2 : 5;
}

/** The function in LaTeX. */
export function latexOfTree(tree: Tree): string {
  switch (tree.kind) {
    case 'number':
      return tree.latex;
    case 'variable':
      return tree.name;
    case 'negative':
      return `-${within(tree.of, 2)}`;
    case 'call':
      return call(tree.name, latexOfTree(tree.of));
    case 'binary': {
      const { op, left, right } = tree;
      if (op === '/') return `\\frac{${latexOfTree(left)}}{${latexOfTree(right)}}`;
      if (op === '^') return `${power(left)}^{${latexOfTree(right)}}`;
      const own = binds[op];
      return `${within(left, own)}${signs[op]}${within(right, op === '+' ? own : own + 1)}`;
    }
  }
}

function within(tree: Tree, least: number): string {
  const inner = latexOfTree(tree);
  return strength(tree) < least ? `\\left(${inner}\\right)` : inner;
}

/** A base: what is no single sign stands in parentheses. */
function power(base: Tree): string {
  const inner = latexOfTree(base);
  const single = base.kind === 'variable' || (base.kind === 'number' && strength(base) === 5);
  return single ? inner : `\\left(${inner}\\right)`;
}

function call(name: string, argument: string): string {
  if (name === 'sqrt') return `\\sqrt{${argument}}`;
  if (name === 'abs') return `\\left|${argument}\\right|`;
  const written = name === 'log' ? 'ln' : name === 'atan' ? 'arctan' : name;
  return `\\${written}\\left(${argument}\\right)`;
}
