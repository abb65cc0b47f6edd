/** Which optimizers cannot train a problem with sparse parameters: those that need every row. Found before anything is trained. Knows no protocol. */
import { Method, UnsupportedError } from 'thalweg';
import type { Contestant } from '../contestants.ts';
import { ProblemError, type Start } from '../problem.ts';
import { findContestants, findProblem } from '../registry.ts';
import { checked } from './checked.ts';
import { tablesOf } from './tables.ts';
import { isRefusedRate } from './trial.ts';

/** Optimizers on a problem, all as a worker finds them. */
export interface TablesRequest {
  readonly problem: string;
  readonly contestants: readonly string[];
}

/** What is wrong with those of them that cannot; nothing where the problem cannot be loaded, which its runs say. */
export async function whyRefused({ problem: reference, contestants }: TablesRequest): Promise<ProblemError[]> {
  const entry = await findProblem(reference);
  let start: Start;
  try {
    start = await checked(reference, entry.problem, await entry.problem.load()).start(1);
  } catch (error) {
    return error instanceof ProblemError ? [error] : [];
  }
  const refused: ProblemError[] = [];
  for (const contestant of await findContestants(entry, contestants)) {
    const reason = await whyNot(contestant, start);
    if (reason !== undefined) refused.push(new ProblemError(contestant.file?.path ?? contestant.id, `it cannot train ${entry.problem.id} and must be left out: ${reason}`));
  }
  return refused;
} // prettier-ignore

/** Why an optimizer cannot train tables; undefined where it can. */
async function whyNot({ create, around, centre }: Contestant, start: Start): Promise<string | undefined> {
  const [table = ''] = tablesOf(start).keys();
  if (around !== undefined) return `${table} is sparse, and wrappers of an optimizer, such as sam, do not support that`;
  try {
    const made = create(centre, { steps: 1000 });
    if (!(made instanceof Method)) return `${table} is sparse, and a line search needs the whole gradient`;
    (await made.init(start, { threads: 1 })).dispose();
    return undefined;
  } catch (error) {
    if (error instanceof UnsupportedError)
      return error.message.replace(/^[^:]*: /, '').replace(/; give it to another optimizer with groups$/, '');
    if (isRefusedRate(error)) return undefined;
    throw error;
  }
}
