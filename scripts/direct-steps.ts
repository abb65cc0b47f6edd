/**
 * Writes packages/thalweg/src/minimize/direct-steps.ts: the steps of the methods by which most people minimize a function of a few parameters, as functions of
 * JavaScript with the exact plan's bits. `npm run direct`; `scripts/direct-steps.test.ts` holds the file to what this writes.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import type { Method } from '../packages/thalweg/src/define/method.ts';
import { adam, adamw, sgd } from '../packages/thalweg/src/methods.ts';
import { programOf } from '../packages/thalweg/src/define/program.ts';
import { topological, variableOf, type Node } from '../packages/thalweg/src/language/graph.ts';
import { KindTable } from '../packages/thalweg/src/language/kind.ts';
import type { Program } from '../packages/thalweg/src/language/program.ts';
import { gradient, parameter, type Variable } from '../packages/thalweg/src/language/variable.ts';
import { textKey } from '../packages/thalweg/src/minimize/text-key.ts';
import { denormalPeriod } from '../packages/thalweg/src/plan/denormals.ts';
import { exactWrites } from '../packages/thalweg/src/plan/exact.ts';
import { asked } from './asked.ts';

export const file = join(import.meta.dirname, '../packages/thalweg/src/minimize/direct-steps.ts');

/** Whose steps are written: whatever numbers a method has, its equations are those of one of these. */
export const written: readonly Method[] = [adam(), adamw(), sgd(), sgd({ momentum: 0.9 })];

/** What an operation is in JavaScript, in float64; for float32 `f` rounds the result, which gives the nearest number. */
const rounded: Readonly<Record<string, (a: string, b: string) => string>> = {
  add: (a, b) => `${a} + ${b}`,
  sub: (a, b) => `${a} - ${b}`,
  mul: (a, b) => `${a} * ${b}`,
  div: (a, b) => `${a} / ${b}`,
  sqrt: (a) => `Math.sqrt(${a})`,
};
const exact: Readonly<Record<string, (a: string, b: string, c: string) => string>> = {
  neg: (a) => `-${a}`,
  abs: (a) => `Math.abs(${a})`,
  sign: (a) => `Math.sign(${a})`,
  floor: (a) => `Math.floor(${a})`,
  max: (a, b) => `Math.max(${a}, ${b})`,
  min: (a, b) => `Math.min(${a}, ${b})`,
  lt: (a, b) => `${a} < ${b}`,
  eq: (a, b) => `${a} === ${b}`,
  compow: (b, t) => `compow(${b}, ${t})`,
};

/**
 * One step in JavaScript: numbers of the step before the loop over the elements. It is the plan for float32, and that for float64 where `f` rounds nothing and `z`, the
 * rule of denormals, changes nothing.
 */
class Writer {
  private readonly lines: Record<'step' | 'element', string[]> = { step: [], element: [] };
  private readonly names = new Map<Node, string>();
  /** Numbers of the step as arrays meet them. */
  private readonly inArrays = new Map<Node, string>();
  private readonly uses = new Map<Node, number>();
  private readonly kinds: KindTable;
  private readonly symbols: readonly string[];
  private readonly states: readonly Variable[];
  private count = 0;

  constructor(program: Program, symbols: readonly string[]) {
    this.kinds = new KindTable(program.states);
    [this.symbols, this.states] = [symbols, [...program.states.keys()]];
  }

  /** The body of the function. Throws a RangeError for what has no place in one. */
  body(writes: ReadonlyMap<Variable, Node>): string {
    const all = topological(writes.values());
    for (const node of all) if (!isDenormalRule(node)) for (const one of node.operands) this.uses.set(one, (this.uses.get(one) ?? 0) + 1);
    for (const one of writes.values()) this.uses.set(one, (this.uses.get(one) ?? 0) + 2);
    for (const node of all) this.names.set(node, this.name(node));
    const stores = [...writes].map(([to, node]) => `${to === parameter ? 'w' : this.state(to)}[i] = ${this.asArray(node)};`);
    const { step, element } = this.lines;
    return `${step.join('\n')}\nfor (let i = 0; i < w.length; i++) {\n${[...element, ...stores].join('\n')}\n}`;
  }

  private state(of: Variable): string {
    const at = this.states.indexOf(of);
    if (at < 0) throw new RangeError(`${of.name} is no state`);
    return `s${String(at)}`;
  }

