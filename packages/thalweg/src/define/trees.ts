/**
 * Trees as users call for them: the functions of the language, which refuse here what is no tree, no text and no function, before they walk it. Knows the
 * language and LaTeX.
 */
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
  if (!isExpression(value)) wrongOption(owner, 'expression', value, 'a tree, as parseExpression gives');
}

function requireEquations(owner: string, value: unknown): void {
  if (!Array.isArray(value)) wrongOption(owner, 'equations', value, 'a list of trees, as parseEquations gives');
  const wrong = value.findIndex((one) => !isEquation(one));
  if (wrong >= 0) wrongOption(owner, `equations[${String(wrong)}]`, value[wrong], 'a tree, as parseEquations gives');
}

/** Splits the equations of `owner` into tokens. Throws an EquationError at a character that has no meaning. */
export function tokenize(owner: string, text: string): Token[] {
  for (const [option, value] of Object.entries({ owner, text })) requireText('tokenize', option, value);
  return readTokens(owner, text);
}

/** Reads the equations of `owner`. Throws an EquationError at the first place that cannot be read. */
export function parseEquations(owner: string, text: string): Equation[] {
  for (const [option, value] of Object.entries({ owner, text })) requireText('parseEquations', option, value);
  return parse(owner, text);
}

/** Reads one expression, such as a schedule's. Throws an EquationError at the first place that cannot be read. */
export function parseExpression(owner: string, text: string): Expression {
  for (const [option, value] of Object.entries({ owner, text })) requireText('parseExpression', option, value);
  return readExpression(owner, text);
}

/** The text of an expression; reading it gives the same tree. */
export function printExpression(expression: Expression): string {
  requireExpression('printExpression', expression);
  return writeExpression(expression);
}

/** The text of equations, one a line; reading it gives the same trees. */
export function printEquations(equations: readonly Equation[]): string {
  requireEquations('printEquations', equations);
  return writeEquations(equations);
}

/** LaTeX of an expression; `name` typesets names, which are given in their ASCII spelling. */
export function expressionToLatex(expression: Expression, name?: (spelling: string) => string): string {
  requireExpression('expressionToLatex', expression);
  requireFunction('expressionToLatex', 'name', name);
  return latex.expressionToLatex(expression, name);
}

/** LaTeX of equations line by line; `name` typesets names, which are given in their ASCII spelling. */
export function equationsToLatex(equations: readonly Equation[], name?: (spelling: string) => string): latex.EquationLatex[] {
  requireEquations('equationsToLatex', equations);
  requireFunction('equationsToLatex', 'name', name);
  return latex.equationsToLatex(equations, name);
}

/** A number that stands in no text; `text` is how it is to be shown. */
export function numberNode(value: number, text?: string): NumberNode {
  if (typeof (value as unknown) !== 'number') wrongOption('numberNode', 'value', value, 'a number');
  if (text !== undefined) requireText('numberNode', 'text', text);
  return trees.numberNode(value, text);
}

/** A name that stands in no text: its ASCII spelling, and how it is written. */
export function nameNode(name: string, written: string = name): NameNode {
  for (const [option, value] of Object.entries({ name, written })) requireText('nameNode', option, value);
  return trees.nameNode(name, written);
}

/** An operation that stands in no text. Throws an OptionError for one that there is not, and where it takes another number of operands. */
export function operationNode(op: SurfaceOp, operands: readonly Expression[], scope: Scope = 'tensor'): OperationNode {
  if (!isExpression({ kind: 'apply', op, operands, scope }))
    wrongOption('operationNode', 'op', op, 'an operation with as many operands as it takes, and a scope');
  return trees.operationNode(op, operands, scope);
}

/** The names that an expression reads, in their ASCII spelling, in the order in which they stand there. */
export function namesIn(expression: Expression): string[] {
  requireExpression('namesIn', expression);
  return trees.namesIn(expression);
}

/** The expression with each node for which `replace` returns another replaced by that, from the outermost inwards; what was put in is not looked at again. */
export function substitute(expression: Expression, replace: (node: Expression) => Expression | undefined): Expression {
  requireExpression('substitute', expression);
  if (!isCallable(replace)) wrongOption('substitute', 'replace', replace, 'a function');
  return trees.substitute(expression, (node) => {
    const other = replace(node);
    if (other !== undefined) requireExpression('substitute, what replace returned', other);
    return other;
  });
}

/** The equations with names replaced, those that are assigned and those that are read; `names` maps ASCII spellings to new names. */
export function renameNames(equations: readonly Equation[], names: ReadonlyMap<string, NameNode>): Equation[] {
  requireEquations('renameNames', equations);
  const right = (value: unknown): boolean => isExpression(value) && value.kind === 'name';
  if (Object.prototype.toString.call(names) !== '[object Map]' || ![...names.values()].every(right))
    wrongOption('renameNames', 'names', names, 'a Map from spellings to names, as nameNode gives');
  return trees.renameNames(equations, names);
}
