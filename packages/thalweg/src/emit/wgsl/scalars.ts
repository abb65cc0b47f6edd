/**
 * The scalars of a step: those that the host computes, which are uniforms with a line of JavaScript each, and those that depend on sums or on states made
 * of sums, which each shader computes itself. Knows plans; no arrays.
 */
import { scopeOf, variableOf, type Node } from '../../language/graph.ts';
import type { Program } from '../../language/program.ts';
import { freeName, inputVariable } from '../../language/part.ts';
import { superscriptOf } from '../../language/symbol.ts';
import { gradient, parameter, type Variable } from '../../language/variable.ts';
import type { Plan } from '../../plan/plan.ts';
import { leafOf, visitScalar, type ScalarLeaf, type ScalarVisitor } from '../../plan/scalar.ts';
import { atom, binding, call, within, type Term } from '../../targets/loops/wgsl/notation.ts';
import { expressions } from '../../targets/loops/wgsl/language.ts';
import { javascript, written } from './dialects.ts';
import type { Named, Names } from './names.ts';

/** A uniform: its name, its value in JavaScript, and the same in the author's notation. */
export interface Field extends Named {
  readonly value: string;
}

/** What the host's functions are given besides `t` and `hyper`: only what they read. */
export type Given = 'inputs' | 'factors' | 'kept' | 'tensor';

/** The numbers of a step, and what they are called. */
export class StepScalars {
  /** The numbers that the host gives, in order. */
  readonly fields: Field[] = [];
  /** States that the host keeps from step to step, with their values after it. */
  readonly kept: readonly Field[];
  /** States that are made of sums: their places in the buffer `sums`, from `sums` on, and their values after a step. */
  readonly states: readonly { readonly id: string; readonly written: string; readonly node: Node }[];
  readonly given = new Set<Given>();
  private readonly program: Program;
  private readonly names: Names;
  private readonly assigned: ReadonlyMap<Node, { readonly id: string; readonly equation: string }>;
  private readonly order: readonly Node[];
  private readonly uniforms = new Map<Node, string>();
  private readonly locals = new Map<Node, string>();
  private readonly places = new Map<Node | Variable, number>();
  private readonly texts = new Map<Node, Term>();
  private readonly common: { readonly id: string; readonly line: string }[] = [];

  constructor(program: Program, names: Names, assigned: StepScalars['assigned'], plans: readonly Plan[]) {
    [this.program, this.names, this.assigned] = [program, names, assigned];
    this.order = [...new Set(plans.flatMap(({ scalars }) => scalars.map(({ node }) => node)))];
    const sums = plans.flatMap(({ passes }) => passes.flatMap((pass) => pass.sums));
    sums.forEach((sum, index) => this.places.set(sum, index));
    const writes = plans.flatMap(({ scalarWrites }) => [...scalarWrites]);
    const states = writes.filter(([state]) => !this.keeps(state));
    states.forEach(([state], index) => this.places.set(state, sums.length + index));
    this.states = states.map(([state, node]) => ({ id: this.spelled(state), written: this.symbol(state), node }));
    const roots = plans.flatMap(({ passes }) => passes.flatMap((pass) => pass.scalars));
    const hosts = new Set<Node>();
    const reach = (node: Node): void => {
      if (node.op === 'const' || hosts.has(node)) return;
      if (this.isHost(node)) hosts.add(node);
      else for (const operand of operandsOf(node)) reach(operand);
    };
    for (const node of [...roots, ...states.map(([, node]) => node)]) reach(node);
    const kept = writes.filter(([state]) => this.keeps(state));
    this.share([...hosts, ...kept.map(([, node]) => node)]);
    for (const node of this.order.filter((one) => hosts.has(one))) {
      const id = this.name(node);
      this.uniforms.set(node, `host.${id}`);
      this.fields.push({ id, value: this.inJavascript(node).text, written: this.asWritten(node).text });
    }
    this.kept = kept.map(([state, node]) => ({
      id: this.keptName(state),
      value: this.inJavascript(node).text,
      written: this.symbol(state),
    }));
    const uses = new Map<Node, number>();
    for (const node of [...this.order.filter((one) => !this.isHost(one)).flatMap(operandsOf), ...roots, ...states.map(([, one]) => one)])
      uses.set(node, (uses.get(node) ?? 0) + 1);
    // What has no name and is used once stands where it is used.
    for (const node of this.order)
      if (!this.isHost(node) && (isSum(node) || this.assigned.has(node) || (uses.get(node) ?? 0) > 1))
        this.locals.set(node, this.name(node));
  }

  /** The number as a shader has it: a uniform, or a `let` of its prologue. */
  term(node: Node): Term {
    if (node.op === 'const') return expressions.constant(Number(node.attribute));
    const id = this.uniforms.get(node) ?? this.locals.get(node);
    return id === undefined ? number(this.inWgsl(node)) : atom(id);
  }

