/** Syntax trees, as users call for them: the functions of the language, with arguments checked before a tree is walked. Knows the language and LaTeX. */
import { tokenize as readTokens, type Token } from '../language/lexer.ts';
import { operations, type SurfaceOp } from '../language/op.ts';
import type { Scope } from '../language/operations/operation.ts';
import { isCallable, isRecord, wrongOption } from '../language/options.ts';
import { parse, parseExpression as readExpression } from '../language/parser.ts';
import { printEquations as writeEquations, printExpression as writeExpression } from '../language/print.ts';
import * as trees from '../language/tree.ts';
import type { Equation, Expression, NameNode, NumberNode, OperationNode } from '../language/tree.ts';
import * as latex from '../targets/text/latex.ts';

/** Levels of a tree: more than any text within the limits has. */
const deepest = 2000;

const isText = (value: unknown): value is string => typeof value === 'string';

function requireText(owner: string, option: string, value: unknown): void {
  if (!isText(value)) wrongOption(owner, option, value, 'a text');
}

function requireFunction(owner: string, option: string, value: unknown): void {
  if (value !== undefined && !isCallable(value)) wrongOption(owner, option, value, 'a function');
}

function isExpression(value: unknown, depth = 0): value is Expression {
  if (!isRecord(value) || depth > deepest) return false;
  const { kind, op, operands } = value;
  if (kind === 'number') return typeof value['value'] === 'number' && isText(value['text']);
  if (kind === 'name') return isText(value['name']) && isText(value['written']);
  if (kind !== 'apply' || !isText(op) || !Object.hasOwn(operations, op) || !Array.isArray(operands)) return false;
  return (
    operands.length === operations[op as SurfaceOp].takes.length &&
    isScope(value['scope']) &&
    operands.every((one) => isExpression(one, depth + 1))
  );
}

const isScope = (value: unknown): value is Scope => value === 'tensor' || value === 'group' || value === 'all';

function isEquation(value: unknown): value is Equation {
  return isRecord(value) && isExpression(value['target']) && value['target'].kind === 'name' && isExpression(value['value']);
}

function requireExpression(owner: string, value: unknown): void {
  if (!isExpression(value)) wrongOption(owner, 'expression', value, 'a syntax tree, as parseExpression returns');
}

function requireEquations(owner: string, value: unknown): void {
  if (!Array.isArray(value)) wrongOption(owner, 'equations', value, 'a list of syntax trees, as parseEquations returns');
  const wrong = value.findIndex((one) => !isEquation(one));
  if (wrong >= 0) wrongOption(owner, `equations[${String(wrong)}]`, value[wrong], 'a syntax tree, as parseEquations returns');
}

/**
 * Splits the equations of `owner` (a name for error messages) into tokens. Throws an EquationError at the first character that is not part of the language.
 *
 * @example
 * ```ts
 * import { tokenize } from 'thalweg';
 * tokenize('f', 'x² − π').map(({ text }) => text); // ['x', '2', '-', 'pi', '']
 * ```
 */
export function tokenize(owner: string, text: string): Token[] {
  for (const [option, value] of Object.entries({ owner, text })) requireText('tokenize', option, value);
  return readTokens(owner, text);
}

/**
 * Parses the equations of `owner` (a name for error messages). Throws an EquationError at the first syntax error.
 *
 * @example
 * ```ts
 * import { parseEquations } from 'thalweg';
 * parseEquations('mine', 'm ← β·m + g').map(({ target }) => target.name); // ['m']
 * ```
 */
export function parseEquations(owner: string, text: string): Equation[] {
  for (const [option, value] of Object.entries({ owner, text })) requireText('parseEquations', option, value);
  return parse(owner, text);
}

/**
 * Parses one expression, such as a schedule's. Throws an EquationError at the first syntax error.
 *
 * @example
 * ```ts
 * import { parseExpression } from 'thalweg';
 * parseExpression('mine', '√t').kind; // 'apply'
 * ```
 */
export function parseExpression(owner: string, text: string): Expression {
  for (const [option, value] of Object.entries({ owner, text })) requireText('parseExpression', option, value);
  return readExpression(owner, text);
}

/**
 * The text of an expression; parsing it gives the same tree.
 *
 * @example
 * ```ts
 * import { parseExpression, printExpression } from 'thalweg';
 * printExpression(parseExpression('mine', 'sqrt(v_hat) + eps')); // '√v_hat + eps'
 * ```
 */
export function printExpression(expression: Expression): string {
  requireExpression('printExpression', expression);
  return writeExpression(expression);
}

/**
 * The text of equations, one per line; parsing it gives the same trees.
 *
 * @example
 * ```ts
 * import { parseEquations, printEquations } from 'thalweg';
 * printEquations(parseEquations('mine', 'w <- w - lr*g')); // 'w ← w − lr·g'
 * ```
 */
export function printEquations(equations: readonly Equation[]): string {
  requireEquations('printEquations', equations);
  return writeEquations(equations);
}

