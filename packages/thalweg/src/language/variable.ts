/**
 * Variables: what a program reads and writes, each with a role, so that no name chosen by a user can clash with an internal one. There is one object for
 * each role and name, compared by identity. Knows nothing of nodes and memory.
 */

/**
 * What a variable is for: the parameter w and its gradient g; inputs that the equations declare, and those that the optimizer fills itself;
 * the states that the equations assign; where to evaluate; the copy of w in half precision; measures of a step and the last update, which
 * observing adds; the scales of a state's format; and the arrays by which routines are given operands and give results.
 */
export type Role =
  | 'parameter' | 'gradient' | 'input' | 'policy' | 'state' | 'evaluation' | 'half' | 'measure' | 'lastUpdate' | 'scales' | 'operand' | 'result'; // prettier-ignore

/** A role and, where a program has several variables of that role, a name. */
export class Variable {
  readonly role: Role;
  readonly name: string;
  /** A text that no other variable has: roles hold no space. */
  readonly key: string;

  /** Use `variable` instead. */
  constructor(role: Role, name: string, key: string) {
    this.role = role;
    this.name = name;
    this.key = key;
  }

  /** For people: w, g, a state by its name, anything else with its role. */
  toString(): string {
    if (this.role === 'parameter') return 'w';
    if (this.role === 'gradient') return 'g';
    return this.role === 'state' ? this.name : this.key.trimEnd();
  }
}

const known = new Map<string, Variable>();

/** The variable of this role and name. */
export function variable(role: Role, name = ''): Variable {
  const key = `${role} ${name}`;
  const made = known.get(key) ?? new Variable(role, name, key);
  known.set(key, made);
  return made;
}

/** The parameter, `w`. */
export const parameter = variable('parameter');

/** Its gradient, `g`. */
export const gradient = variable('gradient');
