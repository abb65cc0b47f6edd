/** What somebody meant who named a problem or an optimizer that is none: the file beside, or the other of the two. Loads a file only where a message would be worse without. */
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
    return beside === undefined ? error : new ProblemError(file, `${problem.split('; ')[0]!}; there is the file ${beside}, which goes by its path`);
  }
  if (!/^must export a problem by default|^the problem's /.test(problem)) return error;
  const { exported } = await loadOwnFile(file);
  const { default: given } = exported;
  const isOptimizer = given instanceof Method || (typeof given === 'function' && 'definition' in given) || (typeof given === 'object' && given !== null && 'create' in given);
  if (isOptimizer) return new ProblemError(file, `it exports an optimizer, and a problem is meant here; write: thalweg compare digits --optimizers adamw,${file}`);
  const others = Object.keys(exported).filter((name) => name !== 'default' && name !== 'optimizers');
  return given === undefined && others.length > 0 ? new ProblemError(file, `${problem}; it exports ${others.join(', ')}, and nothing by default`) : error;
} // prettier-ignore
