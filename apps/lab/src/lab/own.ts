/** Equations of the reader's own: examples to start from, and the check that says what is wrong and where. Knows the library alone. */
import { EquationError, optimizer, spell, ThalwegError, type Span } from 'thalweg';
import { declared, type Entrant, type OwnEquations } from '../race/entrant.ts';
import { steady } from '../race/pace.ts';

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

/** What a name of a hyperparameter may be, as options of the library are named. */
const names = /^[A-Za-z][A-Za-z0-9]{0,20}$/;

/** Why a hyperparameter of this name and symbol cannot be added; undefined where it can. */
export function refusal(hyper: OwnEquations['hyper'], symbol: string, name: string, most: number): string | undefined {
  if (symbol === '') return 'A hyperparameter needs a symbol, as it stands in the equations: γ, c, β₃.';
  if (name === '') return 'A hyperparameter needs a name, as an option of a program is named: gamma, limit, beta3.';
  if (!names.test(name)) return `${name} is no name: a letter, then at most 20 letters and digits.`;
  if (Object.hasOwn(hyper, name)) return `There is a hyperparameter ${name} already.`;
  const taken = Object.entries(hyper).find(([, [other]]) => spell(other) === spell(symbol));
  if (taken !== undefined) return `${symbol} is the symbol of ${taken[0]} already.`;
  if (Object.keys(hyper).length >= most) return `${String(most)} hyperparameters are as many as fit.`;
  const checked = checkOwn({ equations: 'w ← w − g', hyper: { ...hyper, [name]: [symbol, 0.9] } });
  return 'problem' in checked ? checked.problem : undefined;
}

/**
 * The entrant of equations, in the place of one that was there: what was tuned stays, unless another value was declared for it since. Where it
 * races is not changed by what is typed.
 */
export function entrantOf(own: OwnEquations, before?: Entrant): Entrant {
  const values = Object.fromEntries(
    Object.entries(own.hyper).map(([name, [, value]]) => {
      const declaredBefore = before?.own?.hyper[name]?.[1];
      const tuned = before?.values[name];
      return [name, declaredBefore === value && tuned !== undefined ? tuned : value];
    }),
  );
  return { key: 'own', id: 'own', label: 'Your own', values, pace: before?.pace ?? steady, shown: before?.shown ?? true, own };
}

/** What is right or wrong with equations. */
export type Check = { readonly latex: string; readonly lines: string } | { readonly problem: string; readonly span?: Span };

/** Reads the equations as the race will. */
export function checkOwn(own: OwnEquations): Check {
  const { equations } = own;
  try {
    const method = optimizer({ name: 'own', hyper: declared(own), equations })();
    if (!method.trains) return { problem: 'Assign w at least once, as in w ← w − η·g; else nothing moves.' };
    return { latex: method.latex(), lines: method.equations };
  } catch (error) {
    if (error instanceof EquationError) return { problem: error.message, span: error.span };
    if (error instanceof ThalwegError) return { problem: error.message };
    if (error instanceof RangeError) return { problem: 'The equations are nested too deep.' };
    throw error;
  }
}
