/**
 * What the guide tells of the study: a sentence or two for each place of it, with the figures of what is kept and the claim that they belong to. Written
 * with the page, so that both follow from the same results. Knows results and claims; knows no chapter.
 */
import { claims, isClose, judged, verdictsOf, type Results, type Verdict, type Verdicts } from './claims.ts';
import { fieldsOf } from './figures/common.ts';
import { standings } from './figures/standing.ts';
import {
  adagradRanks,
  aheadUntuned,
  aheadWithMuon,
  behindAdaptive,
  changesWithTries,
  decayFound,
  dense,
  duel,
  gainedBySearch,
  helpedByCosine,
  leader,
  leaders,
  lionRates,
  reachedByHalf,
  withMatrices,
  type Found,
} from './found.ts';
import type { KeptProblem } from './kept.ts';
import { problemNames, type ProblemName } from './plan.ts';
import { betterSchedule, compared, entrant, optimizerOf, optimizersIn } from './reading.ts';

/** What is told at one place. */
export interface Told {
  /** Whole sentences, with their figures. */
  readonly says: string;
  /** The claim that they belong to; without one they are the study's, and no claim of it. */
  readonly claim?: number;
  /** What that claim is called. */
  readonly title?: string;
  /** What came of it. */
  readonly verdict?: string;
}

/** Who is nearest to the best on a problem. */
export interface ToldProblem {
  readonly about: string;
  /** The optimizer with the lowest median. */
  readonly best: string;
  /** Those that are not detectably worse. */
  readonly asGood: readonly string[];
}

/** What problems are called in a sentence. */
const called: Readonly<Record<ProblemName, string>> = {
  glosses: 'definitions of nouns',
  digits: 'handwritten digits',
  names: 'first names',
  fashion: 'pictures of clothes',
  birdstrikes: 'bird strikes',
  births: 'births by day',
  'moby-dick': 'letters of Moby Dick',
  'co-occurrences': 'words that occur together',
  'noisy-quadratic': 'a noisy quadratic',
  'deep-linear': 'a deep linear network',
};
const labels: Readonly<Record<string, string>> = { sgd: 'SGD', 'sgd-momentum': 'SGD with momentum', adagrad: 'AdaGrad', rmsprop: 'RMSProp', adam: 'Adam', adamw: 'AdamW', nadamw: 'NAdamW', lion: 'Lion', 'schedule-free': 'schedule-free AdamW', muon: 'Muon' }; // prettier-ignore
const label = (id: string): string => labels[id] ?? id;
const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const three = (value: number): string => String(Number(value.toPrecision(3))).replace('-', '−');

