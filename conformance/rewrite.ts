/** Methods with other equations, changed as trees: how a text is spaced, and what a name is part of, make no difference. Knows the public face only. */
import { EquationError, nameNode, numberNode, operationNode, parseEquations, parseExpression, printEquations, substitute } from 'thalweg';
import type { Equation, Expression, Method } from 'thalweg';

/** The method as it goes on after step `from`, with every t counted from there. */
export function shifted(method: Method, from: number): Method {
  const later = operationNode('add', [nameNode('t'), numberNode(from)]);
  return changed(method, (node) => (node.kind === 'name' && node.name === 't' ? later : undefined));
}

/**
 * The method with `wrong` wherever its part of this name has `right`: an expression, or equations that follow each other. Undefined where it has
 * it nowhere.
 */
export function mistaken(method: Method, name: string, right: string, wrong: string): Method | undefined {
  const puts: unknown[] = [];
  const put = <T>(other: T): T => {
    puts.push(other);
    return other;
  };
  const equations = equationsIn(right);
  if (equations !== undefined) {
    const [sought, other] = [equations.map(meaning), parseEquations('wrong', wrong)];
    const made = method.rewrite((text, part) => {
      const all = parseEquations(part, text);
      const at = part === name ? all.findIndex((_, i) => sought.every((one, j) => meaning(all[i + j]) === one)) : -1;
      return at < 0 ? text : printEquations(put([...all.slice(0, at), ...other, ...all.slice(at + sought.length)]));
    });
    return puts.length > 0 ? made : undefined;
  }
  const [sought, other] = [meaning(parseExpression('right', right)), parseExpression('wrong', wrong)];
  const made = changed(method, (node, part) => (part === name && meaning(node) === sought ? put(other) : undefined));
  return puts.length > 0 ? made : undefined;
}

/** The method with every node replaced for which there is another. */
function changed(method: Method, replace: (node: Expression, part: string) => Expression | undefined): Method {
  return method.rewrite((text, part) =>
    printEquations(parseEquations(part, text).map((one) => ({ ...one, value: substitute(one.value, (node) => replace(node, part)) }))),
  );
}

/** The equations of a text; undefined where it is an expression. */
function equationsIn(text: string): readonly Equation[] | undefined {
  try {
    return parseEquations('right', text);
  } catch (error) {
    if (error instanceof EquationError) return undefined;
    throw error;
  }
}

/** What two trees have in common that mean the same, wherever they stand and however names are spelt. */
function meaning(tree: unknown): string {
  return JSON.stringify(tree, (key, part: unknown) => (['span', 'written', 'text'].includes(key) ? undefined : part));
}
