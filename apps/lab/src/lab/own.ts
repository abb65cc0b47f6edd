/** Equations of the reader's own: examples to start from, and the check that says what is wrong and where. Knows the library alone. */
import { EquationError, optimizer, ThalwegError, type Span } from 'thalweg';
import { declared, type OwnEquations } from '../race/entrant.ts';

/** Equations to start from. */
export const examples: readonly { readonly label: string; readonly own: OwnEquations }[] = [
  {
    label: 'Sign of momentum',
    own: { equations: 'm ← β·m + (1 − β)·g\nw ← w − η·sign(m)', hyper: { lr: ['η', 0.03], beta: ['β', 0.9] } },
  },
  {
    label: 'Adam, as it is',
    own: {
      equations: 'm ← β₁·m + (1 − β₁)·g\nv ← β₂·v + (1 − β₂)·g²\nm̂ = m / (1 − β₁ᵗ)\nv̂ = v / (1 − β₂ᵗ)\nw ← w − η·m̂ / (√v̂ + ε)',
      hyper: { lr: ['η', 0.1], beta1: ['β₁', 0.9], beta2: ['β₂', 0.999], eps: ['ε', 1e-8] },
    },
  },
  {
    label: 'Clipped steps',
    own: { equations: 'u = η·g\nw ← w − max(−c, min(c, u))', hyper: { lr: ['η', 0.05], limit: ['c', 0.1] } },
  },
  {
    label: 'Normalized momentum',
    own: { equations: 'm ← β·m + g\nw ← w − η·m / (‖m‖ + ε)', hyper: { lr: ['η', 0.05], beta: ['β', 0.9], eps: ['ε', 1e-8] } },
  },
];

/** What is right or wrong with equations. */
export type Check = { readonly latex: string; readonly lines: string } | { readonly problem: string; readonly span?: Span };

/** Reads the equations as the race will. */
export function checkOwn(own: OwnEquations): Check {
  const { equations } = own;
  try {
    const method = optimizer({ name: 'own', hyper: declared(own), equations })();
    if (!/(^|[\n;])\s*w\s*(←|<-)/.test(equations)) return { problem: 'Assign w at least once, as in w ← w − η·g; else nothing moves.' };
    return { latex: method.latex(), lines: method.equations };
  } catch (error) {
    if (error instanceof EquationError) return { problem: error.message, span: error.span };
    if (error instanceof ThalwegError) return { problem: error.message };
    if (error instanceof RangeError) return { problem: 'The equations are nested too deep.' };
    throw error;
  }
}