/** Words joined as in a sentence. */
function listed(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? 'none') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)!}`;
}

/** How many problems of how many, with their names where they are few. */
function count(names: readonly ProblemName[], all?: readonly unknown[]): string {
  const those = names.length === 0 || names.length > 3 ? '' : ` (${listed(names.map((name) => called[name]))})`;
  return `${names.length === 0 ? 'none' : String(names.length)}${all === undefined ? '' : ` of ${String(all.length)} problems`}${those}`;
}

/** On how many problems one optimizer was better than another, and on how many worse. */
function score(results: Found, a: string, b: string, names: readonly ProblemName[] = problemNames): string {
  const { better, worse } = duel(results, a, b, names);
  return `detectably better than ${label(optimizerOf(b))} on ${count(better, names)}, worse on ${count(worse)}`;
}

/** Two optimizers over some problems. */
function told(results: Found, a: string, b: string, how: string, names: readonly ProblemName[] = problemNames): string {
  return `${how}, ${label(optimizerOf(a))} was ${score(results, a, b, names)}.`;
}
const constant = 'At tuned constant learning rates';
const falling = 'With tuned rates that fall to 0';

/** What is told at each place, by name; the number is that of the claim. */
const places: Readonly<Record<string, { readonly claim?: number; readonly says: (results: Found) => string }>> = {
  starts: {
    says: (results) => {
      const { trials } = entrant(results('main-digits'), 'adamw');
      const errors = trials.flatMap(({ testMetric }) => (testMetric === null ? [] : [testMetric]));
      return `Of a small network on handwritten digits, ${String(errors.length)} runs from different starts ended with test errors from ${Math.min(...errors).toFixed(1)} to ${Math.max(...errors).toFixed(1)} %; guessing has 90 %.`; // prettier-ignore
    },
  },
  momentum: { says: (results) => told(results, 'sgd-momentum', 'sgd', constant) },
  dense: {
    claim: 9,
    says: (results) => told(results, 'sgd-momentum+cosine', 'adam+cosine', `${falling}, on problems without sparse text`, dense),
  },
  rare: {
    claim: 1,
    says: (results) => {
      const found = behindAdaptive(results);
      const apart = (name: ProblemName): string => {
        const [plain, momentum] = found.filter((one) => one.name === name);
        return `on ${called[name]} the test error of SGD is ${three(plain!.difference ?? NaN)} percentage points above that of ${label(plain!.adaptive)}, with momentum ${three(momentum!.difference ?? NaN)}`; // prettier-ignore
      };
      return `${sentence(apart('glosses'))}; ${apart('names')}.`;
    },
  },
  sparseText: {
    claim: 14,
    says: (results) => {
      const { runs, counts } = reachedByHalf(results);
      return `On a bag of words the loss that SGD ended with was reached in half of the steps ${listed(counts.map(([id, times]) => `by ${label(id)} in ${String(times)} of ${String(runs)} runs`))}.`; // prettier-ignore
    },
  },
  dies: {
    claim: 2,
    says: (results) =>
      `AdaGrad’s rank among all optimizers, from runs of half the length to runs of four times it: ${adagradRanks(results).map(({ name, short, long }) => `${String(short)} to ${String(long)} on ${called[name]}`).join(', ')}.`, // prettier-ignore
  },
  forgets: {
    says: (results) =>
      `In runs of ${lengths(results)} steps at tuned constant learning rates RMSProp was ${score(results, 'rmsprop', 'adagrad')}; with rates that fall to 0 it was ${score(results, 'rmsprop+cosine', 'adagrad+cosine')}.`, // prettier-ignore
  },
  adam: { claim: 3, says: (results) => told(results, 'adam', 'rmsprop', constant) },
  adamw: { says: (results) => told(results, 'adamw', 'adam', `${constant} and a decay of 0.01`) },
  separate: {
    claim: 15,
    says: (results) => {
      const { decoupled, coupled } = decayFound(results);
      return `On handwritten digits, the rank correlation of η and λ among the best tenth of all pairs was ${three(decoupled.correlation)} for AdamW in PyTorch’s form and ${three(coupled.correlation)} for Adam with the penalty (0 would be two separate choices); the best pair of each seed had a test error of ${three(decoupled.best)} and ${three(coupled.best)} % in the mean.`; // prettier-ignore
    },
  },
  muon: {
    claim: 6,
    says: (results) => {
      const ahead = aheadWithMuon(results);
      return `With AdamW for all that is no matrix, Muon was the best of ten optimizers, or not detectably worse than the best, on ${count(ahead, withMatrices)} with hidden matrices.`; // prettier-ignore
    },
  },
  lionRate: {
    claim: 7,
    says: (results) => `Lion’s best rate was 1/${three(1 / lionRates(results).mean)} of AdamW’s, in the geometric mean over ten problems.`,
  },
  lion: { says: (results) => told(results, 'lion', 'adamw', constant) },
  free: {
    claim: 5,
    says: (results) => told(results, 'schedule-free', 'adamw+cosine', 'At a constant rate, against one that falls to 0'),
  },
  falling: {
    claim: 4,
    says: (results) => {
      const shares = helpedByCosine(results);
      const most = shares.filter(({ helped, ids }) => helped > ids.length / 2).map(({ name }) => name);
      return `A rate that falls to 0 along a cosine helped more than half of the optimizers on ${String(most.length)} of ${String(shares.length)} problems.`; // prettier-ignore
    },
  },
  best: {
    claim: 8,
    says: (results) =>
      `Each with the better of two schedules, ${listed(leaders(results).map(([id, times]) => `${label(id)} was ahead on ${String(times)}`))} of ${String(problemNames.length)} problems.`,
  },
  nesterov: { claim: 10, says: (results) => told(results, 'nadamw+cosine', 'adamw+cosine', falling) },
  untuned: {
    claim: 11,
    says: (results) => {
      const all = aheadUntuned(results).map(([id, times]) => ({ times, name: promising(results, id) }));
      const most = all.filter(({ times }) => times >= 6);
      return `At their defaults ${String(most.length)} of ${String(all.length)} methods that promise to need no tuning were ahead of AdamW’s defaults on six or more of ${String(problemNames.length)} problems${most.length === 0 ? '' : `: ${listed(most.map(({ name, times }) => `${name} on ${String(times)}`))}`}.`; // prettier-ignore
    },
  },
  tries: {
    claim: 12,
    says: (results) => {
      const changed = changesWithTries(results);
      return `After two tries of the rate another optimizer was ahead than after nine on ${String(changed.length)} of ${String(problemNames.length)} problems${changed.length === 0 ? '' : `: on ${called[changed[0]!.name]} first ${label(changed[0]!.few)}, then ${label(changed[0]!.many)}`}.`; // prettier-ignore
    },
  },
  search: {
    claim: 13,
    says: (results) => {
      const found = gainedBySearch(results);
      const gained = found.filter(({ verdict }) => verdict === 'better').map(({ name }) => name);
      return `Searching all of AdamW’s hyperparameters in 16 tries was detectably better than tuning the rate alone on ${count(gained, found)}.`; // prettier-ignore
    },
  },
};

const promises: Readonly<Record<string, string>> = { prodigy: 'Prodigy', momo: 'MoMo', momoAdam: 'MoMo-Adam', cocob: 'COCOB', dAdaptation: 'D-Adaptation', dog: 'DoG', dowg: 'DoWG' }; // prettier-ignore

/** What an optimizer that promises to need no tuning is called. */
function promising(results: Found, id: string): string {
  return promises[id] ?? results(`untuned-${problemNames[0]!}`).defaults!.optimizers.find((one) => one.id === id)!.label;
}

function lengths(results: Found): string {
  const steps = problemNames.map((name) => results(`main-${name}`).steps);
  return `${Math.min(...steps).toLocaleString('en')} to ${Math.max(...steps).toLocaleString('en')}`;
}

/** All that the guide tells. */
export function forGuide(
  results: Results,
  verdicts: Verdicts = verdictsOf(results),
): {
  readonly told: Readonly<Record<string, Told>>;
  readonly problems: readonly ToldProblem[];
  readonly nearest: readonly { readonly over: string; readonly names: readonly string[] }[];
} {
  const main = problemNames.flatMap((name) => results(`main-${name}`) ?? []);
  return {
    told: Object.fromEntries(Object.entries(places).map(([name, { claim, says }]) => [name, toldOf(results, verdicts, claim, says)])),
    problems: problemNames.flatMap((name) => {
      const problem = results(`main-${name}`);
      return problem === undefined ? [] : [problemOf(name, problem)];
    }),
    nearest: fieldsOf(main).map((field) => ({
      over: field.title.replace(/ \((\d+)\)$/, ''),
      names: standings(field).slice(0, 3).map(({ id, mean }) => `${label(id)} (${mean.toFixed(2)})`), // prettier-ignore
    })),
  };
}

function toldOf(results: Results, verdicts: Verdicts, number: number | undefined, says: (results: Found) => string): Told {
  const claim = claims.find((one) => one.number === number);
  const rule = { number: 0, title: '', judge: (found: Found) => ({ holds: true, because: says(found) }) };
  const said = judged(rule, results)?.because;
  if (claim === undefined) return { says: said ?? 'The runs for this are still to be made.' };
  const verdict = verdicts.get(claim);
  if (said === undefined || verdict === undefined)
    return { says: 'The runs for this are still to be made.', claim: claim.number, title: claim.title, verdict: 'not decided yet' };
  return { says: said, claim: claim.number, title: claim.title, verdict: `${verdict.holds ? 'confirmed' : 'refuted'}${doubtOf(verdict)}` };
} // prettier-ignore

/** What is to be said of a verdict that other seeds might change. */
function doubtOf(verdict: Verdict): string {
  return isClose(verdict) ? `, though only in ${(100 * (verdict.steady ?? 1)).toFixed(0)} % of draws of other seeds` : '';
}

function problemOf(name: ProblemName, problem: KeptProblem): ToldProblem {
  const first = leader(problem);
  const own = optimizersIn(problem).map((id) => betterSchedule(problem, id));
  const asGood = own.filter((id) => id !== first && compared(problem, first, id).verdict !== 'worse');
  const named = (id: string): string => `${sentence(label(optimizerOf(id)))}${id.includes('+') ? ' (falling)' : ''}`;
  return { about: called[name], best: named(first), asGood: asGood.map(named) };
}
