/**
 * A step in C over any number of tensors, from the order that a plan gives: numbers of the step, passes, and what waits for their sums, level by level. Either
 * each pass is one readable loop, or it is the kernel of the exact plan, run by chunks as every backend runs it.
 */
import { isReduction, scopeOf, type Node } from '../../language/graph.ts';
import { printEquations } from '../../language/print.ts';
import type { Program } from '../../language/program.ts';
import { UnsupportedError } from '../../language/run-error.ts';
import { variable, type Variable } from '../../language/variable.ts';
import { chunk, type DType } from '../../plan/dtype.ts';
import type { Pass } from '../../plan/passes.ts';
import { planFor, prepare, type Plan, type ScalarSlot, type Prepared } from '../../plan/plan.ts';
import { rewrite } from '../../plan/rewrite.ts';
import { specialize } from '../../plan/specialize.ts';
import { kernelToC, parametersOf } from '../../targets/loops/c/kernel.ts';
import { indented, typeOf, type Helpers } from '../../targets/loops/c/source.ts';
import { commented } from './comment.ts';
import { atom, inside, type Expression } from './expression.ts';
import { readableLoop } from './loop.ts';
import type { Names } from './names.ts';
import { ScalarWriter } from './scalars.ts';

/** More outcomes of conditions than these make a file that nobody reads. */
const mostConditions = 6;

/** How a file is written. */
export interface StepStyle {
  readonly dtype: DType;
  readonly exact: boolean;
  readonly helpers: Helpers;
  readonly names: Names;
  /** The kernels so far, by key. */
  readonly kernels: Map<string, { readonly name: string; readonly text: string }>;
  /** Numbers of each tensor that wait between passes: how many there are at most. */
  readonly scratch: { most: number };
}

/** The functions of one program, the last of which is `name`: one for each outcome of its conditions, and what chooses among them. */
export function stepFunctions(program: Program, name: string, style: StepStyle): string[] {
  const variants = prepare(program, style.dtype, { exact: style.exact });
  const { conditions } = variants;
  if (conditions.length > mostConditions)
    throw new UnsupportedError('emit to c', `${program.name} has more than ${String(mostConditions)} conditions that a step decides`);
  const outcomes = Array.from({ length: 2 ** conditions.length }, (_, bits) => conditions.map((__, i) => ((bits >> i) & 1) === 1));
  const { type } = style.names;
  const parameters = `(${type} *o, ${type}_tensor *tensors, size_t count)`;
  const bodies = outcomes.map((outcome) => new StepWriter(variants, outcome, style).lines());
  const write = (title: string, lines: readonly string[]): string => [`${title}${parameters} {`, ...indented(lines), '}'].join('\n');
  const begin = name.endsWith('_step') ? ['o->t += 1;'] : [];
  if (conditions.length === 0) return [write(`void ${name}`, [...begin, ...bodies[0]!])];
  const texts = bodies.map((lines) => lines.join('\n'));
  const first = texts.map((text) => texts.indexOf(text));
  const functions = bodies.flatMap((lines, i) => (first[i] === i ? [write(`static void ${name}_${String(i)}`, lines)] : []));
  const decide = new StepWriter(
    variants,
    conditions.map(() => false),
    style,
  ).decision();
  const cases = outcomes.map((_, i) => `case ${String(i)}: ${name}_${String(first[i])}(o, tensors, count); break;`);
  return [...functions, write(`void ${name}`, [...begin, ...decide, 'switch (outcome) {', ...indented(cases), '}'])];
}

/** Writes a step for one outcome. */
class StepWriter {
  private readonly variants: Prepared;
  private readonly style: StepStyle;
  private readonly plan: Plan;
  private readonly scalars: ScalarWriter;
  private readonly values = new Map<Node, Expression>();
  private readonly uses = new Map<Node, number>();
  /** What authors call values, and the equations these are from. */
  private readonly named: ReadonlyMap<Node, { readonly name: string; readonly equation: string }>;
  /** Whether tensors can be stepped one after the other, since no sum is over several. */
  private readonly apart: boolean;
  private readonly taken = new Set<string>();
  private readonly rounded = new Map<Node, Expression>();
  private scratch = 0;

