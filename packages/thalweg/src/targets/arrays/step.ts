/**
 * A step over whole arrays: evaluates a program's graph node by node in an algebra of arrays, without passes, and overwrites nothing before the step ends.
 * On plain numbers it is the reference for planner and kernels; on a framework's arrays it is the step that the framework traces.
 */
import { elementsOf, shapeNumber, wholeForm, type Form } from '../../language/form.ts';
import { FormTable } from '../../language/form-table.ts';
import { arrayOperands, isReduction, scopeOf, topological, variableOf, type Node } from '../../language/graph.ts';
import { KindTable } from '../../language/kind.ts';
import { isElementOp, isRoutineOp } from '../../language/op.ts';
import type { Program } from '../../language/program.ts';
import { parameter, type Variable } from '../../language/variable.ts';
import { visitScalar, type ScalarLeaf, type ScalarVisitor } from '../../plan/scalar.ts';
import type { ArrayAlgebra, Size, Sized, Tensor } from './algebra.ts';

/** What a step is given. */
export interface Given<T> {
  readonly tensors: readonly Tensor[];
  readonly time: T;
  readonly hyper: ReadonlyMap<string, T>;
  /** Values of the schedules over their bases, where there are some. */
  readonly factors?: ReadonlyMap<string, T>;
  /** `w`, `g`, inputs and states: one value for each tensor, or one where it is a number of the step. */
  readonly values: ReadonlyMap<Variable, readonly T[]>;
  /** The sums over more than a tensor, where other cohorts have a part in them (`joint.ts`). */
  readonly shared?: (sum: Node) => T;
}

/** Values of nodes: one for each tensor, or one. */
type Values<T> = Map<Node, readonly T[]>;

/** Evaluates a program. */
export class ArrayStep<T> {
  private readonly algebra: ArrayAlgebra<T>;
  private readonly program: Pick<Program, 'states'>;
  private readonly given: Given<T>;
  private readonly kinds: KindTable;
  private readonly forms: FormTable;
  private readonly values: Values<T> = new Map();

  constructor(algebra: ArrayAlgebra<T>, program: Pick<Program, 'states'>, given: Given<T>) {
    this.algebra = algebra;
    this.program = program;
    this.given = given;
    this.kinds = new KindTable(program.states);
    this.forms = new FormTable(program.states);
  }

  /** The values of a node: one for each tensor where it is an array or a number of each, else one. */
  of(node: Node): readonly T[] {
    const { values, given } = this;
    for (const part of topological([node], values)) {
      values.set(
        part,
        Array.from({ length: this.isEach(part) ? given.tensors.length : 1 }, (_, j) => this.compute(part, j)),
      );
    }
    return values.get(node) ?? [];
  }

  /** What `writes` assign, with the kinds that their variables have. */
  written(writes: ReadonlyMap<Variable, Node>): Map<Variable, readonly T[]> {
    return new Map([...writes].map(([written, node]) => [written, this.assigned(written, node)]));
  }

  private assigned(written: Variable, node: Node): readonly T[] {
    const kind = written === parameter ? 'array' : this.program.states.get(written)?.kind;
    const value = this.of(node);
    if (kind !== 'array' && kind !== 'tensor') return value;
    const each = this.given.tensors.map((_, j) => value[this.isEach(node) ? j : 0]!);
    if (kind === 'tensor' || this.isArray(node)) return each;
    const form = this.program.states.get(written)?.form ?? wholeForm;
    return each.map((x, j) => this.algebra.fill(x, this.sizeOf(form, j), this.given.tensors[j]!));
  }

  private isArray(node: Node): boolean {
    return this.kinds.of(node) === 'array';
  }

  private isEach(node: Node): boolean {
    return this.isArray(node) || this.kinds.of(node) === 'tensor';
  }

