/** The scalars of a step in C: fields of the struct, or expressions of the C library's functions. */
import type { Node } from '../../language/graph.ts';
import type { ElementOp } from '../../language/operations/elements.ts';
import type { DType } from '../../plan/dtype.ts';
import { visitScalar, type ScalarLeaf, type ScalarVisitor } from '../../plan/scalar.ts';
import type { Helpers } from '../../targets/loops/c/source.ts';
import { atom, number, operation, type Expression } from './expression.ts';

/** Writes numbers; `leaf` says what stands for one that is given, and for a sum. */
export class ScalarWriter implements ScalarVisitor<Expression> {
  private readonly helpers: Helpers;
  readonly leaf: (leaf: ScalarLeaf) => Expression;

  constructor(helpers: Helpers, leaf: (leaf: ScalarLeaf) => Expression) {
    [this.helpers, this.leaf] = [helpers, leaf];
  }

  /** A number, of operands that are known. */
  write(node: Node, of: (operand: Node) => Expression): Expression {
    return visitScalar(node, this, of);
  }

  constant(value: number): Expression {
    return number(value, 'double');
  }

  operation(op: ElementOp, operands: readonly Expression[]): Expression {
    return operation(op, operands, 'double', this.helpers);
  }

  normal(x: Expression, dtype: DType): Expression {
    return atom(`${this.helpers.use(`is_normal_${dtype}`)}(${x.text})`);
  }

  compow(b: Expression, t: Expression): Expression {
    return atom(`${this.helpers.use('one_minus_power')}(${b.text}, ${t.text})`);
  }
}
