/**
 * The study's results as the guide shows them: one or two sentences for each place in the guide, with measurements and the claim that they belong to. Written
 * together with the page, from the same stored results. Knows results and claims; knows no chapter.
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

/** The text for one place. */
export interface Told {
  /** Whole sentences, with measurements. */
  readonly says: string;
  /** The number of the claim that they belong to; absent where they belong to none. */
  readonly claim?: number;
  /** The title of that claim. */
  readonly title?: string;
  /** The verdict on it. */
  readonly verdict?: string;
}

/** The best optimizers on a problem. */
export interface ToldProblem {
  readonly about: string;
  /** The optimizer with the lowest median. */
  readonly best: string;
  /** Those that are not detectably worse. */
  readonly asGood: readonly string[];
}

/** The names of problems in a sentence. */
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

/** The number of problems, with their names if there are at most three. */
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
const falling = 'With tuned learning rates that decay to 0';

/** The text for each place, by name, with the number of the claim. */
const places: Readonly<Record<string, { readonly claim?: number; readonly says: (results: Found) => string }>> = {
  starts: {
    says: (results) => {
      const { trials } = entrant(results('main-digits'), 'adamw');
      const errors = trials.flatMap(({ testMetric }) => (testMetric === null ? [] : [testMetric]));
      return `On handwritten digits, ${String(errors.length)} runs of a small network from different initial weights ended with test errors from ${Math.min(...errors).toFixed(1)} to ${Math.max(...errors).toFixed(1)} %; guessing gives 90 %.`; // prettier-ignore
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
      return `On bag-of-words data, SGD’s final loss was reached in half of the steps ${listed(counts.map(([id, times]) => `by ${label(id)} in ${String(times)} of ${String(runs)} runs`))}.`; // prettier-ignore
    },
  },
  dies: {
    claim: 2,
    says: (results) =>
      `AdaGrad’s rank among all optimizers in runs of half the length and of four times the length: ${adagradRanks(results).map(({ name, short, long }) => `${String(short)} and ${String(long)} on ${called[name]}`).join(', ')}.`, // prettier-ignore
  },
  forgets: {
    says: (results) =>
      `In runs of ${lengths(results)} steps at tuned constant learning rates, RMSProp was ${score(results, 'rmsprop', 'adagrad')}; with learning rates that decay to 0, it was ${score(results, 'rmsprop+cosine', 'adagrad+cosine')}.`, // prettier-ignore
  },
  adam: { claim: 3, says: (results) => told(results, 'adam', 'rmsprop', constant) },
  adamw: { says: (results) => told(results, 'adamw', 'adam', `${constant} and a weight decay of 0.01`) },
  separate: {
    claim: 15,
    says: (results) => {
      const { decoupled, coupled } = decayFound(results);
      return `On handwritten digits, the rank correlation of η and λ among the best tenth of all pairs was ${three(decoupled.correlation)} for AdamW in PyTorch’s form and ${three(coupled.correlation)} for Adam with the L2 penalty (0: the two can be tuned independently); the mean test error of the best pair of each seed was ${three(decoupled.best)} and ${three(coupled.best)} %.`; // prettier-ignore
    },
  },
  muon: {
    claim: 6,
    says: (results) => {
      const ahead = aheadWithMuon(results);
      return `With AdamW for everything but the matrices, Muon was the best of ten optimizers, or not detectably worse than the best, on ${count(ahead, withMatrices)} whose models have hidden matrices.`; // prettier-ignore
    },
  },
  lionRate: {
    claim: 7,
    says: (results) =>
      `Lion’s best learning rate was 1/${three(1 / lionRates(results).mean)} of AdamW’s, in the geometric mean over ten problems.`,
  },
  lion: { says: (results) => told(results, 'lion', 'adamw', constant) },
  free: {
    claim: 5,
    says: (results) =>
      told(
        results,
        'schedule-free',
        'adamw+cosine',
        'With a tuned constant learning rate for schedule-free AdamW and one that decays to 0 for AdamW',
      ),
  },
  falling: {
    claim: 4,
    says: (results) => {
      const shares = helpedByCosine(results);
      const most = shares.filter(({ helped, ids }) => helped > ids.length / 2).map(({ name }) => name);
      return `A learning rate that decays to 0 along a cosine helped more than half of the optimizers on ${String(most.length)} of ${String(shares.length)} problems.`; // prettier-ignore
    },
  },
  best: {
    claim: 8,
    says: (results) =>
      `With the better of two schedules for each, ${listed(leaders(results).map(([id, times]) => `${label(id)} was best on ${String(times)}`))} of ${String(problemNames.length)} problems.`,
  },
  nesterov: { claim: 10, says: (results) => told(results, 'nadamw+cosine', 'adamw+cosine', falling) },
  untuned: {
    claim: 11,
    says: (results) => {
      const all = aheadUntuned(results).map(([id, times]) => ({ times, name: promising(results, id) }));
      const most = all.filter(({ times }) => times >= 6);
      return `With default hyperparameters, ${String(most.length)} of ${String(all.length)} methods that are meant to need no tuning were better than AdamW on six or more of ${String(problemNames.length)} problems${most.length === 0 ? '' : `: ${listed(most.map(({ name, times }) => `${name} on ${String(times)}`))}`}.`; // prettier-ignore
    },
  },
  tries: {
    claim: 12,
    says: (results) => {
      const changed = changesWithTries(results);
      return `On ${String(changed.length)} of ${String(problemNames.length)} problems, the best optimizer after two trials of the learning rate was not the best after nine${changed.length === 0 ? '' : `: on ${called[changed[0]!.name]} first ${label(changed[0]!.few)}, then ${label(changed[0]!.many)}`}.`; // prettier-ignore
    },
  },
  search: {
    claim: 13,
    says: (results) => {
      const found = gainedBySearch(results);
      const gained = found.filter(({ verdict }) => verdict === 'better').map(({ name }) => name);
      return `Searching all of AdamW’s hyperparameters with 16 trials was detectably better than tuning only the learning rate on ${count(gained, found)}.`; // prettier-ignore
    },
  },
};