  /** What computes a number in a shader. */
  private inWgsl(node: Node): Term {
    const known = (operand: Node): boolean => operand.op === 'const' || this.uniforms.has(operand) || this.locals.has(operand);
    return visitScalar(node, this.device, (operand) => (known(operand) ? this.term(operand) : this.inWgsl(operand)));
  }

  /** Statements of JavaScript for what these texts have in common. */
  before(texts: readonly string[]): string[] {
    const lines: string[] = [];
    for (const { id, line } of this.common.toReversed())
      if ([...texts, ...lines].some((text) => new RegExp(`\\b${id}\\b`).test(text.split(' // ')[0] ?? ''))) lines.unshift(line);
    return lines;
  }

  /** The place of a sum in the buffer `sums`. */
  placeOf(sum: Node): number {
    return this.places.get(sum) ?? 0;
  }

  /** Statements by which a shader computes these numbers. */
  prologue(nodes: Iterable<Node>): string[] {
    const needed = new Set<Node>();
    const reach = (node: Node): void => {
      if (this.isHost(node) || needed.has(node)) return;
      needed.add(node);
      for (const operand of operandsOf(node)) reach(operand);
    };
    for (const node of nodes) reach(node);
    return this.order.flatMap((node) => {
      const id = this.locals.get(node);
      if (id === undefined || !needed.has(node)) return [];
      const comment = this.assigned.get(node)?.equation ?? this.asWritten(node).text;
      return [`let ${id} = ${number(this.inWgsl(node)).text}; // ${comment}`];
    });
  }

  private readonly device: ScalarVisitor<Term> = {
    constant: (value) => expressions.constant(value),
    leaf: (leaf) => {
      const place = leaf.kind === 'sum' ? this.places.get(leaf.sum) : leaf.kind === 'state' ? this.places.get(leaf.of) : 0;
      return atom(`sums[${String(place ?? 0)}]`);
    },
    operation: (op, operands) =>
      expressions.operation(
        op,
        operands.map((one, i) => (op === 'select' && i === 0 ? condition(one) : number(one))),
      ),
    normal: () => atom('1.0'),
    compow: (b, t) => expressions.operation('sub', [expressions.constant(1), expressions.operation('pow', [b, t])]),
  };

  private inJavascript(node: Node): Term {
    return this.textOf(node, this.texts, {
      constant: (value) => javascript.constant(value),
      leaf: (leaf) => atom(this.leaf(leaf)),
      operation: (op, operands) => javascript.operation(op, operands),
      normal: () => atom('1'),
      // −expm1(t·log b) has no cancellation where b is near 1.
      compow: (b, t) => javascript.operation('neg', [call('Math.expm1', javascript.operation('mul', [t, call('Math.log', b)]))]),
    });
  }

  /** A number in the author's notation, of the names that equations gave to what it is made of. */
  private asWritten(node: Node): Term {
    const symbols = new Map(this.program.hyper.map(({ key, symbol }) => [key, symbol]));
    const named = [...this.assigned].flatMap(([of, { equation }]) => (of === node ? [] : [[of, atom(targetOf(equation))] as const]));
    return this.textOf(node, new Map(named), {
      constant: (value) => written.constant(value),
      leaf: (leaf) => {
        switch (leaf.kind) {
          case 'sum':
            return atom(this.sumInWords(leaf.sum));
          case 'input':
          case 'state':
            return atom(this.symbol(leaf.of));
          case 'hyper':
            return atom(symbols.get(leaf.name) ?? leaf.name);
          default:
            return atom({ time: 't', factor: 's', shape: leaf.name }[leaf.kind]);
        }
      },
      operation: (op, operands) => written.operation(op, operands),
      normal: () => atom('1'),
      compow: (b, t) => ({
        text: `1 − ${within(b, binding.atom)}${superscriptOf(t.text) ?? `^${within(t, binding.atom)}`}`,
        binds: binding.add,
      }),
    });
  }

  /** The text of a node and of all that it is made of. */
  private textOf(node: Node, done: Map<Node, Term>, visitor: ScalarVisitor<Term>): Term {
    const known = done.get(node);
    if (known !== undefined) return known;
    const made = visitScalar(node, visitor, (operand) => this.textOf(operand, done, visitor));
    done.set(node, made);
    return made;
  }

  /** Gives what several of these numbers have in common a name in JavaScript, so that no text is longer than it has to be. */
  private share(roots: readonly Node[]): void {
    const uses = new Map<Node, number>();
    for (const node of this.order.filter((one) => this.isHost(one)))
      for (const operand of node.operands) uses.set(operand, (uses.get(operand) ?? 0) + 1);
    for (const root of roots) uses.set(root, (uses.get(root) ?? 0) + 1);
    for (const node of this.order) {
      if (!this.isHost(node) || node.op === 'const' || (uses.get(node) ?? 0) < 2 || leafOf(node) !== undefined) continue;
      const text = this.inJavascript(node).text;
      const id = this.names.give(`${this.wanted(node)}_`);
      this.common.push({ id, line: `const ${id} = ${text}; // ${this.asWritten(node).text}` });
      this.texts.set(node, atom(id));
    }
  }

