/** What `THALWEG_DEBUG=1` prints, for those who work on the compiler: each step and kernel as it is planned. The published build is without it. */
import type { Plan } from '../plan/plan.ts';
import { printStep, stepPlan } from '../plan/step.ts';

/** Prints the steps of an optimizer, if that is wanted. */
export function debugTrace(name: string): ((plan: Plan) => void) | undefined {
  const wanted = typeof process !== 'undefined' && (process.env['THALWEG_DEBUG'] ?? '') !== '';
  return wanted ? (plan) => console.error(`thalweg: ${name}\n${printStep(stepPlan([{ plan, group: 0, sparse: false }]))}\n`) : undefined;
}
