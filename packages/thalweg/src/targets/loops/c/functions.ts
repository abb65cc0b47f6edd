/** The algorithms of operations (`language/operations/algorithms.ts`) as C functions, each with the helpers that it needs. */
import { inFloat32, inFloat64 } from '../../../language/operations/algorithms.ts';
import { bitHelpers, doubles, singles } from './arithmetic.ts';
import { codingHelpers } from './quantization.ts';
import { sumHelpers } from './sums.ts';
import { Helpers, indented, Statements, type Helper } from './source.ts';

/** Names that C's own functions do not have. */
const nameOf = (algorithm: string): string => `own_${algorithm}`;

/** The helper functions of a file of C, and `more` of them. */
export function helpersOfC(more: Readonly<Record<string, Helper>> = {}): Helpers {
  const helpers: Helpers = new Helpers(
    (name) => more[name] ?? bitHelpers[name] ?? codingHelpers[name] ?? sumHelpers[name] ?? algorithm(name, helpers),
  );
  return helpers;
}

/** The name of an algorithm's function, which the file then has. */
export function algorithmIn(helpers: Helpers, by: keyof typeof inFloat64 | keyof typeof inFloat32): string {
  return helpers.use(nameOf(by));
}

/** An algorithm as a function; what it needs is used on the way, and so stands before it. */
function algorithm(name: string, helpers: Helpers): Helper {
  const statements = new Statements('t');
  const write = (type: string, parameters: readonly string[], result: string): Helper => ({
    text: [
      `static inline ${type} ${name}(${parameters.map((one) => `${type} ${one}`).join(', ')}) {`,
      ...indented([...statements.lines, `return ${result};`]),
      '}',
    ].join('\n'),
  });
  for (const [key, make] of Object.entries(inFloat64)) {
    if (nameOf(key) === name) return write('double', ['x', 'y'].slice(0, make.length - 1), make(doubles(statements, helpers), 'x', 'y'));
  }
  for (const [key, make] of Object.entries(inFloat32)) {
    if (nameOf(key) === name) return write('float', ['x'], make(singles(statements, helpers), 'x'));
  }
  throw new RangeError(`there is no helper ${name}`);
}