  constructor(variants: Prepared, outcome: readonly boolean[], style: StepStyle) {
    [this.variants, this.style] = [variants, style];
    const { program } = variants;
    this.plan = planFor(variants, outcome);
    if (this.plan.routines.length > 0) {
      const ops = [...new Set(this.plan.routines.map(({ op }) => op))].join(', ');
      throw new UnsupportedError('emit to c', `${program.name} works on whole matrices (${ops}), which are not written to C`);
    }
    const { names, helpers } = style;
    this.scalars = new ScalarWriter(helpers, (leaf) => {
      switch (leaf.kind) {
        case 'time':
          return atom('o->t');
        case 'shape':
          return atom(names.shape(leaf.name));
        case 'hyper':
          return atom(names.hyper(leaf.name));
        case 'factor':
          return atom(names.factor(leaf.name));
        case 'input':
        case 'state':
          return atom(`${program.states.get(leaf.of)?.kind === 'tensor' ? 'x' : 'o'}->${names.member(leaf.of)}`);
        case 'sum':
          throw new RangeError('a sum is read before it is computed');
      }
    });
    this.apart = this.plan.passes.every((pass) => pass.sums.every((sum) => scopeOf(sum) === 'tensor'));
    this.named = style.exact ? new Map() : namedValues(variants, outcome, names);
    const count = (node: Node): void => void this.uses.set(node, (this.uses.get(node) ?? 0) + 1);
    for (const pass of this.plan.passes) pass.scalars.forEach(count);
    [...this.plan.scalarWrites.values()].forEach(count);
    // Users before operands: what only the conditions need is of no use here, since they are decided.
    for (const { node } of this.plan.scalars.toReversed()) if (this.uses.has(node) && !isReduction(node)) node.operands.forEach(count);
  }

  /** The body of the step. */
  lines(): string[] {
    const { plan } = this;
    const levels = 1 + Math.max(0, ...plan.scalars.map(({ level }) => level), ...plan.passes.map(({ level }) => level));
    const lines: string[] = [];
    const each = (inner: readonly string[]): string[] =>
      inner.length === 0
        ? []
        : ['for (size_t k = 0; k < count; k++) {', ...indented([`${this.style.names.type}_tensor *const x = &tensors[k];`, ...inner]), '}'];
    const perTensor: string[] = [];
    for (let level = 0; level < levels; level++) {
      const own = plan.scalars.filter((slot) => slot.level === level && this.uses.has(slot.node) && !isReduction(slot.node));
      lines.push(...own.filter(({ kind }) => kind !== 'tensor').flatMap((slot) => this.compute(slot)));
      const inner = own.filter(({ kind }) => kind === 'tensor').flatMap((slot) => this.compute(slot));
      const passes = plan.passes.filter((pass) => pass.level === level);
      if (this.apart) perTensor.push(...inner, ...passes.flatMap((pass) => this.pass(pass, lines)));
      else {
        lines.push(...each(inner));
        for (const pass of passes) lines.push(...each(this.pass(pass, lines)));
      }
    }
    const writes = [...plan.scalarWrites].map(([state, node]) => ({ state, node, isTensors: this.isOfTensor(state) }));
    const assigned = (isTensors: boolean): string[] => {
      const some = writes.filter((one) => one.isTensors === isTensors);
      const next = some.map(({ state }) => this.free(`next_${this.style.names.member(state)}`));
      const owner = isTensors ? 'x' : 'o';
      return [
        ...some.map(({ node }, i) => `const double ${next[i]!} = ${this.value(node).text};`),
        ...some.map(({ state }, i) => `${owner}->${this.style.names.member(state)} = ${next[i]!};`),
      ];
    };
    perTensor.push(...assigned(true));
    lines.push(...each(perTensor), ...assigned(false));
    const { most } = this.style.scratch;
    this.style.scratch.most = Math.max(most, this.scratch);
    const all = [...this.hyper(this.plan.scalars.filter(({ node }) => this.uses.has(node))), ...lines];
    const isRead = (name: RegExp): boolean => all.some((line) => name.test(line));
    return [...all, ...(isRead(/\bo->/) ? [] : ['(void)o;']), ...(isRead(/\btensors\b/) ? [] : ['(void)tensors, (void)count;'])];
  }

