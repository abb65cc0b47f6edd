/**
 * Which optimizers cannot train a problem whose parameters are tables of sparse rows: those that need every row. Found out before anything is trained. Knows no
 * protocol.
 */
import { Method, UnsupportedError } from 'thalweg';
import type { Contestant } from '../contestants.ts';
import { ProblemError, type Start } from '../problem.ts';
import type { Entry } from '../registry.ts';
import { checked } from './checked.ts';
import { tablesOf } from './tables.ts';
import { isRefusedRate } from './trial.ts';

/** @throws ProblemError that names the first of these that cannot, and why */
export async function checkTables({ reference, problem }: Entry, contestants: readonly Contestant[]): Promise<void> {
  if (problem.sparse !== true) return;
  let start: Start;
  try {
    start = await checked(reference, problem, await problem.load()).start(1);
  } catch (error) {
    if (error instanceof ProblemError) throw error;
    // What a function throws its runs say, with where it was thrown.
    return;
  }
  for (const contestant of contestants) {
    const reason = await whyNot(contestant, start);
    if (reason !== undefined) throw new ProblemError(contestant.file?.path ?? contestant.id, `it cannot train ${problem.id} and has to be left out: ${reason}`);
  }
} // prettier-ignore

/** Why an optimizer cannot train tables; undefined where it can. */
async function whyNot({ create, around, centre }: Contestant, start: Start): Promise<string | undefined> {
  const [table = ''] = tablesOf(start).keys();
  if (around !== undefined) return `${table} is sparse, and what stands around an optimizer, such as sam, takes no tables`;
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
