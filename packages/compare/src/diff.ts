/**
 * Did a change help? Compares two comparisons, optimizer by optimizer on each common problem, paired on the common seeds. Knows documents and the
 * provenance of runs; knows no file and no terminal.
 */
import { number, probability } from './report/number.ts';
import type { Comparison, OptimizerResult, PairedComparison, ProblemResult } from './schema.ts';
import { counted } from './shown.ts';
import { compareOne, type Scores } from './statistics/compare.ts';

/** What the runs of an optimizer on a problem were made by. */
export interface Provenance {
  readonly equations: readonly string[];
  /** Hashes by path. */
  readonly modules: ReadonlyMap<string, string>;
  readonly data: ReadonlyMap<string, string>;
  readonly machines: readonly string[];
}

/** One of the two: its document, and what its runs were made by, where that is known. */
export interface Side {
  readonly document: Comparison;
  provenance(problem: string, optimizer: string): Provenance | undefined;
}

/** What became of an optimizer on a problem. Differences are positive where the second is worse. */
export interface Change {
  readonly problem: string;
  readonly optimizer: string;
  readonly compared: Omit<PairedComparison, 'reference' | 'other'>;
  /** Means over the common seeds; null where a run diverged. */
  readonly before: number | null;
  readonly after: number | null;
  /** What differs in what made them. */
  readonly changed: readonly string[];
  /** The whole in a sentence. */
  readonly sentence: string;
}

/** Everything that both have; `others` names what only one of them has, or cannot be compared, in words. */
export interface Diff {
  readonly changes: readonly Change[];
  readonly others: readonly string[];
}

/** Compares `b` with `a`, which was before. Intervals and p-values hold for all changes at once. */
export function diff(a: Side, b: Side): Diff {
  const others: string[] = [];
  const pairs: { readonly problems: readonly [ProblemResult, ProblemResult]; readonly optimizers: readonly [OptimizerResult, OptimizerResult] }[] = [];
  const only = (what: string, in1: boolean): string => `only the ${in1 ? 'first' : 'second'} has ${what}`;
  for (const before of a.document.problems) {
    const after = b.document.problems.find(({ id }) => id === before.id);
    if (after === undefined) others.push(only(before.id, true));
    else if (metricText(before) !== metricText(after)) others.push(`${before.id} is judged by the ${metricText(before)} in the first and by the ${metricText(after)} in the second`);
    else {
      const find = (id: string, { optimizers }: ProblemResult): OptimizerResult | undefined => optimizers.find((one) => one.id === id);
      for (const one of before.optimizers) {
        const other = find(one.id, after);
        if (other === undefined) others.push(only(`${one.id} on ${before.id}`, true));
        else pairs.push({ problems: [before, after], optimizers: [one, other] });
      }
      others.push(...after.optimizers.filter(({ id }) => find(id, before) === undefined).map(({ id }) => only(`${id} on ${before.id}`, false)));
    }
  }
  others.push(...b.document.problems.filter(({ id }) => a.document.problems.every((one) => one.id !== id)).map(({ id }) => only(id, false)));
  const { alpha } = a.document.protocol;
  const changes = pairs.map(({ problems, optimizers }): Change => {
    const [before, after] = problems;
    const [own, theirs] = optimizers.map(scoresOf) as [Scores, Scores];
    const compared = compareOne(own, theirs, { alpha, direction: before.testMetric, margin: marginOf(problems) }, pairs.length);
    const seeds = [...own.keys()].filter((seed) => theirs.has(seed));
    const [was, is] = [mean(own, seeds), mean(theirs, seeds)];
    const optimizer = optimizers[0].id;
    const changed = whatChanged([a, b].map((side) => side.provenance(before.id, optimizer)), before, after, [a.document, b.document]);
    const sentence = sentenceOf(before, compared, was, is, alpha);
    return { problem: before.id, optimizer, compared, before: was, after: is, changed, sentence };
  });
  return { changes, others };
} // prettier-ignore

function scoresOf({ trials }: OptimizerResult): Scores {
  return new Map(trials.map(({ seed, testMetric }) => [seed, testMetric]));
}

function mean(scores: Scores, seeds: readonly number[]): number | null {
  const values = seeds.map((seed) => scores.get(seed) ?? null);
  if (values.length === 0 || values.includes(null)) return null;
  return values.reduce<number>((sum, value) => sum + (value ?? 0), 0) / values.length;
}

/** What counts as equal on this problem, where one of its comparisons found two that are. */
function marginOf(problems: readonly ProblemResult[]): number | undefined {
  const found = problems.flatMap(({ comparisons }) => comparisons.flatMap(({ equalWithin }) => equalWithin ?? []));
  return found.length === 0 || Math.max(...found) === 0 ? undefined : Math.max(...found);
}

function metricText({ testMetric: { name, unit, lowerIsBetter } }: ProblemResult): string {
  return `${name}${unit === '' ? '' : ` in ${unit}`}, ${lowerIsBetter ? 'lower' : 'higher'} is better`;
}

