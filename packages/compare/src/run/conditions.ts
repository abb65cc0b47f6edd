/** What a run depends on besides its files: the method that it trains with, what the problem is judged by, the machine. Knows no store. */
import { createHash } from 'node:crypto';
import type { Method } from 'thalweg';
import type { Contestant } from '../contestants.ts';
import type { Problem } from '../problem.ts';
import type { Machine } from '../schema.ts';
import type { Conditions } from './store.ts';
import { isRefusedRate, type TrialRequest } from './trial.ts';

/** The conditions of a run. Where its files are the same, so are these, unless something else than files had a say. */
export function conditionsOf(
  { target, tuningMetric, testMetric }: Problem,
  contestant: Contestant,
  request: Pick<TrialRequest, 'lr' | 'steps' | 'hyper'>,
  machine: Machine,
): Conditions {
  const { node, cpu, os, workers } = machine;
  return {
    method: methodOf(contestant, request),
    'metric or target': short([target, tuningMetric, testMetric]),
    // Seconds are results too.
    'machine, Node or number of workers': [node, cpu, os, workers].join(', '),
  };
}

function methodOf({ create }: Contestant, { lr, steps, hyper = {} }: Pick<TrialRequest, 'lr' | 'steps' | 'hyper'>): string {
  try {
    return short(describe(create(lr, { steps, hyper })));
  } catch (error) {
    // Where it is to be trained it fails likewise, and that run is kept with its message.
    return isRefusedRate(error, hyper) ? 'refused' : 'not made';
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
function short(value: unknown): string {
  const text = JSON.stringify(value, (_, one: unknown) => {
    if (typeof one === 'function' || typeof one === 'symbol' || one instanceof RegExp) return String(one);
    if (typeof one === 'number' && !Number.isFinite(one)) return String(one);
    return one;
  });
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
