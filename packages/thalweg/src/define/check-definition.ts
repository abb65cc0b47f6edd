/** What a definition must be before its equations are read: the shape of everything that JavaScript lets pass, and every name. */
import { OptionError } from '../language/error.ts';
import { checkSymbols } from '../language/names.ts';
import { range } from '../language/range.ts';
import { defaultRange } from './hyper.ts';
import { checkNames, describe, isCallable, isRecord, wrongOption } from '../language/options.ts';

const longestName = 100;
const isOption = /^[A-Za-z_$][\w$]*$/;

/** Throws an OptionError for the first part of a definition that is not what it must be. */
export function checkDefinition(definition: unknown): void {
  const keys = ['name', 'hyper', 'variants', 'compatDefaults', 'float32Defaults', 'inputs', 'init', 'evaluate', 'keep', 'equations'];
  const owner =
    isRecord(definition) && typeof definition['name'] === 'string' && definition['name'] !== '' ? definition['name'] : 'optimizer';
  checkNames(owner, definition, keys);
  const {
    name,
    hyper,
    variants = {},
    compatDefaults = {},
    float32Defaults = {},
    inputs = {},
    init = {},
    evaluate,
    keep = [],
    equations,
  } = definition as Record<string, unknown>;
  const isText = (value: unknown): boolean => typeof value === 'string';
  const wants = (option: string, value: unknown, right: boolean, wanted: string): void => {
    if (!right) wrongOption(owner, option, value, wanted);
  };
  wants('name', name, isText(name) && name !== '', 'a non-empty string');
  wants('equations', equations, isText(equations) || isCallable(equations), 'a string, or a function of the options that returns one');
  wants('evaluate', evaluate, evaluate === undefined || isText(evaluate), 'a string');
  wants('keep', keep, Array.isArray(keep) && keep.every(isText), 'a list of state names');
  const each = (option: string, given: unknown, wanted: string, right: (value: unknown) => boolean): void => {
    wants(option, given, isRecord(given), `an object, each value ${wanted}`);
    for (const [key, value] of Object.entries(given as object)) {
      if (option === 'hyper' && key.includes('.'))
        wrongOption(owner, key, key, "a name without a dot, which separates group and hyperparameter in opt.hyper['group.lr']");
      wants(key, value, right(value), `declared as ${wanted}`);
    }
  };
  const isPair = (value: unknown): value is readonly unknown[] => Array.isArray(value) && isText(value[0]) && value[0] !== '';
  each(
    'hyper',
    hyper,
    "[symbol, default], ['η', 0.1]",
    (one) => isPair(one) && typeof one[1] === 'number' && (one[2] === undefined || isText(one[2])),
  );
  each(
    'variants',
    variants,
    "false, or a list of strings, ['scaled', 'independent']",
    (one) => one === false || (Array.isArray(one) && one.length > 0 && one.every(isText)),
  );
  each(
    'inputs',
    inputs,
    "[symbol, kind], ['f', 'scalar'] or ['h', 'tensor']",
    (one) => isPair(one) && (one[1] === 'scalar' || one[1] === 'tensor'),
  );
  each('init', init, "an expression, 'w'", isText);
  each(
    'compatDefaults',
    compatDefaults,
    'an object with a number per hyperparameter and a string per variant',
    (one) => isRecord(one) && Object.values(one).every((value) => ['number', 'string', 'boolean'].includes(typeof value)),
  );
  const isNumber = (value: unknown): boolean => typeof value === 'number';
  each(
    'float32Defaults',
    float32Defaults,
    'an object with a number per hyperparameter',
    (one) => isRecord(one) && Object.entries(one).every(([key, value]) => isNumber(value) && Object.hasOwn(hyper as object, key)),
  );
  checkNamesOf(owner, { hyper: hyper as object, variants: variants as object, inputs: inputs as object });
}

/** Checks the names of options and of what the equations are given: each can be written, and no two are one. */
function checkNamesOf(owner: string, declared: Readonly<Record<string, object>>): void {
  if (owner.length > longestName || /\p{C}/u.test(owner))
    wrongOption('optimizer', 'name', owner, `a string of at most ${String(longestName)} characters without line breaks`);
  const taken = new Set<string>();
  const symbols: [option: string, symbol: string][] = [];
  for (const [what, group] of Object.entries(declared)) {
    for (const key of Object.keys(group)) {
      const one: unknown = Reflect.get(group, key);
      // What is not given would be read from the prototype of the options.
      if (!isOption.test(key) || key in Object.prototype || key.length > longestName)
        throw new OptionError(owner, `${what}: ${describe(key)}`, one, 'cannot be the name of an option; use letters, digits and _');
      if (taken.has(key)) throw new OptionError(owner, key, one, 'is declared twice; hyper, variants and inputs share their names');
      taken.add(key);
      if (!Array.isArray(one) || what === 'variants') continue;
      symbols.push([key, String(one[0])]);
      if (what === 'hyper') range(one[2] === undefined ? defaultRange : String(one[2]), `${owner}, the range of ${key}`);
    }
  }
  checkSymbols(owner, symbols);
}
