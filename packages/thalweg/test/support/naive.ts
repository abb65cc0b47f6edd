/**
 * A second meaning of programs, for tests: evaluates the graph node by node over whole arrays, with nothing split into passes and
 * nothing overwritten before the step ends. What the planner and the lowerings make must agree with it bit for bit.
 */
import { shapeNumber } from '../../src/language/form.ts';
import { isReduction, scopeOf, topological, variableOf, type Node } from '../../src/language/graph.ts';
import { isElementOp } from '../../src/language/op.ts';
import { elements } from '../../src/language/operations/elements.ts';
import type { Program } from '../../src/language/program.ts';
import { gradient, parameter, type Variable } from '../../src/language/variable.ts';
import { decode, encode } from '../../src/targets/loops/coding.ts';
import { onElements } from '../../src/targets/loops/js/arithmetic.ts';
import { hashOf, keyOf } from '../../src/targets/loops/random.ts';
import type { DType } from '../../src/plan/dtype.ts';
import { plain, type Coding } from '../../src/plan/format.ts';
import { prepare, type Variants } from '../../src/plan/plan.ts';
import { rewrite } from '../../src/plan/rewrite.ts';
import { hostConditions, specialise } from '../../src/plan/specialise.ts';

/** An array per tensor, or one number. */
type Value = readonly (readonly number[])[] | number;

/** Runs a program step by step. */
export class NaiveOptimizer {
  readonly values = new Map<Variable, readonly (readonly number[])[]>();
  private t = 0;
  private readonly prepared: Variants;
  private readonly program: Program;
  private readonly dtype: DType;
  private readonly hyper: Readonly<Record<string, number>>;

  private readonly codings: ReadonlyMap<Variable, Coding>;

  /** With `denormals`, what is small stays as IEEE arithmetic makes it: the denormal rule is left out; without `exact`, so are all rules of the exact plan. Tensors are called p0, p1, …, which random bits follow from. */
  constructor(
    program: Program,
    dtype: DType,
    hyper: Readonly<Record<string, number>>,
    w: readonly (readonly number[])[],
    {
      denormals = false,
      codings = plain,
      exact = true,
    }: { denormals?: boolean; codings?: ReadonlyMap<Variable, Coding>; exact?: boolean } = {},
  ) {
    this.codings = codings;
    this.program = program;
    this.dtype = dtype;
    this.hyper = hyper;
    const prepared = prepare(program, dtype, { exact });
    const writes = denormals ? rewrite(program.graph, program.writes, program.states, dtype) : prepared.writes;
    this.prepared = { ...prepared, writes, conditions: hostConditions(writes.values(), program.states) };
    this.values.set(
      parameter,
      w.map((tensor) => tensor.map((x) => this.round(x))),
    );
    for (const [state, kind] of program.states) {
      this.values.set(
        state,
        w.map((tensor) => (kind === 'array' ? tensor.map(() => 0) : [0])),
      );
    }
  }

  step(g: readonly (readonly number[])[]): void {
    this.t += 1;
    this.values.set(
      gradient,
      g.map((tensor) => tensor.map((x) => this.round(x))),
    );
    const memo = new Map<Node, Value>();
    const { conditions, writes } = this.prepared;
    for (const node of topological(conditions)) memo.set(node, this.evaluate(node, memo));
    // A condition of the step takes one branch as it is: a number stays a number of float64 where the other branch is an array.
    const taken = specialise(this.program.graph, writes, new Map(conditions.map((condition) => [condition, memo.get(condition) !== 0])));
    for (const node of topological(taken.values())) memo.set(node, this.evaluate(node, memo));
    for (const [written, node] of taken) {
      const value = memo.get(node) ?? 0;
      const isArray = written === parameter || this.program.states.get(written) === 'array';
      const spread = (values: readonly number[], j: number): number[] =>
        values.map((_, i) => (typeof value === 'number' ? this.round(value) : this.round(value[j]?.[i] ?? value[j]?.[0] ?? NaN)));
      const scalar = (_: readonly number[], j: number): number[] => [typeof value === 'number' ? value : (value[j]?.[0] ?? NaN)];
      const next = (this.values.get(written) ?? []).map(isArray ? spread : scalar);
      const coding = this.codings.get(written);
      this.values.set(written, coding === undefined ? next : next.map((values, j) => this.stored(values, j, coding)));
    }
  }

  /** What is left of a tensor that is stored in a format. */
  private stored(values: readonly number[], j: number, { format, draw }: Coding): number[] {
    const memory = new ArrayBuffer(4 * (values.length + 32));
    const codes = { bytes: new Uint8Array(memory), halves: new Uint16Array(memory) };
    const place = { at: 0, scalesAt: 2 * (values.length + 32) };
    encode({ format, draw, scales: 1 }, codes, place, 0, Float32Array.from(values), keyOf(hashOf(`p${String(j)}`), this.t, 0));
    const out = new Float32Array(values.length);
    decode(format, codes, place, 0, values.length, out);
    return [...out];
  }

