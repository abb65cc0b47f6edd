/**
 * The order of a step, as data: what an optimizer does with all its parameters, one operation after the other. To run a step is to interpret this list
 * (`train/step/interpreter.ts`), to write one in another language is to print it; the order is computed nowhere else. Knows plans; runs nothing.
 *
 * The parameters of an optimizer form cohorts, each with a plan of its own: the user's groups, split where the shape of a tensor selects equations, and
 * parameters added later. Cohorts advance level by level, and a sum over a group or over all parameters is added up over the cohorts, in their order,
 * before the next level begins.
 */
import { isReduction, scopeOf, topological, type Node } from '../language/graph.ts';
import type { Kind } from '../language/kind.ts';
import { UnsupportedError } from '../language/run-error.ts';
import type { Variable } from '../language/variable.ts';
import type { Pass } from './passes.ts';
import type { Plan, RoutineCall, ScalarSlot } from './plan.ts';

/** The plan of some parameters for one outcome of their host conditions, and the group whose sums they share. */
export interface PlannedCohort {
  readonly plan: Plan;
  readonly group: number;
  /** Whether its parameters are tables, of which a step takes some rows. */
  readonly sparse: boolean;
}

/** A sum over a group or over all parameters: its part in each cohort that has one. */
export interface SharedSum {
  /** Tells it from other sums, in any group. */
  readonly label: string;
  readonly parts: readonly { readonly cohort: number; readonly sum: Node }[];
}

/**
 * One operation, on cohort number `cohort` or on all.
 *
 * - `mean` completes the sums of the window of accumulation, of which the step takes the mean;
 * - `gather` brings the rows of a sparse step together, and `scatter` puts them back;
 * - `decide` computes the scalars that need no array, and with them the host conditions: their outcomes choose the plan, and so all that follows;
 * - `scalars` computes those that had to wait for the sums below their level, once and for each tensor;
 * - `routine` runs one on the whole matrices of each tensor, `pass` one kernel over all tensors, which leaves sums;
 * - `exchange` gives every cohort the total of the sums that it shares with others;
 * - `gate` ends the step, with nothing changed, where a gradient is not finite;
 * - `commit` keeps the scalar states;
 * - `observe` keeps what was measured of the step, which has been taken by then; `watch` looks in some steps whether it left finite weights.
 */
export type StepOp =
  | { readonly op: 'mean' | 'observe' | 'watch' }
  | { readonly op: 'gather' | 'scatter'; readonly cohort: number }
  | { readonly op: 'decide'; readonly cohort: number; readonly slots: readonly ScalarSlot[]; readonly conditions: readonly Node[] }
  | { readonly op: 'scalars'; readonly cohort: number; readonly level: number; readonly slots: readonly ScalarSlot[] }
  | { readonly op: 'routine'; readonly cohort: number; readonly call: RoutineCall }
  | { readonly op: 'pass'; readonly cohort: number; readonly pass: Pass }
  | { readonly op: 'exchange'; readonly sums: readonly SharedSum[] }
  | { readonly op: 'gate'; readonly cohort: number; readonly gate: Node }
  | { readonly op: 'commit'; readonly cohort: number; readonly writes: ReadonlyMap<Variable, Node> };

/** A step. */
export interface StepPlan {
  readonly cohorts: readonly PlannedCohort[];
  /** In order. What stands before the first `decide` depends on no plan, and what each decides may choose another. */
  readonly ops: readonly StepOp[];
}

/** What an optimizer does besides its equations. */
export interface StepOptions {
  /** Takes the mean over several batches. */
  readonly accumulates?: boolean;
  /** Keeps what each step measured. */
  readonly observes?: boolean;
  /** Looks whether weights are finite. */
  readonly watches?: boolean;
}

/** What comes before any plan is chosen. */
export function opening(cohorts: readonly Pick<PlannedCohort, 'sparse'>[], { accumulates }: StepOptions): StepOp[] {
  const gathers = cohorts.flatMap(({ sparse }, cohort): StepOp[] => (sparse ? [{ op: 'gather', cohort }] : []));
  return accumulates === true ? [{ op: 'mean' }, ...gathers] : gathers;
}

