/** How often the protocol errs, as controls measured it, in a sentence that stands in every report. Knows the figures of `npm run control`. */
import type { ProblemResult, Protocol } from '../schema.ts';
import measured from './errors.json' with { type: 'json' };
import searched from './searches.json' with { type: 'json' };
import { fewestSeeds } from '../protocol.ts';
import { list, number } from './number.ts';

/** Of searches; a test repeats them on the kept results of `control/search.json`. */
const searchNote = `How reliable such searches are: with ${String(searched.trials)} trials on ${searched.problem}, two copies of one optimizer were wrongly found to differ in ${searched.mean.toFixed(1)} % of repetitions (${String(searched.least)} to ${String(searched.most)} % depending on optimizer and number of seeds), and SGD was found to differ from AdamW in ${String(searched.found)} %.`;

/** Rates of `npm run control`, for as many seeds as a comparison has, or the next fewer; nothing for so few that none could be tested. */
export function errorNote({ seeds, trials }: Pick<Protocol, 'seeds' | 'trials'>, problems: readonly Pick<ProblemResult, 'own'>[] = []): string {
  if (seeds.length < fewestSeeds) return '';
  // What was measured on other problems is said in a line.
  const isOwn = problems.some(({ own }) => own === true);
  const elsewhere = 'On the built-in problems (not on yours) two copies of one optimizer were wrongly found to differ in';
  if (trials !== undefined) return isOwn ? `${elsewhere} ${searched.mean.toFixed(1)} % of searches.` : searchNote;
  const counts = measured.map((rate) => rate.seeds);
  const count = Math.max(Math.min(...counts), ...counts.filter((one) => one <= seeds.length));
  const rows = measured.filter((rate) => rate.seeds === count);
  const share = ({ different, repetitions }: (typeof rows)[number]): number => (100 * different) / repetitions;
  const controls = rows.filter(({ optimizers }) => optimizers.length === 1).map(share);
  const pairs = rows.filter(({ optimizers }) => optimizers.length === 2);
  const [mean, least, most] = [controls.reduce((sum, one) => sum + one, 0) / controls.length, Math.min(...controls), Math.max(...controls)];
  if (isOwn) return `${elsewhere} ${number(mean, 2)} % of repetitions.`;
  const found = pairs.map((pair) => `${pair.problem} in ${number(share(pair), 3)} %`);
  return `How reliable this protocol is: on the built-in problems with ${String(count)} seeds, two copies of one optimizer were wrongly found to differ in ${number(mean, 2)} % of repetitions (${number(least, 2)} to ${number(most, 2)} % depending on problem and optimizer), and SGD was found to differ from AdamW on ${list(found)}.`;
}
