/** Suggestions for an unknown problem or optimizer: a file with that name, or the other kind of thing. Loads a file only if the message needs it. */
import { existsSync } from 'node:fs';
import { Method } from 'thalweg';
import { loadOwnFile } from '../own-file.ts';
import { ProblemError } from '../problem.ts';
import { isFile } from '../registry.ts';

const endings = ['.ts', '.mts', '.js', '.mjs'];

/** The error with what would be right behind it, as far as the folder tells; the error itself where nothing does. */
export async function withHint(error: unknown): Promise<unknown> {
  if (!(error instanceof ProblemError)) return error;
  const { file, problem } = error;
  if (!isFile(file)) {
    const beside = endings.map((ending) => `./${file}${ending}`).find((path) => existsSync(path));
    return beside === undefined ? error : new ProblemError(file, `${problem.split('; ')[0]!}; to use the file ${beside}, write its path`);
  }
  if (!/^must export a problem by default|^the problem's /.test(problem)) return error;
  const { exported } = await loadOwnFile(file);
  const { default: given } = exported;
  const isOptimizer = given instanceof Method || (typeof given === 'function' && 'definition' in given) || (typeof given === 'object' && given !== null && 'create' in given);
  if (isOptimizer) return new ProblemError(file, `it exports an optimizer, but a problem is expected here; write: thalweg compare digits --optimizers adamw,${file}`);
  const others = Object.keys(exported).filter((name) => name !== 'default' && name !== 'optimizers');
  return given === undefined && others.length > 0 ? new ProblemError(file, `${problem}; it exports ${others.join(', ')}, but has no default export`) : error;
} // prettier-ignore