  private sizeOf(form: Form, j: number): Size {
    const { shape } = this.given.tensors[j]!;
    const count = (dimension: string): number => elementsOf(dimension === 'r' ? 'r1' : dimension === 'c' ? '1c' : '11', shape);
    return { rows: count(form.charAt(0)), cols: count(form.charAt(1)) };
  }

  private compute(node: Node, j: number): T {
    const { algebra, given } = this;
    const at = (operand: Node): T => this.values.get(operand)![this.isEach(operand) ? j : 0]!;
    if (isReduction(node)) return this.sum(node, j);
    if (!this.isArray(node)) {
      const visitor: ScalarVisitor<T> = {
        constant: (value) => algebra.constant(value),
        leaf: (one) => this.leaf(one, j),
        operation: (op, operands) => algebra.scalar(op, operands),
        normal: (x, dtype) => algebra.normal(x, dtype),
        compow: (b, t) => algebra.compow(b, t),
      };
      return visitScalar(node, visitor, at);
    }
    const variable = variableOf(node);
    if (variable !== undefined) return given.values.get(variable)![j]!;
    if (isRoutineOp(node.op)) {
      const arrays = arrayOperands(node);
      const tensor = given.tensors[j]!;
      const sized = arrays.map((operand): Sized<T> => {
        // A number that a condition put in the place of an array counts as one of the whole form, unless it is spread to another.
        const form = this.forms.of(operand) ?? (node.op === 'spread' ? this.forms.of(node) : undefined) ?? wholeForm;
        const size = this.sizeOf(form, j);
        return { value: this.isArray(operand) ? at(operand) : algebra.fill(at(operand), size, tensor), ...size };
      });
      const numbers = node.operands.slice(arrays.length).map(at);
      return algebra.routine(node.op, sized, numbers, this.sizeOf(this.forms.of(node) ?? wholeForm, j), tensor);
    }
    if (!isElementOp(node.op)) throw new RangeError(`${node.op} is no operation on arrays`);
    return algebra.elements(node.op, node.operands.map(at), node.operands.map((operand) => this.isArray(operand))); // prettier-ignore
  }

  /** A number that is given, of tensor `j` where there is one for each. */
  private leaf(leaf: ScalarLeaf, j: number): T {
    const { time, hyper, factors, tensors, values } = this.given;
    switch (leaf.kind) {
      case 'time':
        return time;
      case 'hyper':
        return hyper.get(leaf.name)!;
      case 'factor':
        return factors?.get(leaf.name) ?? this.algebra.constant(1);
      case 'shape':
        return this.algebra.constant(shapeNumber(leaf.name, tensors[j]!.shape));
      case 'input':
      case 'state': {
        const all = values.get(leaf.of)!;
        return all[all.length > 1 ? j : 0]!;
      }
      case 'sum':
        return this.sum(leaf.sum, j);
    }
  }

  /** A sum over tensor `j`, or over all tensors. */
  private sum(node: Node, j: number): T {
    if (scopeOf(node) === 'tensor') return this.own(node, j);
    return this.given.shared?.(node) ?? this.total(node);
  }

  /** A sum over all tensors of this step, in order. */
  total(node: Node): T {
    for (const operand of node.operands) this.of(operand);
    const { algebra, given } = this;
    return given.tensors
      .map((_, k) => this.own(node, k))
      .reduce((total, part) => algebra.scalar('add', [total, part]), algebra.constant(0));
  }

  private own(node: Node, k: number): T {
    const { op } = node;
    if (op !== 'sum' && op !== 'dot') throw new RangeError(`${op} is no sum`);
    const isArray = node.operands.map((operand) => this.isArray(operand));
    const form = node.operands.map((operand) => this.forms.of(operand)).find((one) => one !== undefined) ?? wholeForm;
    const { rows, cols } = this.sizeOf(form, k);
    return this.algebra.sum(op, node.operands.map((operand) => this.values.get(operand)![this.isEach(operand) ? k : 0]!), isArray, rows * cols); // prettier-ignore
  }
}