const promises: Readonly<Record<string, string>> = { prodigy: 'Prodigy', momo: 'MoMo', momoAdam: 'MoMo-Adam', cocob: 'COCOB', dAdaptation: 'D-Adaptation', dog: 'DoG', dowg: 'DoWG' }; // prettier-ignore

/** The name of an optimizer that is meant to need no tuning. */
function promising(results: Found, id: string): string {
  return promises[id] ?? results(`untuned-${problemNames[0]!}`).defaults!.optimizers.find((one) => one.id === id)!.label;
}

function lengths(results: Found): string {
  const steps = problemNames.map((name) => results(`main-${name}`).steps);
  return `${Math.min(...steps).toLocaleString('en')} to ${Math.max(...steps).toLocaleString('en')}`;
}

/** Everything for the guide. */
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
  if (claim === undefined) return { says: said ?? 'The runs for this are not complete.' };
  const verdict = verdicts.get(claim);
  if (said === undefined || verdict === undefined)
    return { says: 'The runs for this are not complete.', claim: claim.number, title: claim.title, verdict: 'not decided yet' };
  return { says: said, claim: claim.number, title: claim.title, verdict: `${verdict.holds ? 'confirmed' : 'refuted'}${doubtOf(verdict)}` };
} // prettier-ignore

/** An addition to a verdict that other seeds could change. */
function doubtOf(verdict: Verdict): string {
  return isClose(verdict) ? `, though only in ${(100 * (verdict.steady ?? 1)).toFixed(0)} % of resamplings of the seeds` : '';
}

function problemOf(name: ProblemName, problem: KeptProblem): ToldProblem {
  const first = leader(problem);
  const own = optimizersIn(problem).map((id) => betterSchedule(problem, id));
  const asGood = own.filter((id) => id !== first && compared(problem, first, id).verdict !== 'worse');
  const named = (id: string): string => `${sentence(label(optimizerOf(id)))}${id.includes('+') ? ' (falling)' : ''}`;
  return { about: called[name], best: named(first), asGood: asGood.map(named) };
}