/** The order of a step with these cohorts. */
export function stepPlan(cohorts: readonly PlannedCohort[], options: StepOptions = {}): StepPlan {
  const ops: StepOp[] = opening(cohorts, options);
  const each = (emit: (cohort: number, planned: PlannedCohort) => readonly StepOp[]): void => {
    cohorts.forEach((planned, cohort) => ops.push(...emit(cohort, planned)));
  };
  each((cohort, { plan: { scalars, conditions } }) => [{ op: 'decide', cohort, slots: computed(scalars, 0), conditions }]);
  const shared = cohorts.length > 1 ? sharedSums(cohorts) : [];
  const places = placesOf(cohorts, shared);
  const last = places.reduce((most, own) => Math.max(most, own.at(-1) ?? 0), 0);
  for (let place = 0; place <= last; place++) {
    const here = (cohort: number): number => places[cohort]?.indexOf(place) ?? -1;
    if (place > 0) each((cohort, { plan }) => waiting(cohort, plan, here(cohort)));
    if (place === 1) {
      // A step that may end here ends for all cohorts, also for those that have to wait for others.
      each((cohort, { plan }) => (here(cohort) < 0 ? gateScalars(cohort, plan) : []));
      each((cohort, { plan: { gate } }) => (gate === undefined ? [] : [{ op: 'gate', cohort, gate }]));
    }
    each((cohort, { plan: { passes } }) =>
      passes.filter((pass) => pass.level === here(cohort)).map((pass) => ({ op: 'pass', cohort, pass })),
    );
    const sums = shared.filter((sum) => place === completed(sum, places));
    if (sums.length > 0) ops.push({ op: 'exchange', sums: sums.map(({ label, parts }) => ({ label, parts })) });
  }
  each((cohort, { plan: { scalarWrites: writes } }) => (writes.size > 0 ? [{ op: 'commit', cohort, writes }] : []));
  each((cohort, { sparse }) => (sparse ? [{ op: 'scatter', cohort }] : []));
  if (options.observes === true) ops.push({ op: 'observe' });
  if (options.watches === true) ops.push({ op: 'watch' });
  return { cohorts, ops };
}

/** A shared sum, with the level that leaves each of its parts. */
type LeveledSum = SharedSum & { readonly levels: readonly number[] };

/**
 * For each cohort the place of each of its levels in the order of the step. A level waits for the sums of the levels below it until every cohort has added its
 * part: where the shape of a tensor decides the equations, one cohort may have its part later than another.
 */
function placesOf(cohorts: readonly PlannedCohort[], shared: readonly LeveledSum[]): readonly number[][] {
  const places = cohorts.map(({ plan }) => {
    const used = [...plan.scalars, ...plan.passes, ...plan.routines].map(({ level }) => level);
    return Array.from({ length: 1 + used.reduce((most, level) => Math.max(most, level), 0) }, (_, level) => level);
  });
  const most = places.reduce((sum, { length }) => sum + length, 0);
  for (let moved = true; moved;) {
    moved = false;
    for (const sum of shared) {
      sum.parts.forEach(({ cohort }, i) => {
        const own = places[cohort] ?? [];
        const next = (sum.levels[i] ?? 0) + 1;
        const lacking = completed(sum, places) + 1 - (own[next] ?? Infinity);
        if (lacking <= 0) return;
        moved = true;
        for (let level = next; level < own.length; level++) own[level]! += lacking;
        if ((own.at(-1) ?? 0) > most) throw new UnsupportedError('equations', crossed);
      });
    }
  }
  return places;
}

const crossed =
  'two sums over several parameters depend on each other: matrices need the first before the second, vectors the second before the first';

/** When the last part of a sum has been added. */
function completed({ parts, levels }: LeveledSum, places: readonly (readonly number[])[]): number {
  return parts.reduce((latest, { cohort }, i) => Math.max(latest, places[cohort]?.[levels[i] ?? 0] ?? 0), 0);
}

/** What a gate looks at, where the scalars of its level come later. */
function gateScalars(cohort: number, { gate, scalars }: Plan): StepOp[] {
  if (gate === undefined) return [];
  const needed = new Set(topological([gate], undefined, (node) => (isReduction(node) ? [] : node.operands)));
  return [{ op: 'scalars', cohort, level: 1, slots: computed(scalars, 1).filter(({ node }) => needed.has(node)) }];
}

