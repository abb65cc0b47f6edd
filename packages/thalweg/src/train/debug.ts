/** `THALWEG_DEBUG=1`, for work on the compiler: each step and kernel is verified as it is planned, and printed. Removed from the published build. */
import type { Plan } from '../plan/plan.ts';
import { printStep, stepPlan } from '../plan/step.ts';
import { verifyKernel } from '../plan/verify-kernel.ts';
import { verifyStep } from '../plan/verify-step.ts';

/** Verifies and prints the steps of an optimizer, if that is wanted. */
export function debugTrace(name: string): ((plan: Plan) => void) | undefined {
  if (typeof process === 'undefined' || (process.env['THALWEG_DEBUG'] ?? '') === '') return undefined;
  return (plan) => {
    const step = stepPlan([{ plan, group: 0, sparse: false }]);
    console.error(`thalweg: ${name}\n${printStep(step)}\n`);
    for (const { kernel } of plan.passes) verifyKernel(kernel);
    verifyStep(step);
  };
}
