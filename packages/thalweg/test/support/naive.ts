/**
 * A second meaning of programs, for tests: every step is one over whole arrays of plain numbers, with nothing split into passes and nothing overwritten
 * before it ends. What the planner and the kernels make must agree with it bit for bit.
 */
import { elementsOf, wholeForm } from '../../src/language/form.ts';
import { FormTable } from '../../src/language/form-table.ts';
import { inputVariable } from '../../src/language/part.ts';
import type { Program } from '../../src/language/program.ts';
import { gradient, parameter, type Variable } from '../../src/language/variable.ts';
import type { DType } from '../../src/plan/dtype.ts';
import { plain, type Quantization } from '../../src/plan/format.ts';
import { prepare, type Prepared } from '../../src/plan/plan.ts';
import { kernelRules } from '../../src/plan/kernel-rules.ts';
import { rewrite } from '../../src/plan/rewrite.ts';
import { hostConditions, specialize } from '../../src/plan/specialize.ts';
import type { Tensor } from '../../src/targets/arrays/algebra.ts';
import { numbersOf } from '../../src/targets/arrays/numbers.ts';
import { ArrayStep, type Given } from '../../src/targets/arrays/step.ts';
import { decode, encode } from '../../src/targets/loops/quantization.ts';
import { hashOf, keyOf } from '../../src/targets/loops/random.ts';

type Arrays = readonly (readonly number[])[];

/** How to run a program. */
export interface NaiveOptions {
  /** Leave the denormal rule out: what is small stays as IEEE arithmetic makes it. */
  readonly denormals?: boolean;
  readonly quantizations?: ReadonlyMap<Variable, Quantization>;
  /** Without it, leave all rules of the exact plan out. */
  readonly exact?: boolean;
  /** The shapes of the tensors, where they are no vectors. */
  readonly shapes?: readonly (readonly number[])[];
}

/** Runs a program step by step. Tensors are called p0, p1, …, which random bits follow from. */
export class NaiveOptimizer {
  /** An array for each tensor, or one number. */
  readonly values = new Map<Variable, Arrays>();
  private t = 0;
  private readonly prepared: Pick<Prepared, 'writes' | 'conditions'>;
  private readonly program: Program;
  private readonly dtype: DType;
  private readonly hyper: Given<readonly number[]>['hyper'];
  private readonly quantizations: ReadonlyMap<Variable, Quantization>;
  private readonly tensors: readonly Tensor[];

  constructor(program: Program, dtype: DType, hyper: Readonly<Record<string, number>>, w: Arrays, options: NaiveOptions = {}) {
    const { denormals = false, quantizations = plain, exact = true, shapes } = options;
    this.quantizations = quantizations;
    this.program = program;
    this.dtype = dtype;
    this.hyper = new Map(Object.entries(hyper).map(([key, value]) => [key, [value]]));
    this.tensors = w.map((values, j) => ({ name: `p${String(j)}`, shape: shapes?.[j] ?? [values.length] }));
    const { writes } = prepare(program, dtype, { exact });
    const taken = denormals ? rewrite(program, dtype, kernelRules) : writes;
    this.prepared = { writes: taken, conditions: hostConditions(taken.values(), program.states) };
    this.values.set(parameter, this.rounded(w));
    for (const [state, { kind, form = wholeForm }] of program.states) {
      const each = this.tensors.map(({ shape }) => new Array<number>(kind === 'array' ? elementsOf(form, shape) : 1).fill(0));
      this.values.set(state, kind === 'array' || kind === 'tensor' ? each : [[0]]);
    }
  }

  /** Takes a step with these gradients, and inputs by name. */
  step(g: Arrays, inputs: Readonly<Record<string, Arrays>> = {}): void {
    this.t += 1;
    const { program, prepared, values } = this;
    values.set(gradient, this.rounded(g));
    for (const input of program.inputs) values.set(inputVariable(input), inputs[input.name] ?? []);
    const run = new ArrayStep(numbersOf(this.dtype), program, { tensors: this.tensors, time: [this.t], hyper: this.hyper, values });
    // A condition of the step takes one branch as it is: a number stays a number of float64 where the other branch is an array.
    const outcomes = new Map(prepared.conditions.map((condition) => [condition, run.of(condition)[0]?.[0] !== 0]));
    const after = run.written(specialize(program.graph, prepared.writes, outcomes, new FormTable(program.states)));
    for (const [written, next] of after) {
      const coding = this.quantizations.get(written);
      values.set(written, coding === undefined ? next : next.map((one, j) => this.stored(one, j, coding)));
    }
  }

  /** What is left of a tensor that is stored in a format. */
  private stored(values: readonly number[], j: number, { format, draw }: Quantization): number[] {
    const memory = new ArrayBuffer(4 * (values.length + 32));
    const codes = { bytes: new Uint8Array(memory), halves: new Uint16Array(memory) };
    const place = { at: 0, scalesAt: 2 * (values.length + 32) };
    encode({ format, draw, scales: 1 }, codes, place, 0, Float32Array.from(values), keyOf(hashOf(`p${String(j)}`), this.t, 0));
    const out = new Float32Array(values.length);
    decode(format, codes, place, 0, values.length, out);
    return [...out];
  }

  private rounded(arrays: Arrays): Arrays {
    return arrays.map((values) => (this.dtype === 'float32' ? [...Float32Array.from(values)] : [...values]));
  }
}
