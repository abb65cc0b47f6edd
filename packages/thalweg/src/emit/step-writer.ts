/**
 * The equations of a step as lines of Python: what each name is called where it is read, and the blocks of a step with sums over several parameters. A
 * target says how it assigns. Knows models and array libraries; no file.
 */
import type { Expression, OperationNode } from '../language/tree.ts';
import type { InspectedPart } from '../define/inspection.ts';
import { toPython, type ArrayLibrary, type Scene } from '../targets/text/python.ts';
import { blocksOf, isEach, type Block, type Statement } from './blocks.ts';
import type { Line, Model, Name } from './model.ts';

/** How a target writes a step. */
export interface StepStyle {
  readonly library: ArrayLibrary;
  /** An assignment; `value` is its right side. */
  readonly assign: (line: Line, target: string, value: string) => readonly string[];
  /** The sum of a text over all parameters, of the group or of all, and the root of a number that is made so. */
  readonly sumOver: (text: string, operation: OperationNode) => string;
  readonly root: (text: string) => string;
  /** Sums of equations that are computed once which stand for themselves. */
  readonly alone?: (operation: OperationNode) => boolean;
  /** How a name of no parameter is written, where not as it is. */
  readonly shared?: (one: Name) => string;
}

/** The attributes of one parameter, where a step is not one loop: `p`. */
export const record = 'p';

/** Writes steps. */
export class StepWriter {
  /** Functions and modules that what was written needs. */
  readonly needed = new Set<string>();
  /** The step: one block where parameters are stepped one by one. */
  readonly blocks: readonly Block[];
  private readonly model: Model;
  private readonly style: StepStyle;
  private readonly hoisted: ReadonlyMap<OperationNode, string>;

  constructor(model: Model, style: StepStyle) {
    this.model = model;
    this.style = style;
    const joint = model.isJoint ? blocksOf(model, style.alone) : undefined;
    this.blocks = joint?.blocks ?? [{ each: true, statements: model.lines.map((line) => ({ line })) }];
    this.hoisted = joint?.hoisted ?? new Map();
  }

  readonly needs = (what: string): void => void this.needed.add(what);

  /** How a name is written. */
  name(one: Name): string {
    const isOfEach = one.role === 'shape' || isEach(one);
    return this.model.isJoint && isOfEach ? `${record}.${one.id}` : (this.style.shared?.(one) ?? one.id);
  }

  /** An expression of a part. `plain` is for where there is no `p`. */
  print(part: InspectedPart, expression: Expression, binds = 0, plain = false): string {
    return toPython(expression, this.scene(part, plain), binds);
  }

  /** The lines of a statement: none for `x ← x`, by which a state stays. */
  lines(statement: Statement): readonly string[] {
    if ('hoisted' in statement) {
      const { id, part, operation } = statement.hoisted;
      return [`${id} = ${this.joint(part, operation)}`];
    }
    const { part, equation, target } = statement.line;
    if (equation.value.kind === 'name' && equation.value.name === equation.target.name) return [];
    return this.style.assign(statement.line, this.name(target), this.print(part, equation.value));
  }

  /** The names that some lines of a part read or assign. */
  private scene(part: InspectedPart, plain: boolean): Scene {
    const { model, style, needs } = this;
    return {
      library: style.library,
      needs,
      isNever: (text, value) => model.isNever(part, text, value),
      over: (operation) => this.hoisted.get(operation) ?? this.joint(part, operation),
      sortOf: (expression) => model.sortOf(part, expression),
      name: (text) => {
        const one = model.nameOf(part, text);
        if (one.role === 'constant') needs('math');
        if (one.role === 'shape') needs(one.id);
        return plain ? one.id : this.name(one);
      },
    };
  }

  private joint(part: InspectedPart, operation: OperationNode): string {
    const [a, b] = operation.operands;
    const x = (of: Expression | undefined, binds: number): string => (of === undefined ? '' : this.print(part, of, binds));
    switch (operation.op) {
      case 'norm':
        return this.style.root(this.style.sumOver(`${x(a, 6)}**2`, operation));
      case 'inner':
        return this.style.sumOver(`${x(a, 3)} * ${x(b, 4)}`, operation);
      default:
        return this.style.sumOver(x(a, 0), operation);
    }
  }
}
