/**
 * Equations to a graph: resolves names, checks types, and joins the parts of a chain into ONE program with private state. Knows the language only; `plan/`
 * decides how a program runs.
 */
import { EquationError, OptionError, shortened } from './error.ts';
import { ExpressionBuilder } from './expression-builder.ts';
import type { Form } from './form.ts';
import { inferForms, verifyForms } from './form-table.ts';
import { Graph, topological, type Node } from './graph.ts';
import { inferKinds, KindTable, verifyKinds, type Kind } from './kind.ts';
import type { StateSpec } from './state.ts';
import { Origins } from './origin.ts';
import { parseExpression } from './parser.ts';
import { declaredNames, factor, freeName, hyperSlots, inputVariable, textOf, type HyperSlot, type InputSymbol, type Part } from './part.ts'; // prettier-ignore
import { verifySize } from './size.ts';
import { spell } from './symbol.ts';
import { namesIn, type Equation } from './tree.ts';
import { gradient, parameter, variable, type Variable } from './variable.ts';

/** What an equation became: names of temporaries and the author's lines stand nowhere else, since nodes that mean the same are one. */
export interface Assignment {
  /** The part by its number. */
  readonly part: number;
  readonly equation: Equation;
  readonly node: Node;
  /** What lasts to the next step; undefined for a temporary and for g. */
  readonly variable: Variable | undefined;
}

/** What one step computes. `writes` maps `w` and each state to its value after the step. */
export interface Program {
  readonly name: string;
  readonly graph: Graph;
  readonly hyper: readonly HyperSlot[];
  readonly inputs: readonly InputSymbol[];
  readonly states: ReadonlyMap<Variable, StateSpec>;
  readonly writes: ReadonlyMap<Variable, Node>;
  /** The equations of all parts, in order. */
  readonly assignments: readonly Assignment[];
  /** Where to evaluate the model, if not at `w`; computed between steps. */
  readonly evaluation: Node | undefined;
  /** The part that replaced g last, where nothing reads what it made of it. */
  readonly inVain: string | undefined;
}

/** The variable that stands for where to evaluate. */
export const evaluated = variable('evaluation');

/**
 * Gives the parts of a chain their common meaning; `origins` then knows what was made of which text. Throws an EquationError where a text makes no sense
 * or asks for too much.
 */
export function buildProgram(name: string, parts: readonly Part[], origins = new Origins()): Program {
  const graph = new Graph();
  const hyper = hyperSlots(parts);
  const inputs = new Map<Variable, InputSymbol>();
  const shared = new Map<string, Node>([
    ['w', graph.variable('array', parameter)],
    ['g', graph.variable('array', gradient)],
  ]);
  const writes = new Map<Variable, Node>();
  const owners = new Set<string>();
  const negated = new Set<string>();
  const assignments: Assignment[] = [];
  let evaluation: Node | undefined;
  let lastOf: string | undefined;
  const kept = new Set<Variable>();
  parts.forEach((part, index) => {
    const keys = new Map(hyper.flatMap((slot) => (slot.part === index ? [[slot.name, slot.key] as const] : [])));
    for (const input of part.inputs) {
      const known = inputs.get(inputVariable(input));
      if (known !== undefined && known.kind !== input.kind)
        throw new OptionError(
          name,
          `inputs.${input.name}`,
          input.kind,
          `is a ${known.kind} in one part and a ${input.kind} in ${part.name}`,
        );
      inputs.set(inputVariable(input), input);
    }
    const owner = freeName(part.name, (candidate) => owners.has(candidate));
    owners.add(owner);
    const builder = new PartBuilder(part, owner, graph, keys, shared, negated, writes, origins);
    const before = shared.get('g');
    for (const [equation, node, written] of builder.build()) assignments.push({ part: index, equation, node, variable: written });
    if (shared.get('g') !== before) lastOf = part.name;
    evaluation = builder.evaluation() ?? evaluation;
    for (const state of builder.kept()) kept.add(state);
    for (const input of part.negates ?? []) negated.add(input);
  });
  const kindsOf = inferKinds(writes);
  const forms = inferForms(writes);
  const everything = evaluation === undefined ? writes : new Map(writes).set(evaluated, evaluation);
  const kinds = new KindTable(kindsOf);
  verifySize(everything, kinds, origins);
  verifyKinds(everything, kinds, origins);
  verifyForms(everything, forms, origins);
  const inVain = lastOf === undefined || topological(everything.values()).includes(shared.get('g')!) ? undefined : lastOf;
  return {
    name,
    graph,
    hyper,
    inputs: [...inputs.values()],
    states: new Map([...kindsOf].map(([state, { kind }]) => [state, specOf(kind, forms.get(state)?.form, kept.has(state))])),
    writes,
    assignments,
    evaluation,
    inVain,
  };
}