/**
 * The LaTeX of an expression; `name` maps a name's ASCII spelling to its LaTeX.
 *
 * @example
 * ```ts
 * import { expressionToLatex, parseExpression } from 'thalweg';
 * expressionToLatex(parseExpression('mine', 'a / √t')); // '\\frac{a}{\\sqrt{t}}'
 * ```
 */
export function expressionToLatex(expression: Expression, name?: (spelling: string) => string): string {
  requireExpression('expressionToLatex', expression);
  requireFunction('expressionToLatex', 'name', name);
  return latex.expressionToLatex(expression, name);
}

/**
 * The LaTeX of equations, line by line; `name` maps a name's ASCII spelling to its LaTeX.
 *
 * @example
 * ```ts
 * import { equationsToLatex, parseEquations } from 'thalweg';
 * equationsToLatex(parseEquations('mine', 'w ← w − η·g')).map(({ value }) => value); // ['w - \\eta g']
 * ```
 */
export function equationsToLatex(equations: readonly Equation[], name?: (spelling: string) => string): latex.EquationLatex[] {
  requireEquations('equationsToLatex', equations);
  requireFunction('equationsToLatex', 'name', name);
  return latex.equationsToLatex(equations, name);
}

/**
 * Makes a number node; `text` is how it is printed.
 *
 * @example
 * ```ts
 * import { numberNode, printExpression } from 'thalweg';
 * printExpression(numberNode(0.5, '½')); // '½'
 * ```
 */
export function numberNode(value: number, text?: string): NumberNode {
  if (typeof (value as unknown) !== 'number') wrongOption('numberNode', 'value', value, 'a number');
  if (text !== undefined) requireText('numberNode', 'text', text);
  return trees.numberNode(value, text);
}

/**
 * Makes a name node from its ASCII spelling and how it is written.
 *
 * @example
 * ```ts
 * import { nameNode, printExpression } from 'thalweg';
 * printExpression(nameNode('beta1', 'β₁')); // 'β₁'
 * ```
 */
export function nameNode(name: string, written: string = name): NameNode {
  for (const [option, value] of Object.entries({ name, written })) requireText('nameNode', option, value);
  return trees.nameNode(name, written);
}

/**
 * Makes an operation node. Throws an OptionError for an unknown operation or a wrong number of operands.
 *
 * @example
 * ```ts
 * import { nameNode, numberNode, operationNode, printExpression } from 'thalweg';
 * printExpression(operationNode('mul', [numberNode(2), nameNode('g')])); // '2·g'
 * ```
 */
export function operationNode(op: SurfaceOp, operands: readonly Expression[], scope: Scope = 'tensor'): OperationNode {
  if (!isExpression({ kind: 'apply', op, operands, scope }))
    wrongOption('operationNode', 'op', op, 'an operation with as many operands as it takes, and a scope');
  return trees.operationNode(op, operands, scope);
}

/**
 * The names that an expression reads, in their ASCII spelling, in order.
 *
 * @example
 * ```ts
 * import { namesIn, parseExpression } from 'thalweg';
 * namesIn(parseExpression('mine', 'β₁·m + g')); // ['beta1', 'm', 'g']
 * ```
 */
export function namesIn(expression: Expression): string[] {
  requireExpression('namesIn', expression);
  return trees.namesIn(expression);
}

/**
 * The expression with each node replaced for which `replace` returns another, from the outermost inwards; replacements are not visited.
 *
 * @example
 * ```ts
 * import { numberNode, parseExpression, printExpression, substitute } from 'thalweg';
 * const half = substitute(parseExpression('mine', 'η·g'), (node) => (node.kind === 'name' && node.name === 'eta' ? numberNode(0.5) : undefined));
 * printExpression(half); // '0.5·g'
 * ```
 */
export function substitute(expression: Expression, replace: (node: Expression) => Expression | undefined): Expression {
  requireExpression('substitute', expression);
  if (!isCallable(replace)) wrongOption('substitute', 'replace', replace, 'a function');
  return trees.substitute(expression, (node) => {
    const other = replace(node);
    if (other !== undefined) requireExpression('substitute, what replace returned', other);
    return other;
  });
}

/**
 * The equations with assigned and read names replaced; `names` maps ASCII spellings to new names.
 *
 * @example
 * ```ts
 * import { nameNode, parseEquations, printEquations, renameNames } from 'thalweg';
 * const renamed = renameNames(parseEquations('mine', 'm ← m + g'), new Map([['m', nameNode('sum')]]));
 * printEquations(renamed); // 'sum ← sum + g'
 * ```
 */
export function renameNames(equations: readonly Equation[], names: ReadonlyMap<string, NameNode>): Equation[] {
  requireEquations('renameNames', equations);
  const right = (value: unknown): boolean => isExpression(value) && value.kind === 'name';
  if (Object.prototype.toString.call(names) !== '[object Map]' || ![...names.values()].every(right))
    wrongOption('renameNames', 'names', names, 'a Map from spellings to names, as nameNode returns');
  return trees.renameNames(equations, names);
}
