/**
 * A method prepared for tracing by jax-js: its groups' programs without the rules that only exactness requires, its hyperparameters, and errors for what
 * jax-js does not support. Knows no arrays.
 */
import { OptionError, ThalwegError } from '../language/error.ts';
import { topological, type Node } from '../language/graph.ts';
import { isRoutineOp } from '../language/op.ts';
import type { RoutineOp } from '../language/operations/routines.ts';
import { evaluated, type Program } from '../language/program.ts';
import { parameter, type Variable } from '../language/variable.ts';
import { UnsupportedError } from '../language/run-error.ts';
import { cohorts, evaluationProgram } from '../plan/cohort.ts';
import { plainWrites, withoutInverses } from '../plan/plain.ts';
import { defaultRange, type HyperValue } from '../define/hyper.ts';
import { asMethod, callIt, type Method } from '../define/method.ts';
import { checkTrains, programOf } from '../define/program.ts';
import { hyperNames, hyperSlotsOf, inType, type HyperName, type MethodGroup } from '../define/recipe.ts';
import { describe } from '../language/options.ts';
import type { Tensor } from '../targets/arrays/algebra.ts';
import { assignGroups, checkCommonSums, checkUsed } from '../train/assign.ts';

/** What jax-js has no operation for, and why. */
const missing: Readonly<Partial<Record<RoutineOp, string>>> = {
  noise: 'draws noise from a generator that needs exact products of 32-bit integers, which jax-js does not have',
  eigenvectors: 'updates a basis of eigenvectors by QR, which jax-js does not have',
  orthonormal: 'updates a basis of eigenvectors by QR, which jax-js does not have',
};

/** Parameters that are stepped by one program. */
export interface BoundCohort {
  readonly group: number;
  readonly tensors: readonly Tensor[];
  readonly program: Program;
  readonly writes: ReadonlyMap<Variable, Node>;
  /** What to add to w, by which the updates of a step are told. */
  readonly change: Node;
  /** Where to evaluate, if not at `w`. */
  readonly evaluation: Node | undefined;
}

/** A method that jax-js can carry. */
export class TracedMethod {
  readonly method: Method;
  readonly name: string;
  readonly groups: readonly MethodGroup[];
  readonly hyper: readonly HyperName[];
  /** The hyperparameters that are live in a state, which begins with these numbers. */
  readonly numbers: ReadonlyMap<string, number>;
  readonly programs: readonly Program[];
  /** For each group the keys of the hyperparameters that say how often something is done, which a trace has to know. */
  readonly counts: readonly ReadonlySet<string>[];

  /** Throws an UnsupportedError for what jax-js cannot carry, and a ThalwegError for what is no method or trains nothing. */
  constructor(given: Method) {
    const method = asMethod(given);
    if (method === undefined) {
      const hint = typeof given === 'function' ? callIt(given) : describe(given);
      throw new ThalwegError('method', `thalweg/jax: takes a method such as adamw(), not ${hint}`);
    }
    this.method = method;
    this.name = method.name;
    this.groups = inType(method.groups, 'float32');
    this.programs = this.groups.map(programOf);
    this.hyper = hyperNames(this.groups);
    checkTrains(method);
    for (const { name, writes } of this.programs) {
      for (const { op } of topological(writes.values())) {
        const problem = isRoutineOp(op) ? missing[op] : undefined;
        if (problem !== undefined)
          throw new UnsupportedError(
            name,
            `${problem}; on cpu and wasm, optimizer(method) of thalweg/jax supports it by the engine 'arena'`,
          );
      }
    }
    checkCommonSums(this.name, this.groups, this.programs);
    this.counts = this.programs.map(countsOf);
    this.numbers = new Map(
      this.hyper.flatMap((one) => (typeof one.value === 'number' && !this.isCount(one) ? [[one.name, one.value] as const] : [])),
    );
  }

  /** Names of the inputs that a step needs, with their kinds. */
  get inputs(): ReadonlyMap<string, 'scalar' | 'tensor'> {
    return new Map(this.programs.flatMap(({ inputs }) => inputs.map(({ name, kind }) => [name, kind] as const)));
  }

