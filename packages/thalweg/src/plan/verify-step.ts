/** The invariants of the order of a step. Tests check every plan, and break each rule once; in training they run only with THALWEG_DEBUG. */
import { scopeOf, type Node } from '../language/graph.ts';
import type { Variable } from '../language/variable.ts';
import type { Pass } from './passes.ts';
import type { SharedSum, StepOp, StepPlan } from './step.ts';

/** What is known of a cohort at one place of the list. */
class Progress {
  readonly known = new Set<Node>();
  /** Sums of which every cohort has its own part only. */
  readonly parts = new Set<Node>();
  /** The arrays by which routines of this step were given operands or gave results. */
  readonly filled = new Set<Variable>();
  readonly done = new Set<StepOp['op']>();
}

/** Throws a RangeError that names the first operation at a place where it cannot stand, or what is missing at the end. */
export function verifyStep({ cohorts, ops }: StepPlan): void {
  const progress = cohorts.map(() => new Progress());
  const shares = cohorts.length > 1;
  const whole = new Set<StepOp['op']>();
  let [at, decided, wrote, over] = [0, 0, false, false];
  const fail = (problem: string): never => {
    throw new RangeError(`operation ${String(at)}, ${ops[at]?.op ?? 'the end'}: ${problem}`);
  };
  const knows = (own: Progress, nodes: readonly Node[], what: string): void => {
    for (const node of nodes) {
      if (!own.known.has(node)) fail(`${what} ${node.op}, which is not computed yet`);
      if (own.parts.has(node)) fail(`${what} ${node.op}, which is not exchanged yet`);
    }
  };
  const once = (seen: Set<StepOp['op']>, op: StepOp['op']): void => {
    if (seen.has(op)) fail('a second time');
    seen.add(op);
  };
  const exchange = (sums: readonly SharedSum[]): void => {
    for (const { cohort, sum } of sums.flatMap(({ parts }) => parts)) {
      if (progress[cohort]?.parts.delete(sum) !== true) fail('a sum that no pass has left, or that was exchanged before');
    }
  };
  const visit = (one: Extract<StepOp, { readonly cohort: number }>): void => {
    const [own, planned] = [progress[one.cohort], cohorts[one.cohort]];
    if (own === undefined || planned === undefined) return fail(`there is no cohort ${String(one.cohort)}`);
    if (one.op !== 'routine' && one.op !== 'pass' && one.op !== 'scalars') once(own.done, one.op);
    if (own.done.has('commit') && one.op !== 'commit' && one.op !== 'scatter') fail('after the states were kept');
    if (own.done.has('scatter') && one.op !== 'scatter') fail('after the rows were put back');
    switch (one.op) {
      case 'decide':
      case 'scalars':
        if (planned.sparse && !own.done.has('gather')) fail('before its rows are gathered');
        for (const { node } of one.slots) {
          knows(own, node.operands, 'reads');
          own.known.add(node);
        }
        if (one.op === 'decide') {
          knows(own, one.conditions, 'decides by');
          decided += 1;
        }
        break;
      case 'routine': {
        const { operands, scalars, result } = one.call;
        for (const { array } of operands) if (isScratch(array) && !own.filled.has(array)) fail(`${String(array)} is not filled yet`);
        knows(own, scalars, 'reads');
        own.filled.add(result.array);
        break;
      }
      case 'pass': {
        const { pass } = one;
        knows(own, pass.scalars, 'reads');
        for (const array of loaded(pass)) if (isScratch(array) && !own.filled.has(array)) fail(`${String(array)} is not filled yet`);
        if (writesLasting(pass)) {
          if (planned.plan.gate !== undefined && !cohorts.every((_, i) => progress[i]?.done.has('gate'))) fail('writes before the gates');
          wrote = true;
        }
        for (const array of stored(pass)) own.filled.add(array);
        for (const sum of pass.sums) {
          if (own.known.has(sum)) fail('computes a sum again');
          own.known.add(sum);
          if (shares && scopeOf(sum) !== 'tensor') own.parts.add(sum);
        }
        break;
      }
      case 'gate':
        if (wrote) fail('after something was written');
        knows(own, [one.gate], 'looks at');
        break;
      case 'commit':
        knows(own, [...one.writes.values()], 'keeps');
        break;
      default:
        break;
    }
  };
  for (const one of ops) {
    const late = one.op === 'observe' || one.op === 'watch';
    const early = one.op === 'mean' || one.op === 'gather' || one.op === 'decide';
    if (!early && decided < cohorts.length) fail('before every cohort has decided');
    if (early && decided === cohorts.length) fail('after the last cohort has decided');
    if (over && !late) fail('after the step was taken');
    if ('cohort' in one) visit(one);
    else if (one.op === 'exchange') exchange(one.sums);
    else once(whole, one.op);
    over ||= one.op === 'observe' || one.op === 'watch';
    at += 1;
  }
  cohorts.forEach(({ plan, sparse }, i) => {
    const own = progress[i] ?? fail('a cohort is missing');
    const emitted = ops.flatMap((one) => (one.op === 'pass' && one.cohort === i ? [one.pass] : []));
    if (plan.passes.some((pass) => !emitted.includes(pass)) || emitted.length > plan.passes.length) fail('not every pass ran once');
    if (plan.scalarWrites.size > 0 && !own.done.has('commit')) fail('the states are not kept');
    if (plan.gate !== undefined && !own.done.has('gate')) fail('a gate is missing');
    if (sparse && !own.done.has('scatter')) fail('the rows are not put back');
    if (own.parts.size > 0) fail('a sum is not exchanged');
  });
}

/** Whether a pass writes what lasts, and not only what a routine of this step is to read. */
export function writesLasting(pass: Pass): boolean {
  return stored(pass).some((array) => !isScratch(array));
}

function isScratch({ role }: Variable): boolean {
  return role === 'operand' || role === 'result';
}

function loaded({ kernel, arrays }: Pass): Variable[] {
  return kernel.code.flatMap((one) => (one.op === 'load' ? (arrays[one.array] ?? []) : []));
}

function stored({ kernel, arrays }: Pass): Variable[] {
  return kernel.code.flatMap((one) => (one.op === 'store' ? (arrays[one.array] ?? []) : []));
}
