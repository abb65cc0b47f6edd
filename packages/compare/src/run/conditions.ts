/** What a run depends on besides its files: its method, the problem's metrics, the machine. Knows no store. */
import { createHash } from 'node:crypto';
import { Method } from 'thalweg';
import type { Contestant } from '../contestants.ts';
import type { Problem } from '../problem.ts';
import type { Machine } from '../schema.ts';
import { isRefusedRate, type TrialRequest } from './trial.ts';

/** The conditions of a run, with the names by which people know it. */
export interface Conditions {
  /** Ids: a request names files by their paths. */
  readonly problem: string;
  readonly optimizer: string;
  /** A hash of the equations of each group with everything that they depend on; and the equations, to be read. */
  readonly method: string;
  readonly equations: string;
  readonly judgement: Judgement;
  /** Seconds are results too. */
  readonly machine: string;
  readonly thalweg: string;
}

/** What a problem's runs are judged by. */
export type Judgement = Pick<Problem, 'target' | 'tuningMetric' | 'testMetric'>;

/** The conditions of a run. Where its files are the same, so are these, unless something else than files had a say. */
export function conditionsOf(
  { id, target, tuningMetric, testMetric }: Problem,
  contestant: Contestant,
  request: Pick<TrialRequest, 'lr' | 'steps' | 'hyper'>,
  machine: Machine,
): Conditions {
  return {
    problem: id,
    optimizer: contestant.id,
    ...methodOf(contestant, request),
    judgement: { target, tuningMetric, testMetric },
    machine: machineText(machine),
    thalweg: machine.thalweg,
  };
}

/** What must be the same for seconds to be comparable. */
export function machineText({ node, cpu, os, workers }: Pick<Machine, 'node' | 'cpu' | 'os' | 'workers'>): string {
  return [node, cpu, os, workers].join(', ');
}

/** Whether two of these texts are of one machine, which made another number of runs at a time. */
export function isBeside(one: string, other: string): boolean {
  const alone = (text: string): string => text.replace(/, \d+$/, '');
  return one !== other && alone(one) === alone(other);
}

/** A name for what a problem is judged by. */
export function judgementId({ target, tuningMetric, testMetric }: Judgement): string {
  return hashOfValue([target, tuningMetric, testMetric]);
}

function methodOf(
  { create, around }: Contestant,
  { lr, steps, hyper = {} }: Pick<TrialRequest, 'lr' | 'steps' | 'hyper'>,
): Pick<Conditions, 'method' | 'equations'> {
  try {
    const made = create(lr, { steps, hyper });
    if (!(made instanceof Method)) return { method: hashOfValue(made), equations: made.name };
    const method = around === undefined ? describe(made) : [describe(made), around, hyper];
    return { method: hashOfValue(method), equations: made.equations };
  } catch (error) {
    // Where it is to be trained it fails likewise, and that run is kept with its message.
    return { method: isRefusedRate(error, hyper) ? 'refused' : 'not made', equations: '' };
  }
}

/** The equations of each group with everything that they depend on. */
function describe(method: Method): unknown {
  return method.groups.map(({ name, match, parts }) => [
    name,
    match,
    parts.map(({ part, values }) => [part, [...values].map(([key, value]) => [key, value])]),
  ]);
}

/** A hash of a value's members: those that are functions by their text. */
export function hashOfValue(value: unknown): string {
  const text = JSON.stringify(value, (_, one: unknown) => {
    if (typeof one === 'function' || typeof one === 'symbol' || one instanceof RegExp) return String(one);
    if (typeof one === 'number' && !Number.isFinite(one)) return String(one);
    return one;
  });
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