  /** What decides which step is taken: `outcome`, a bit for each condition. */
  decision(): string[] {
    const { variants } = this;
    for (const { node } of variants.scalars) node.operands.forEach((operand) => this.uses.set(operand, 2));
    const lines = variants.scalars.flatMap((slot) => this.compute(slot));
    const bits = variants.conditions.map((condition, i) => `(${inside(this.value(condition), 2)} ? ${String(2 ** i)} : 0)`);
    return [...this.hyper(variants.scalars), ...lines, `const int outcome = ${bits.join(' + ')};`];
  }

  /** Hyperparameters that follow a schedule are computed, each once. */
  private hyper(slots: readonly ScalarSlot[]): string[] {
    const { names } = this.style;
    return slots.flatMap(({ node: { op, attribute } }) => (op === 'hyper' || op === 'factor' ? names.schedule(op, String(attribute)) : []));
  }

  private isOfTensor(state: Variable): boolean {
    return this.variants.program.states.get(state)?.kind === 'tensor';
  }

  /** Declares a number where it is used more than once, or by an author's name. */
  private compute({ node, kind }: ScalarSlot): string[] {
    const expression = this.scalars.write(node, (operand) => this.value(operand));
    const isLeaf = node.operands.length === 0;
    const name = this.named.get(node)?.name;
    if (isLeaf || ((this.uses.get(node) ?? 0) < 2 && name === undefined && kind !== 'tensor')) {
      this.values.set(node, expression);
      return [];
    }
    if (kind === 'tensor' && !this.apart) {
      const place = `x->scratch[${String(this.scratch++)}]`;
      this.values.set(node, atom(place));
      return [`${place} = ${expression.text};${this.comment(node)}`];
    }
    const declared = this.free(name ?? 's');
    this.values.set(node, atom(declared));
    return [`const double ${declared} = ${expression.text};${this.comment(node)}`];
  }

  private comment(node: Node): string {
    const known = this.named.get(node);
    return known === undefined ? '' : ` /* ${known.equation} */`;
  }

  private value(node: Node): Expression {
    const known = this.values.get(node);
    if (known === undefined) throw new RangeError(`the number ${node.op} is read before it is computed`);
    return known;
  }

  /** A pass over the tensor at hand; what it sums over several is declared in `outside`. */
  private pass(pass: Pass, outside: string[]): string[] {
    const sums = pass.sums.map((sum) => this.placeOf(sum, outside));
    const before = sums.flatMap(({ own, start }) => (start ? [own] : []));
    const inner = this.style.exact ? this.chunks(pass, sums) : this.loop(pass, sums, outside);
    return [...before, ...(this.plan.passes.length === 1 || !this.apart ? inner : ['{', ...indented(inner), '}'])];
  }

  /** Where a sum goes: to a variable of its own, or to the numbers of the tensor. */
  private placeOf(sum: Node, outside: string[]): { readonly place: string; readonly own: string; readonly start: boolean } {
    const wanted = this.named.get(sum)?.name ?? 'sum';
    if (scopeOf(sum) !== 'tensor') {
      const place = this.free(wanted);
      outside.push(`double ${place} = 0;`);
      this.values.set(sum, atom(place));
      return { place, own: '', start: false };
    }
    const place = this.apart ? this.free(wanted) : `x->scratch[${String(this.scratch++)}]`;
    this.values.set(sum, atom(place));
    return { place, own: `${this.apart ? 'double ' : ''}${place} = 0;`, start: true };
  }