  private get tensors(): readonly (readonly number[])[] {
    return this.values.get(parameter) ?? [];
  }

  private round(x: number): number {
    return this.dtype === 'float32' ? Math.fround(x) : x;
  }

  /** A tensor scalar is an array of one-element arrays; it is told from a real array by its node's place in `program.states`. */
  private evaluate(node: Node, memo: ReadonlyMap<Node, Value>): Value {
    if (node.op === 'const') return Number(node.attribute);
    if (node.op === 'time') return this.t;
    if (node.op === 'factor') return 1;
    if (node.op === 'shape') return new TensorScalars(this.tensors.map(({ length }) => [shapeNumber(String(node.attribute), [length])]));
    if (node.op === 'hyper') return this.hyper[String(node.attribute)] ?? NaN;
    const given = variableOf(node);
    if (given !== undefined) {
      const kind = node.op === 'array' ? 'array' : this.program.states.get(given);
      const value = this.values.get(given) ?? [];
      return kind === 'array' ? value : kind === 'tensor' ? new TensorScalars(value) : (value[0]?.[0] ?? 0);
    }
    const operands = node.operands.map((operand) => memo.get(operand) ?? 0);
    if (isReduction(node)) return this.reduce(node, operands);
    if (node.op === 'normal') return Number(this.isNormal(Number(operands[0])));
    if (node.op === 'compow') return -Math.expm1(Number(operands[1]) * Math.log(Number(operands[0])));
    if (!isElementOp(node.op)) throw new RangeError(`${node.op} is unknown`);
    const apply = elements[node.op].value;
    const forArrays = onElements(node.op);
    const shape = operands.find((value) => typeof value !== 'number' && !(value instanceof TensorScalars));
    const pick = (value: Value | undefined, j: number, i: number, isArray: boolean): number => {
      if (typeof value === 'number' || value === undefined) return isArray ? this.round(value ?? 0) : (value ?? 0);
      return value instanceof TensorScalars ? pick(value[j]?.[0] ?? NaN, j, i, isArray) : (value[j]?.[i] ?? NaN);
    };
    const [a, b, c] = operands;
    if (shape !== undefined && typeof shape !== 'number') {
      const isSelect = node.op === 'select';
      return shape.map((tensor, j) =>
        tensor.map((_, i) => this.round(forArrays(pick(a, j, i, !isSelect), pick(b, j, i, true), pick(c, j, i, true)))),
      );
    }
    if (operands.some((value) => value instanceof TensorScalars)) {
      return new TensorScalars(this.tensors.map((_, j) => [apply(pick(a, j, 0, false), pick(b, j, 0, false), pick(c, j, 0, false))]));
    }
    return apply(pick(a, 0, 0, false), pick(b, 0, 0, false), pick(c, 0, 0, false));
  }

  private reduce(node: Node, [a, b]: readonly Value[]): Value {
    const w = this.values.get(parameter) ?? [];
    const at = (value: Value | undefined, j: number, i: number): number =>
      typeof value === 'number'
        ? this.round(value)
        : value instanceof TensorScalars
          ? this.round(value[j]?.[0] ?? NaN)
          : (value?.[j]?.[i] ?? NaN);
    const totals = w.map((tensor, j) => {
      const lanes = this.dtype === 'float32' ? 8 : 4;
      const lane = new Array<number>(lanes).fill(0);
      tensor.forEach((_, i) => (lane[i % lanes] = lane[i % lanes]! + (node.op === 'dot' ? at(a, j, i) * at(b, j, i) : at(a, j, i))));
      const pairs = lane.length === 4 ? [lane] : [lane.slice(0, 4), lane.slice(4)];
      const side = (parity: number): number => pairs.map((four) => four[parity]! + four[parity + 2]!).reduce((x, y) => x + y);
      return [tensor.length === 0 ? 0 : 0 + (side(0) + side(1))];
    });
    if (scopeOf(node) === 'tensor') return new TensorScalars(totals);
    return totals.reduce((sum, [total = 0]) => sum + total, 0);
  }

  private isNormal(x: number): boolean {
    const [low, high] = this.dtype === 'float32' ? [2 ** -126, 3.4028234663852886e38] : [2 ** -1022, Number.MAX_VALUE];
    return Math.abs(x) >= low && Math.abs(x) <= high;
  }
}

/** One number per tensor. */
class TensorScalars extends Array<readonly number[]> {
  constructor(values: readonly (readonly number[])[]) {
    super();
    this.push(...values);
  }

  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }
}
