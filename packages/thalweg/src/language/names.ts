/** Which symbols a definition or a schedule may declare: each must be a valid name, not predefined, and distinct from the others. */
import { EquationError, OptionError, shortened } from './error.ts';
import { tokenize } from './lexer.ts';

/** The names that every equation is given. */
export const givenNames = ['w', 'g', 't', 'pi', 'rank', 'rows', 'cols', 'size', 'mod'] as const;

const isGiven = (spelling: string): boolean => givenNames.some((name) => name === spelling);

/** The spelling of a symbol that `option` of `owner` declares. Throws an OptionError where it is no name, or one that is given. */
export function symbolSpelling(owner: string, option: string, symbol: string): string {
  const token = onlyToken(owner, symbol);
  if (token?.kind !== 'name')
    throw new OptionError(owner, option, symbol, `has the symbol ${JSON.stringify(shortened(symbol))}, which is not a valid name`);
  if (isGiven(token.text)) throw new OptionError(owner, option, symbol, `has the symbol ${symbol}, which is predefined in every equation`);
  return token.text;
}

function onlyToken(owner: string, symbol: string): ReturnType<typeof tokenize>[number] | undefined {
  try {
    const [token, end, ...more] = tokenize(owner, symbol);
    return end?.kind === 'end' && more.length === 0 ? token : undefined;
  } catch (error) {
    if (error instanceof EquationError) return undefined; // No name has a character without a meaning.
    throw error;
  }
}

/** Throws an OptionError for the first symbol that no equation can mean. */
export function checkSymbols(owner: string, declared: readonly (readonly [option: string, symbol: string])[]): void {
  const taken = new Map<string, string>();
  for (const [option, symbol] of declared) {
    const spelling = symbolSpelling(owner, option, symbol);
    const other = taken.get(spelling);
    if (other !== undefined) throw new OptionError(owner, option, symbol, `has the symbol ${symbol}, and so has ${other}`);
    taken.set(spelling, option);
  }
}