  /** Whether a hyperparameter has to be known while a step is traced. */
  isCount({ slots }: HyperName): boolean {
    return slots.some(({ group, key }) => this.counts[group]?.has(key));
  }

  /** The interval in which a hyperparameter lies, as text. */
  rangeOf({ slots: [slot] }: HyperName): string {
    const known = hyperSlotsOf(this.groups[slot?.group ?? 0]!).find(({ key }) => key === slot?.key);
    return known?.range.text ?? defaultRange;
  }

  /** Whether a hyperparameter is an ε, of which 0 counts as the smallest normal number. */
  isGuard({ slots }: HyperName): boolean {
    return slots.some(({ group, key }) => hyperSlotsOf(this.groups[group]!).some((slot) => slot.key === key && slot.name === 'eps'));
  }

  /** Throws an OptionError where a hyperparameter is a function that cannot be traced, or changes where it may not. */
  checkTraceable(): void {
    for (const one of this.hyper) {
      const { name, value } = one;
      if (typeof value === 'number') continue;
      const problem = whyNotTraced(value, this.isCount(one));
      if (problem !== undefined) throw new OptionError(`${this.name}, gradientTransformation`, name, value, problem);
    }
  }

  /** The programs of parameters with these shapes. Throws where groups do not take every parameter once. */
  bind(shapes: ReadonlyMap<string, readonly number[]>): BoundCohort[] {
    const { name, groups } = this;
    const tensors = new Map([...shapes].map(([key, shape]) => [key, { shape }]));
    const chosen = assignGroups(name, groups, tensors);
    checkUsed(name, groups, chosen);
    return this.programs.flatMap((program, group) => {
      const own = new Map([...shapes].filter(([key]) => chosen.get(key) === group));
      return cohorts(program, own).map((cohort): BoundCohort => {
        const evaluation = evaluationProgram(cohort.program);
        const writes = withoutInverses(cohort.program, plainWrites(cohort.program, 'float32'));
        return {
          group,
          tensors: [...cohort.shapes].map(([key, shape]) => ({ name: key, shape })),
          program: cohort.program,
          writes,
          change: changeOf(cohort.program, writes),
          evaluation: evaluation === undefined ? undefined : plainWrites(evaluation, 'float32').get(evaluated),
        };
      });
    });
  }
}

function whyNotTraced(value: Exclude<HyperValue, number>, isCount: boolean): string | undefined {
  if (isCount) return 'is an iteration count, which must be a plain number when a step is traced';
  if (typeof value !== 'function') return undefined;
  return "is a plain function, which cannot be traced; give a schedule, such as schedule('a / √t', { a: 0.1 }), or use the object form, optimizer(method), which calls it before each step"; // prettier-ignore
}

/** The hyperparameters from which the number of steps of an iteration is made. */
function countsOf({ writes }: Program): ReadonlySet<string> {
  const steps = topological(writes.values()).flatMap(({ op, operands }) => (op === 'newtonSchulz' ? [operands[4]!] : []));
  return new Set(topological(steps).flatMap(({ op, attribute }) => (op === 'hyper' ? [String(attribute)] : [])));
}

/**
 * What a step adds to w. Where the equations say w − X or w + X, it is −X or X itself, so that adding it to w is the step to the bit; anything else is
 * w′ − w, and w + (w′ − w) may differ from w′ in the last digit.
 */
function changeOf({ graph }: Program, writes: ReadonlyMap<Variable, Node>): Node {
  const w = graph.variable('array', parameter);
  const change = (node: Node): Node => {
    const [a, b, c] = node.operands;
    if (node === w) return graph.constant(0);
    if (node.op === 'sub' && a === w && b !== undefined) return graph.node('neg', [b]);
    if (node.op === 'add' && a === w && b !== undefined) return b;
    if (node.op === 'add' && b === w && a !== undefined) return a;
    if (node.op === 'select' && a !== undefined && b !== undefined && c !== undefined)
      return graph.node('select', [a, change(b), change(c)]);
    return graph.node('sub', [node, w]);
  };
  return change(writes.get(parameter) ?? w);
}