  /** What a leaf is in JavaScript. */
  private leaf(leaf: ScalarLeaf): string {
    const of = (from: Given | 'hyper', name: string): string => {
      if (from !== 'hyper') this.given.add(from);
      return /^[A-Za-z_$][\w$]*$/.test(name) ? `${from}.${name}` : `${from}[${JSON.stringify(name)}]`;
    };
    switch (leaf.kind) {
      case 'time':
        return 't';
      case 'hyper':
        return of('hyper', leaf.name);
      case 'factor':
        return of('factors', leaf.name);
      case 'shape':
        return of('tensor', leaf.name);
      case 'input':
        return of('inputs', leaf.of.name);
      case 'state':
        return of('kept', this.keptName(leaf.of));
      case 'sum':
        throw new RangeError('the host knows no sum');
    }
  }

  /** A sum as its author might write it: of names, where it is of names. */
  private sumInWords(sum: Node): string {
    const [a = '…', b] = sum.operands.map((operand) => this.arrayInWords(operand));
    return `Σ ${b === undefined ? a : a === b ? `${a}²` : `${a}·${b}`} over ${scopeOf(sum) === 'tensor' ? 'the tensor' : 'all tensors'}`;
  }

  private arrayInWords(node: Node): string {
    const assigned = this.assigned.get(node);
    const of = variableOf(node);
    if (of === undefined) return assigned === undefined ? '(…)' : targetOf(assigned.equation);
    return of === parameter ? 'w' : of === gradient ? 'g' : this.symbol(of);
  }

  private isHost(node: Node): boolean {
    const known = this.hosts.get(node);
    if (known !== undefined) return known;
    const leaf = leafOf(node);
    const is =
      leaf === undefined
        ? node.operands.every((operand) => this.isHost(operand))
        : leaf.kind === 'state'
          ? this.keeps(leaf.of)
          : leaf.kind !== 'sum';
    this.hosts.set(node, is);
    return is;
  }

  private readonly hosts = new Map<Node, boolean>();

  /** Whether the host keeps a state: no sum is in it, and it is one for all tensors. */
  private keeps(state: Variable): boolean {
    return this.program.states.get(state)?.kind === 'host';
  }

  /** The name of a number: that of its equation, or one after what it is. */
  private name(node: Node): string {
    return this.assigned.get(node)?.id ?? this.names.give(this.wanted(node));
  }

  /** A name for a number: what its author calls it, what the option is called, or what it is. */
  private wanted(node: Node): string {
    const assigned = this.assigned.get(node);
    if (assigned !== undefined) return assigned.id;
    const leaf = leafOf(node);
    if (leaf?.kind === 'hyper' || leaf?.kind === 'shape') return leaf.name;
    if (leaf?.kind === 'factor') return `${leaf.name}_factor`;
    if (leaf?.kind === 'time') return 't';
    if (leaf?.kind === 'input' || leaf?.kind === 'state') return this.spelled(leaf.of);
    if (leaf?.kind === 'sum') return 'sum';
    const [a, b] = node.operands;
    if (node.op === 'compow' && a !== undefined) return `one_minus_${this.wanted(a)}_t`;
    if (node.op === 'sub' && a?.op === 'const' && a.attribute === 1 && b !== undefined && leafOf(b) !== undefined)
      return `one_minus_${this.wanted(b)}`;
    return 'c';
  }

  /** What a state is called among those that the host keeps. */
  private keptName(state: Variable): string {
    const name = this.keptNames.get(state) ?? freeName(this.spelled(state), (one) => [...this.keptNames.values()].includes(one));
    this.keptNames.set(state, name);
    return name;
  }

  private readonly keptNames = new Map<Variable, string>();

  private spelled(state: Variable): string {
    return state.name.slice(state.name.lastIndexOf('.') + 1);
  }

  /** A state or an input as its author writes it. */
  private symbol(of: Variable): string {
    const target = this.program.assignments.find((one) => one.variable === of)?.equation.target;
    return target?.written ?? this.program.inputs.find((input) => inputVariable(input) === of)?.symbol ?? of.name;
  }
}

function isSum(node: Node): boolean {
  return leafOf(node)?.kind === 'sum';
}

/** What an equation assigns. */
function targetOf(equation: string): string {
  return equation.split(/ [←=] /)[0] ?? '';
}

/** What a number is made of, but the arrays of a sum. */
function operandsOf(node: Node): readonly Node[] {
  return isSum(node) ? [] : node.operands;
}

/** A number as a condition: it is 1 or 0. */
function condition(term: Term): Term {
  return term.binds === binding.compare ? term : expressions.operation('ne', [term, expressions.constant(0)]);
}

/** A condition as a number. */
function number(term: Term): Term {
  return term.binds === binding.compare ? call('f32', term) : term;
}
