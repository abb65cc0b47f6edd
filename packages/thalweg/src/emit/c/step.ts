/**
 * The functions of a step in C over any number of tensors: one for each outcome of the step's conditions, if there are some, and the one that selects among
 * them. Knows plans; `writer.ts` writes the body of a step.
 */
import type { Node } from '../../language/graph.ts';
import { UnsupportedError } from '../../language/run-error.ts';
import { prepare } from '../../plan/plan.ts';
import { indented } from '../../targets/loops/c/source.ts';
import { commented } from './comment.ts';
import { conditionOf, type ShapedProgram } from './programs.ts';
import type { WrittenProgram } from './branch.ts';
import type { StepStyle } from './style.ts';
import { StepWriter } from './writer.ts';

/** More outcomes of conditions than these make a file that nobody reads. */
const mostOutcomes = 64;

/** The functions, the last of which is `name`. */
export function stepFunctions(shaped: readonly ShapedProgram[], name: string, style: StepStyle): string[] {
  const { helpers, names } = style;
  const programs = shaped.map((one, index): WrittenProgram => ({
    ...one,
    index,
    prepared: prepare(one.program, style.dtype, { exact: style.exact }),
    condition: shaped.length === 1 ? '' : conditionOf(one, helpers, (what) => names.size(what)),
  })); // prettier-ignore
  const conditions = [...new Set(programs.flatMap(({ prepared }) => prepared.conditions))];
  const outcomes = conditions.length > 10 ? [] : outcomesOf(conditions);
  if (outcomes.length === 0 || outcomes.length > mostOutcomes)
    throw new UnsupportedError(
      'emit to c',
      `${nameOf(shaped)} has conditions with more than ${String(mostOutcomes)} outcomes, too many for a C file; every other target supports them`,
    );
  const parameters = `(${names.type} *o, ${names.type}_tensor *tensors, size_t count)`;
  const write = (title: string, lines: readonly string[]): string => [`${title}${parameters} {`, ...indented(lines), '}'].join('\n');
  const begin = name.endsWith('_step') ? ['o->t += 1;'] : [];
  const bodies = outcomes.map((outcome) => new StepWriter(programs, outcome, style).lines());
  if (conditions.length === 0) return [write(`void ${name}`, [...begin, ...bodies[0]!])];
  const texts = bodies.map((lines) => lines.join('\n'));
  const first = texts.map((text) => texts.indexOf(text));
  const numbered = [...new Set(first)];
  const variant = (i: number): string => `${name}_${String(numbered.indexOf(first[i]!))}`;
  const decision = new StepWriter(programs, outcomes[0]!, style).decision(conditions);
  if (numbered.length === 1) return [write(`void ${name}`, [...begin, ...bodies[0]!])];
  const functions = bodies.flatMap((lines, i) => {
    if (first[i] !== i) return [];
    const same = outcomes.filter((_, j) => first[j] === i);
    const said = conditions.flatMap((condition, k) => {
      const held = new Set(same.map((outcome) => outcome.get(condition)));
      const text = commented(decision.texts[k]!);
      return held.size > 1 ? [] : [held.has(true) ? text : `not ${text}`];
    });
    return [`${said.length === 0 ? '' : `/* A step where ${said.join(' and ')}. */\n`}${write(`static void ${variant(i)}`, lines)}`];
  });
  const bits = (outcome: ReadonlyMap<Node, boolean>): number =>
    conditions.reduce((sum, condition, i) => sum + (outcome.get(condition) === true ? 2 ** i : 0), 0);
  const cases = outcomes.map((outcome, i) => `case ${String(bits(outcome))}: ${variant(i)}(o, tensors, count); break;`);
  return [...functions, write(`void ${name}`, [...begin, ...decision.lines, 'switch (outcome) {', ...indented(cases), '}'])];
}

const nameOf = ([first]: readonly ShapedProgram[]): string => first?.program.name ?? '';

/** The outcomes that may occur together: comparisons of t with numbers exclude each other, and others are free. */
function outcomesOf(conditions: readonly Node[]): ReadonlyMap<Node, boolean>[] {
  const ofTime = conditions.map((condition) => comparisonOfTime(condition));
  const times = [1, ...ofTime.flatMap((one) => (one === undefined ? [] : [Math.floor(one.limit) - 1, Math.floor(one.limit), Math.floor(one.limit) + 1, Math.floor(one.limit) + 2]))]; // prettier-ignore
  const occurring = new Set(times.filter((t) => t >= 1).map((t) => ofTime.map((one) => (one === undefined ? '?' : Number(one.holds(t)))).join('')));
  const all = Array.from({ length: 2 ** conditions.length }, (_, bits) => conditions.map((__, i) => ((bits >> i) & 1) === 1));
  const may = all.filter((outcome) => occurring.has(outcome.map((one, i) => (ofTime[i] === undefined ? '?' : Number(one))).join('')));
  return may.map((outcome) => new Map(conditions.map((condition, i) => [condition, outcome[i]!])));
} // prettier-ignore

/** What a condition says of t, where it says nothing else. */
function comparisonOfTime({ op, operands: [a, b] }: Node): { readonly limit: number; readonly holds: (t: number) => boolean } | undefined {
  const compare = { lt: (x: number, y: number) => x < y, le: (x: number, y: number) => x <= y, eq: (x: number, y: number) => x === y, ne: (x: number, y: number) => x !== y }; // prettier-ignore
  if (op !== 'lt' && op !== 'le' && op !== 'eq' && op !== 'ne') return undefined;
  if (a?.op === 'time' && b?.op === 'const') return { limit: Number(b.attribute), holds: (t) => compare[op](t, Number(b.attribute)) };
  return a?.op === 'const' && b?.op === 'time'
    ? { limit: Number(a.attribute), holds: (t) => compare[op](Number(a.attribute), t) }
    : undefined;
}