  private name(node: Node): string {
    const { op, operands, attribute } = node;
    const isArray = this.kinds.of(node) === 'array';
    if (!isArray && this.kinds.of(node) !== 'host') throw new RangeError(`${op} is a sum`);
    if (op === 'const') return String(attribute);
    if (op === 'time') return 't';
    if (isDenormalRule(node)) return 'z';
    if (op === 'hyper') return `h[${String(this.symbols.indexOf(String(attribute)))}]!`;
    const variable = variableOf(node);
    if (variable !== undefined) {
      if (!isArray) throw new RangeError(`${variable.name} is a number`);
      return this.local(isArray, `${variable === parameter ? 'w' : variable === gradient ? 'g' : this.state(variable)}[i]!`);
    }
    const given = operands.map((one) => (isArray && !(op === 'select' && one === operands[0]) ? this.asArray(one) : this.names.get(one)!));
    const [a = '', b = '', c = ''] = given;
    const text = this.text(node, a, b, c);
    const value = isArray && op in rounded ? `f(${text})` : `(${text})`;
    return (this.uses.get(node) ?? 0) > 1 ? this.local(isArray, value) : value;
  }

  private text({ op, operands }: Node, a: string, b: string, c: string): string {
    const small = op === 'select' && isDenormalRule(operands[0]!) ? operands[1]!.operands[0]! : undefined;
    if (small !== undefined) return `z(${c}, ${this.names.get(small.operands[1]!)!})`;
    if (op === 'select' && ['lt', 'eq'].includes(operands[0]!.op)) return `${a} ? ${b} : ${c}`;
    const write = rounded[op] ?? exact[op];
    if (write === undefined) throw new RangeError(`${op} is not written`);
    return write(a, b, c);
  }

  /** What an operation on arrays reads. */
  private asArray(node: Node): string {
    const name = this.names.get(node)!;
    if (this.kinds.of(node) === 'array') return name;
    if (node.op === 'const' && Math.fround(Number(node.attribute)) === node.attribute) return name;
    const known = this.inArrays.get(node) ?? this.local(false, `f(${name})`);
    this.inArrays.set(node, known);
    return known;
  }

  private local(isArray: boolean, value: string): string {
    const name = `x${String(this.count++)}`;
    this.lines[isArray ? 'element' : 'step'].push(`const ${name} = ${value};`);
    return name;
  }
}

/** Whether a node is the condition under which denormals become zero: t is a multiple of the period. */
function isDenormalRule({ op, operands: [periods, whole] }: Node): boolean {
  const [time, each] = periods?.operands ?? [];
  return op === 'eq' && time?.op === 'time' && each?.attribute === 1 / denormalPeriod && whole?.op === 'floor';
}

/** The entry of a method in the table. */
function entryOf({ name, groups: [group] }: Method): string {
  const program = programOf(group!);
  const symbols = program.hyper.map(({ key, symbol }) => [key, symbol] as const);
  const names = [...program.states.keys()].map((_, i) => `s${String(i)}`);
  for (const { kind } of program.states.values()) if (kind !== 'array') throw new RangeError(`${name} has a state that is a number`);
  const states = names.map((one, i) => `const ${one} = s[${String(i)}]!;\n`).join('');
  const body =
    states +
    new Writer(
      program,
      symbols.map(([key]) => key),
    ).body(exactWrites(program, 'float32'));
  const used = ['w', 'g', 'h', 's', 't', 'f', 'z'].filter((one) => new RegExp(`\\b${one}\\b`).test(body));
  return `${JSON.stringify(textKey(group!.parts[0]!.part.equations))}: {
    states: ${String(names.length)},
    symbols: ${JSON.stringify(symbols.map(([, symbol]) => symbol))},
    run: ({ ${used.join(', ')} }) => {\n${body}\n},
  },`;
}

/** The whole file. */
export async function directSteps(): Promise<string> {
  const text = `/**
 * Steps of common methods as functions, by their equations; written by \`npm run direct\` from the exact plan, never by hand.
 */
import { compow, type DirectStep } from './direct-step.ts';

/** Steps after which denormals become zero in float32: those whose t this divides. */
export const denormalPeriod = ${String(denormalPeriod)};

/** By equations. */
export const directSteps: Readonly<Record<string, DirectStep>> = {
  ${written.map(entryOf).join('\n')}
};
`;
  return format(text, { ...(await resolveConfig(file)), parser: 'typescript' });
}

if (import.meta.main) {
  asked('npm run direct', 'generates the JavaScript steps that minimize uses for common methods', {});
  writeFileSync(file, await directSteps());
}