function specOf(kind: Kind, form: Form | undefined, kept: boolean): StateSpec {
  return { kind, form: kind === 'array' ? form : undefined, storage: kept ? 'exact' : 'any' };
}

/** Builds one part into the shared program. */
class PartBuilder {
  private readonly part: Part;
  private readonly owner: string;
  private readonly graph: Graph;
  private readonly shared: Map<string, Node>;
  private readonly writes: Map<Variable, Node>;
  private readonly equations: readonly Equation[];
  /** The names that last to the next step. */
  private readonly lasting: ReadonlySet<string>;
  private readonly expressions: ExpressionBuilder;
  private readonly origins: Origins;

  constructor(
    part: Part,
    owner: string,
    graph: Graph,
    keys: ReadonlyMap<string, string>,
    shared: Map<string, Node>,
    negated: ReadonlySet<string>,
    writes: Map<Variable, Node>,
    origins: Origins,
  ) {
    this.part = part;
    this.owner = owner;
    this.graph = graph;
    this.shared = shared;
    this.writes = writes;
    this.equations = textOf(part).equations;
    this.lasting = new Set(this.equations.flatMap(({ lasting, target }) => (lasting ? [target.name] : [])));
    const names = new Map<string, Node>([...shared, ['t', graph.node('time')]]);
    for (const name of ['rank', 'rows', 'cols', 'size']) names.set(name, graph.node('shape', [], name));
    const nodes = new Map([
      ...part.hyper.map(({ name }) => [name, graph.node('hyper', [], keys.get(name) ?? name)] as const),
      ...part.inputs.map(
        (input) => [input.name, graph.variable(input.kind === 'scalar' ? 'input' : 'array', inputVariable(input))] as const,
      ),
    ]);
    for (const [spelling, name] of declaredNames(part)) {
      const node = name === factor ? graph.node('factor', [], keys.get('lr') ?? 'lr') : nodes.get(name);
      if (node !== undefined) names.set(spelling, typeof name === 'string' && negated.has(name) ? graph.node('neg', [node]) : node);
    }
    this.origins = origins;
    this.expressions = new ExpressionBuilder(part.name, part.equations, graph, names, origins);
  }

  /** Builds the equations: each with its value and what of it lasts. */
  build(): (readonly [Equation, Node, Variable | undefined])[] {
    this.classifyNames();
    const { names, unready } = this.expressions;
    return this.equations.map((equation) => {
      const { lasting, target, value } = equation;
      const { name } = target;
      const node = this.expressions.number(value);
      names.set(name, node);
      unready.delete(name);
      if (name === 'w' || name === 'g') this.shared.set(name, node);
      if (!lasting) return [equation, node, undefined] as const;
      const written = name === 'w' ? parameter : this.state(name);
      this.writes.set(written, node);
      this.origins.assigned(written, this.expressions.origin(value.span));
      return [equation, node, written] as const;
    });
  }

  /** Where to evaluate, between steps; before the first, when states are still zero, at `w`. */
  evaluation(): Node | undefined {
    const { name, evaluate } = this.part;
    if (evaluate === undefined) return undefined;
    const given = new Map(
      [...this.expressions.names].filter(([, node]) => ['hyper', 'factor', 'time', 'shape', 'const'].includes(node.op)),
    );
    const w = this.graph.variable('array', parameter);
    given.set('w', w);
    for (const state of this.lasting) if (state !== 'w') given.set(state, this.graph.variable('state', this.state(state)));
    const owner = `${name}, evaluate`;
    const builder = this.beside(owner, evaluate, given, 'only w, states and hyperparameters can');
    const first = this.graph.node('eq', [this.graph.node('time'), this.graph.constant(0)]);
    const expression = parseExpression(owner, evaluate);
    this.origins.assigned(evaluated, builder.origin(expression.span));
    return this.graph.node('select', [first, w, builder.number(expression)]);
  }