  private loop(pass: Pass, sums: readonly { readonly place: string }[], outside: string[]): string[] {
    const { names, helpers } = this.style;
    const taken = new Set(this.taken);
    return readableLoop(pass, this.variants.program.graph, {
      helpers,
      array: (index) => names.member(pass.arrays[index]!),
      scalar: (node) => this.value(node),
      constant: (node, before) => this.constant(node, this.isShared(node) ? outside : before, taken),
      named: (node) => this.named.get(node),
      free: (wanted) => names.free(wanted, taken),
      sum: (node) => sums[pass.sums.indexOf(node)]!.place,
    }, 'x->size');
  } // prettier-ignore

  /** A number that all tensors share. */
  private isShared(node: Node): boolean {
    return this.plan.scalars.find((slot) => slot.node === node)?.kind !== 'tensor';
  }

  /** A number rounded to float32, once, in a variable that is declared among `lines`. */
  private constant(node: Node, lines: string[], taken: Set<string>): Expression {
    const known = this.rounded.get(node);
    if (known !== undefined) return known;
    const given = this.value(node);
    const wanted = node.op === 'hyper' ? this.style.names.rounded(String(node.attribute)) : undefined;
    const name =
      wanted !== undefined && !taken.has(wanted)
        ? wanted
        : this.style.names.free(/^\w+$/.test(given.text) ? `${given.text}_f` : 'c', taken);
    this.taken.add(name);
    taken.add(name);
    lines.push(`const float ${name} = (float)${inside(given, 9)};`);
    if (this.isShared(node)) this.rounded.set(node, atom(name));
    return atom(name);
  }

  private chunks(pass: Pass, sums: readonly { readonly place: string }[]): string[] {
    const { kernels, helpers, names, dtype } = this.style;
    const { kernel } = pass;
    const known = kernels.get(kernel.key) ?? made(kernel.key);
    const given = { scalars: 'c', sums: 'part', key: '0', first: '0' };
    const values = pass.scalars.map((node) => (dtype === 'float32' ? `(float)(${this.value(node).text})` : this.value(node).text));
    const whole = sums.map((_, r) => `whole${String(r)}`);
    return [
      ...(kernel.scalars > 0 ? [`const ${typeOf[dtype]} c[] = {${values.join(', ')}};`] : []),
      ...whole.map((one) => `double ${one} = 0;`),
      `for (size_t i = 0; i < x->size; i += ${String(chunk)}) {`,
      ...indented([
        `const size_t n = x->size - i < ${String(chunk)} ? x->size - i : ${String(chunk)};`,
        ...(sums.length > 0 ? [`double part[${String(sums.length)}];`] : []),
        `${known.name}(${['n', ...parametersOf(kernel).map((one) => given[one]), ...pass.arrays.map((array) => `x->${names.member(array)} + i`)].join(', ')});`,
        ...whole.map((one, r) => `${one} += part[${String(r)}];`),
      ]),
      '}',
      ...sums.map(({ place }, r) => `${place} += ${whole[r]!};`),
    ];

    function made(key: string): { readonly name: string; readonly text: string } {
      const name = `kernel${String(kernels.size)}`;
      const one = { name, text: kernelToC(kernel, name, helpers) };
      kernels.set(key, one);
      return one;
    }
  }

  private free(wanted: string): string {
    return this.style.names.free(wanted, this.taken);
  }
}

/** What authors call the values of a plan without rules for exactness, by node: the last who names one. */
function namedValues({ program, dtype, conditions }: Prepared, outcome: readonly boolean[], names: Names): Map<Node, { readonly name: string; readonly equation: string }> {
  const { graph, assignments } = program;
  const roots = new Map(assignments.map(({ node }, i) => [variable('measure', String(i)), node]));
  const rewritten = specialize(graph, rewrite({ ...program, writes: roots }, dtype, false), new Map(conditions.map((one, i) => [one, outcome[i]!])));
  const out = new Map<Node, { readonly name: string; readonly equation: string }>();
  [...rewritten.values()].forEach((node, i) => {
    const { equation, variable: lasting } = assignments[i]!;
    if (node.operands.length === 0) return;
    out.set(node, { name: names.value(equation.target.name, lasting !== undefined), equation: commented(printEquations([equation])) });
  });
  return out;
} // prettier-ignore