function sentenceOf({ testMetric }: ProblemResult, compared: Change['compared'], before: number | null, after: number | null, alpha: number): string {
  const { verdict, difference, interval, pValue, detectable, equalWithin, seeds } = compared;
  const unit = testMetric.unit === '%' ? ' points' : testMetric.unit === '' ? '' : ` ${testMetric.unit}`;
  const value = (one: number | null): string => `${number(one)}${testMetric.unit === '' ? '' : ` ${testMetric.unit}`}`;
  // Where it helped or not is said in words, so its ends are written without signs.
  const isClear = verdict === 'better' || verdict === 'worse';
  const [a, b] = interval ?? [0, 0];
  const [low, high] = isClear ? [Math.min(Math.abs(a), Math.abs(b)), Math.max(Math.abs(a), Math.abs(b))] : [a, b];
  const ends = low === high ? '' : `${number(100 * (1 - alpha), 3)} % interval ${number(low, 2)} to ${number(high, 2)}, `;
  const figures = `${ends}${pValue === null ? '' : `${probability(pValue)}, `}${counted(seeds, 'common seed')}`;
  const went = `the ${testMetric.name} went from ${value(before)} to ${value(after)}`;
  if (verdict === 'too few seeds') return `Nothing can be said from ${counted(seeds, 'common seed')}.`;
  if (verdict === 'no noise') return before === after ? 'Nothing changed: both give the same with every seed.' : `Every seed gives the same, so there is no noise to test against: ${went}.`;
  if (verdict === 'equal') return equalWithin === 0 ? 'Nothing changed: each seed gives the same.' : `It makes no difference that matters: equal within ±${number(equalWithin, 2)}${unit} (${figures}).`;
  if (verdict === 'no detectable difference') {
    const found = difference === null ? '' : `: what there is, ${number(Math.abs(difference), 2)}${unit} ${difference > 0 ? 'for the worse' : 'for the better'}, may be chance`;
    const missed = detectable === null ? '' : ` A difference of ${number(detectable, 2)}${unit} would have been found four times in five.`;
    return `No detectable difference${found} (${figures}).${missed}`;
  }
  const said = verdict === 'better' ? 'The change helped' : 'The change made it worse';
  if (difference === null) return `${said}, by ranks, since runs diverged (${figures}).`;
  return `${said}, by ${number(Math.abs(difference), 2)}${unit}: ${went} (${figures}).`;
} // prettier-ignore

/** A file that is another in the second, or is in one of the two alone. */
interface ChangedFile {
  readonly path: string;
  readonly how: 'changed' | 'new' | 'gone';
}

function changedFiles(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): ChangedFile[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])].filter((path) => before.get(path) !== after.get(path)).toSorted();
  return paths.map((path) => ({ path, how: !before.has(path) ? 'new' : !after.has(path) ? 'gone' : 'changed' }));
}

/** Those that changed before those that came or went: a graph of modules that changes brings many that have nothing to do with what was changed. */
function shownFiles(files: readonly ChangedFile[], most: number): string {
  const names = [...files.filter(({ how }) => how === 'changed'), ...files.filter(({ how }) => how !== 'changed')].map(({ path, how }) =>
    how === 'changed' ? path : `${path} (${how})`,
  );
  return `${names.slice(0, most).join(', ')}${names.length > most ? ', …' : ''}`;
}

/** The modules of the project itself by name; those of each package, Thalweg's own too, as so many of it. */
function changedModules(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  const files = changedFiles(before, after);
  const groups = Map.groupBy(files, ({ path }) => packageOf(path));
  const own = groups.get('') ?? [];
  const others = [...groups].filter(([name]) => name !== '');
  const count = (of: readonly ChangedFile[], how: ChangedFile['how']): number => of.filter((one) => one.how === how).length;
  return [
    ...(own.length === 0 ? [] : [`${counted(own.length, 'module')}: ${shownFiles(own, 8)}`]),
    ...others.map(([name, of]) => {
      const parts = (['new', 'gone'] as const).flatMap((how) => (count(of, how) === 0 ? [] : [`${String(count(of, how))} ${how}`]));
      return `${counted(of.length, 'module')} of the package ${name}${parts.length === 0 ? '' : ` (${parts.join(', ')})`}: ${shownFiles(of, 3)}`;
    }),
  ];
}

/** The package that a module is of, installed or in this repository; '' for one of the project itself. */
function packageOf(path: string): string {
  const installed = /.*(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1];
  if (installed !== undefined) return installed;
  const here = /(?:^|\/)packages\/(thalweg|compare|guide)\/(?:src|dist|package\.json)/.exec(path)?.[1];
  return here === undefined ? '' : here === 'thalweg' ? here : `@thalweg/${here}`;
}

/** What differs between what made the one and the other, in words. */
function whatChanged(provenance: readonly (Provenance | undefined)[], a: ProblemResult, b: ProblemResult, documents: readonly [Comparison, Comparison]): string[] {
  const [before, after] = provenance;
  const told: string[] = [];
  const differ = (what: string, x: unknown, y: unknown): void => {
    if (x !== y) told.push(`${what} ${String(x)} → ${String(y)}`);
  };
  const [p, q] = [documents[0], documents[1]];
  if (before !== undefined && after !== undefined) {
    if (before.equations.join('\n') !== after.equations.join('\n')) told.push(`equations: ${before.equations.join(' | ').replaceAll('\n', '; ')} → ${after.equations.join(' | ').replaceAll('\n', '; ')}`);
    told.push(...changedModules(before.modules, after.modules));
    const data = changedFiles(before.data, after.data);
    if (data.length > 0) told.push(`data: ${shownFiles(data, 8)}`);
    differ('machine', before.machines.join(' | '), after.machines.join(' | '));
  } else differ('machine', p.machine.cpu, q.machine.cpu);
  differ('steps', a.steps, b.steps);
  differ('batch', a.batchSize, b.batchSize);
  differ('version of Thalweg', p.machine.thalweg, q.machine.thalweg);
  for (const name of ['gridPoints', 'rates', 'gridRatio', 'ratesPerSeed', 'scanSeed'] as const) differ(name, p.protocol[name], q.protocol[name]);
  return told;
} // prettier-ignore
