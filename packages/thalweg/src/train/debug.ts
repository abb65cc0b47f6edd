/** What `THALWEG_DEBUG=1` prints, for those who work on the compiler: each plan and kernel as it is made. The published build is without it. */
import { printPlan, type Plan } from '../plan/plan.ts';

/** Prints the plans of an optimizer, if that is wanted. */
export function debugTrace(name: string): ((plan: Plan) => void) | undefined {
  const wanted = typeof process !== 'undefined' && (process.env['THALWEG_DEBUG'] ?? '') !== '';
  return wanted ? (plan) => console.error(`thalweg: ${name}\n${printPlan(plan)}\n`) : undefined;
}