/** The routines and the scalars that had to wait for the level before `level`. */
function waiting(cohort: number, { routines, scalars }: Plan, level: number): StepOp[] {
  const calls = routines.filter((call) => call.level === level).map((call): StepOp => ({ op: 'routine', cohort, call }));
  const slots = computed(scalars, level);
  return slots.length === 0 ? calls : [...calls, { op: 'scalars', cohort, level, slots }];
}

/** The scalars of this level but for sums, which passes leave. */
function computed(scalars: readonly ScalarSlot[], level: number): ScalarSlot[] {
  return scalars.filter((slot) => slot.level === level && !isReduction(slot.node));
}

/** The sums that are over more than a tensor. */
function sharedSums(cohorts: readonly PlannedCohort[]): LeveledSum[] {
  const found = new Map<string, { readonly parts: { cohort: number; sum: Node }[]; readonly levels: number[] }>();
  cohorts.forEach(({ plan, group }, cohort) => {
    for (const { level, sums } of plan.passes) {
      for (const sum of sums) {
        const scope = scopeOf(sum);
        if (scope === 'tensor') continue;
        const label = `${sum.op} ${String(sum.attribute)}${scope === 'all' ? '' : ` of group ${String(group)}`}`;
        const known = found.get(label) ?? { parts: [], levels: [] };
        found.set(label, known);
        known.parts.push({ cohort, sum });
        known.levels.push(level);
      }
    }
  });
  return [...found].map(([label, one]) => ({ label, ...one }));
}

/** The step as text: one operation a line, below it what it computes. `$3` is a scalar, by its number among those of its cohort. For THALWEG_DEBUG and tests. */
export function printStep({ cohorts, ops }: StepPlan): string {
  const numbers = cohorts.map(({ plan }) => new Map(plan.scalars.map(({ node }, i) => [node, `$${String(i)}`])));
  const several = cohorts.length > 1;
  return ops.map((one) => printOp(one, several, (cohort, node) => numbers[cohort]?.get(node) ?? '$?')).join('\n');
}

function printOp(one: StepOp, several: boolean, reference: (cohort: number, node: Node) => string): string {
  const at = (cohort: number): string => (several ? `[${String(cohort)}]` : '');
  if (!('cohort' in one)) {
    if (one.op !== 'exchange') return one.op;
    const parts = one.sums.map((shared) => shared.parts.map(({ cohort, sum }) => reference(cohort, sum) + at(cohort)).join(' + '));
    return `exchange ${parts.join(', ')}`;
  }
  const { cohort } = one;
  const head = `${one.op}${several ? ` ${at(cohort)}` : ''}`;
  const named = (letter: string, values: readonly string[]): string[] => values.map((value, i) => `${letter}${String(i)}=${value}`);
  const scalars = (nodes: readonly Node[]): string[] => nodes.map((node) => reference(cohort, node));
  const below = (lines: readonly string[]): string => lines.map((line) => `\n  ${line}`).join('');
  switch (one.op) {
    case 'decide':
    case 'scalars':
      return head + below(one.slots.map(({ node, kind }) => printScalar(node, kind, (operand) => reference(cohort, operand))));
    case 'routine': {
      const { op, operands, scalars: given, result } = one.call;
      return [head, String(result.array), '=', op, ...operands.map(({ array }) => String(array)), ...scalars(given)].join(' ');
    }
    case 'pass': {
      const { arrays, kernel, form, scalars: given, sums } = one.pass;
      const what = [...named('a', arrays.map(String)), ...named('s', scalars(given)), ...named('r', scalars(sums))];
      return `${head} over ${form}: ${what.join(' ')}${below(kernel.key.split('\n'))}`;
    }
    case 'gate':
      return `${head} ${reference(cohort, one.gate)} = 0`;
    case 'commit':
      return `${head} ${[...one.writes].map(([state, node]) => `${String(state)} = ${reference(cohort, node)}`).join(', ')}`;
    default:
      return head;
  }
}

function printScalar(node: Node, kind: Kind, reference: (node: Node) => string): string {
  const attribute = node.attribute === '' ? '' : ` ${String(node.attribute)}`;
  return [`${reference(node)} = ${node.op}${attribute}`, ...node.operands.map(reference), ...(kind === 'host' ? [] : [`(${kind})`])].join(
    ' ',
  );
}
