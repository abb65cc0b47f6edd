/** Reads what the program said and holds it against what it must have said. */
import { availableParallelism } from 'node:os';
import { run } from './process.ts';
import type { Expected, Fit, Found } from './row.ts';

/** The bits that the Node of this process gets; every environment must get the same. */
const hashes = { small: '', large: '' };

/** Runs the program here, so that there is something to hold the others against. */
export async function learn(): Promise<void> {
  const { output, errors } = await run(process.execPath, ['program.js']);
  const { small, large } = told(output + errors);
  [hashes.small, hashes.large] = [small.hash, large.hash];
}

/** How long an error of ours may be when nobody catches it, in characters. */
const longestError = 1000;

/** What the program told, which stands on a line of its own, and the mistake's stack where it caught that itself. */
export function told(output: string): { readonly small: Fit; readonly large: Fit; readonly mistake: string | undefined } {
  const found = /RESULT (\{.*\})/.exec(output)?.[1];
  if (found === undefined) throw new Error(`the program told nothing\n${output.slice(0, 3000)}`);
  const { small, large } = JSON.parse(found) as { small: Fit; large: Fit };
  const mistake = /MISTAKE (".*")/.exec(output)?.[1];
  return { small, large, mistake: mistake === undefined ? undefined : String(JSON.parse(mistake)) };
}

/** Throws unless an error is short and names the user's file. */
export function checkLength(text: string, file: string): void {
  if (text.length >= longestError) throw new Error(`the uncaught error has ${String(text.length)} characters:\n${text.slice(0, 3000)}`);
  if (!text.includes(file)) throw new Error(`the uncaught error does not name ${file}:\n${text}`);
}

/** Throws unless the error of the mistake is short, says what was wrong and what would be right, and names the user's file. */
export function checkError(text: string, file: string): void {
  checkLength(text, file);
  if (!text.includes('lrr') || !text.includes('did you mean lr')) throw new Error(`the error does not say what would be right:\n${text}`);
}

/** Throws unless the fits are where they should be and of the bits they should have. */
export function checkFits({ small, large }: { readonly small: Fit; readonly large: Fit }, expected: Expected): Found {
  const several = expected.threads === 'several' && availableParallelism() > 1;
  const problems = [
    small.backend === expected.backend && large.backend === expected.backend ? '' : `ran on ${small.backend} and ${large.backend}`,
    large.threads > 1 === several ? '' : `ran on ${String(large.threads)} threads`,
    small.threads === 1 ? '' : 'the small model has threads',
    small.hash === hashes.small && large.hash === hashes.large
      ? ''
      : `got ${small.hash} and ${large.hash}, not ${hashes.small} and ${hashes.large}`,
  ].filter((problem) => problem !== '');
  if (problems.length > 0) throw new Error(problems.join('; '));
  return { small, large };
}