  /** The states that stay in the parameters' type: rounding them would be rounding weights. */
  kept(): Variable[] {
    const { keep = [], init, evaluate } = this.part;
    const read = (text: string): string[] => namesIn(parseExpression(this.part.name, text));
    const weights = Object.keys(init).filter((name) => read(init[name] ?? '').includes('w'));
    const names = new Set([...keep, ...weights].map(spell).concat(evaluate === undefined ? [] : read(evaluate)));
    const unknown = keep.find((name) => !this.lasting.has(spell(name)));
    if (unknown !== undefined) {
      const span = { start: 0, end: unknown.length };
      throw new EquationError(this.part.name, unknown, span, `keep names ${unknown}, which the equations never assign with ←`);
    }
    return [...names].filter((name) => name !== 'w' && this.lasting.has(name)).map((name) => this.state(name));
  }

  /** Decides what each assigned name is before any is read: a state, a temporary, or a mistake. */
  private classifyNames(): void {
    const { names, unready } = this.expressions;
    const given = new Set([...names].filter(([, node]) => node.op !== 'factor').map(([name]) => name));
    for (const { target, lasting: isLasting } of this.equations) {
      const { name, written, span } = target;
      if (name === 'w' && !isLasting) this.expressions.fail(span, 'w is the parameter; assign it with ←');
      if (name === 'g' && isLasting) this.expressions.fail(span, 'g is a new gradient in each step; replace it with =');
      if (name === 'w' || name === 'g') continue;
      if (given.has(name)) this.expressions.fail(span, `${written} is predefined and cannot be assigned`);
      if (!isLasting && this.lasting.has(name)) {
        this.expressions.fail(span, `${written} is assigned with ← and with =; a name is either a state (←) or a temporary (=)`);
      }
      names.delete(name);
      if (isLasting) names.set(name, this.initial(name));
      else unready.set(name, `${written} is read before it has a value; = makes it a temporary of this step, ← would make it a state`);
    }
    const begun = new Set<string>();
    for (const name of Object.keys(this.part.init)) {
      const shown = shortened(name);
      const refuse = (problem: string): never => {
        throw new EquationError(this.part.name, shown, { start: 0, end: shown.length }, problem);
      };
      if (name === 'w') refuse('init names w, whose first value is that of the parameter');
      if (!this.lasting.has(spell(name))) refuse(`init names ${shown}, which the equations never assign with ←`);
      if (begun.has(spell(name))) refuse(`init names ${shown} twice`);
      begun.add(spell(name));
    }
  }

  /** A state before this step: zero at first, or what `init` says. */
  private initial(name: string): Node {
    const state = this.graph.variable('state', this.state(name));
    const entry = Object.entries(this.part.init).find(([symbol]) => spell(symbol) === name);
    if (entry === undefined) return state;
    const given = new Map([...this.expressions.names].filter(([, node]) => node.op !== 'state' && node.op !== 'time'));
    given.set('w', this.graph.variable('array', parameter));
    given.delete('g');
    const [symbol, text] = entry;
    const owner = `${this.part.name}, init of ${symbol}`;
    const builder = this.beside(owner, text, given, 'only w and hyperparameters can');
    const first = this.graph.node('eq', [this.graph.node('time'), this.graph.constant(1)]);
    return this.graph.node('select', [first, builder.number(parseExpression(owner, text)), state]);
  }

  /** Builds an expression that stands beside the equations and may read the names in `given`; of their other names an error says that it may not. */
  private beside(owner: string, text: string, given: Map<string, Node>, allowed: string): ExpressionBuilder {
    const builder = new ExpressionBuilder(owner, text, this.graph, given, this.origins);
    for (const name of ['g', 't', ...this.equations.map(({ target }) => target.name)])
      builder.unready.set(name, `${name} cannot be read here; ${allowed}`);
    return builder;
  }

  private state(name: string): Variable {
    return variable('state', `${this.owner}.${name}`);
  }
}
