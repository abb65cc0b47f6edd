/** Makes docs/study.md and its pictures from what is kept: `npm run study -- --figures`. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareWith, controlPValues, presets, random, type Control } from '@thalweg/compare';
import { writeBetween } from '../scripts/write-between.ts';
import { isClose, verdictsOf, claims, type Verdicts } from './claims.ts';
import { fieldsOf, type Field } from './figures/common.ts';
import { evenness, tenthsOf } from './figures/evenness.ts';
import { horizonRanks } from './figures/horizons.ts';
import { decayMaps, sparseText } from './figures/published.ts';
import { differences, means, profiles, standings } from './figures/standing.ts';
import { sensitivity, tries, widthOf } from './figures/tuning.ts';
import { gainedBySearch, leader, type Found } from './found.ts';
import { forGuide } from './guide.ts';
import { isKept, readKept, type Kept, type KeptProblem } from './kept.ts';
import { horizonProblems, problemNames, searchProblems } from './plan.ts';
import { best, compared, entrant, middle, optimizerOf, scoresOf } from './reading.ts';
import { untunedRow, untunedSummary, withoutTuning, type Untuned } from './untuned.ts';

const root = join(import.meta.dirname, '..');

/** Writes the page and its pictures. */
export async function writePage(): Promise<void> {
  mkdirSync(join(root, 'docs/study'), { recursive: true });
  const { files, summary } = await page();
  for (const [path, content] of files) writeFileSync(join(root, path), content);
  await writeBetween('README.md', 'study', summary);
}

/** The page and its pictures, by their paths, and what the README says of it. */
export async function page(): Promise<{ readonly files: ReadonlyMap<string, string>; readonly summary: string }> {
  const kept = new Map<string, Kept>();
  const results = (name: string): KeptProblem | undefined => {
    if (!isKept(name)) return undefined;
    if (!kept.has(name)) kept.set(name, readKept(name));
    return kept.get(name)!.problem;
  };
  const files = new Map<string, string>();
  const parts: string[] = [];
  const figure = (name: string, alt: string, svg: string): void => {
    files.set(`docs/study/${name}.svg`, svg);
    parts.push(`![${alt}](study/${name}.svg)`);
  };

  const verdicts = verdictsOf(results);
  const told = [...verdicts].map(([claim, verdict]) => {
    const said = verdict === undefined ? 'not judged yet' : verdict.holds ? 'confirmed' : '**refuted**';
    return `| ${String(claim.number)} | <a id="claim-${String(claim.number)}"></a>${claim.title} | ${said}${verdict?.steady === undefined ? '' : ` (the same in ${(100 * verdict.steady).toFixed(0)} %)`} | ${verdict?.because ?? 'its runs are not all there'} |`;
  });
  parts.push(
    '## What was claimed, and what came of it',
    'A title says more than its rule; [the rule](../study/README.md#the-claims-and-what-refutes-each) is what was judged. Where a claim compares medians without a test, the share says how often the verdict would be the same if the seeds of each problem were drawn anew: near 50 % it might as well have been tossed.',
    table(['', 'claim', 'verdict', 'by'], told),
  );

  const main = problemNames.flatMap((name) => results(`main-${name}`) ?? []);
  const fields = fieldsOf(main);
  if (main.length > 0) {
    parts.push(
      '## Who is ahead',
      `Each optimizer under the schedule that was better on validation data. Distances put all problems on one scale: 0 is the best median of a problem, 1 the median of the medians of all, each under both schedules. They are interquartile means over all seeds and problems, so that the best of a problem need not be at 0; intervals resample the seeds of each problem, and say nothing of other problems. The last column is of the scan: how far apart the rates are whose validation metric, of one seed at a constant rate, is within 5 % of the best.`,
      edges(main),
      'Optimizers are compared over the same problems alone: Muon took part where there are hidden matrices.',
      ...fields.flatMap((field) => [`**${sentence(field.title)}**`, standingTable(field)]),
    );
    figure('means', 'Interquartile means of the distance from the best', means(fields));
    figure('profiles', 'Performance profiles', profiles(fields));
    figure('differences', 'Paired differences with intervals, by problem', differences(main));
    parts.push(
      '## How sure that is',
      'With other seeds of the same number: how often the optimizer in front would be another, and how many of its verdicts against the others would change. The first from 1,000 resamplings of the ten seeds, the second from 200.',
      table(
        ['problem', 'in front', 'stays in front', 'verdicts against the others that change'],
        main.map((problem) => {
          const first = best(problem);
          return `| ${problem.id} | ${entrant(problem, first).label} | ${percent(entrant(problem, first).first)} | ${percent(verdictChanges(problem, first))} |`;
        }),
        ['', '', '--:', '--:'],
      ),
    );
  }
  const control = JSON.parse(readFileSync(join(root, 'packages/compare/control/control.json'), 'utf8')) as Control;
  const pValues = [];
  for (const problem of control.problems) pValues.push(...(await controlPValues(problem, presets.quick, 10, 200)));
  const below = pValues.filter((p) => p < 0.05).length / pValues.length;
  const tenths = tenthsOf(pValues);
  const [least, most] = [Math.min(...tenths), Math.max(...tenths)];
  const isFlat = below >= 0.02 && below <= 0.08 && least >= 0.05 && most <= 0.15;
  parts.push(
    `Between two copies of one optimizer, tuned with ten other seeds, p-values are below 0.05 in ${percent(below)} of ${String(pValues.length)} repetitions (SGD and AdamW on ${control.problems.map(({ id }) => id).join(', ')}; \`npm run control\`; repetitions share their runs), and each tenth of the scale has ${percent(least)} to ${percent(most)} of them: ${isFlat ? 'flat, by the rule that was written first' : '**not flat**, by the rule that was written first'}.`,
  );
  figure('p-values', 'p-values between two copies of one optimizer', evenness(pValues));

  if (main.length > 0) {
    parts.push('## Tuning');
    figure('tries', 'Distance from the best against the number of tries', tries(fields));
    figure('sensitivity', 'Distance from the best against the learning rate', sensitivity(fields));
  }
  const untuned = main.flatMap(({ id }) => results(`untuned-${id}`) ?? []);
  const atDefaults = untuned.length === 0 ? [] : withoutTuning(untuned, main.filter(({ id }) => untuned.some((one) => one.id === id))); // prettier-ignore
  if (untuned.length > 0)
    parts.push(
      '## Without tuning',
      'Median test metrics at the declared defaults, over ten seeds, and the distance from the best that was tuned, on the scale above: the median over the problems, so on some of them it is less. 1 is what the optimizer in the middle reaches when it is tuned. In bold: methods that promise to need no tuning.',
      table(
        ['optimizer', 'distance', ...untuned.map(({ id, testMetric: { unit } }) => (unit === '' ? id : `${id}, ${unit}`))],
        atDefaults.map(untunedRow),
        ['', '--:', ...untuned.map(() => '--:')],
      ),
    );
  if (searchProblems.every((name) => isKept(`search-${name}`) && isKept(`main-${name}`)))
    parts.push(
      '## All hyperparameters',
      'Median test metrics over five seeds: with the learning rate alone tuned, at a constant rate and over the five seeds that both have, and with all hyperparameters searched by 16 Sobol points for each seed. In bold: detectably different in a comparison by itself (p < 0.05; of thirty, one or two would be of themselves).',
      searchTable((name) => results(name)!),
    );
  const whole = horizonProblems.filter((name) =>
    [`main-${name}`, ...[0.5, 2, 4].map((times) => `horizon-${name}-${String(times)}`)].every(isKept),
  );
  if (whole.length > 0) {
    parts.push('## Longer and shorter runs', 'Ranks by the median of five seeds, at a constant rate that is tuned anew at each length.');
    figure(
      'horizons',
      'Ranks against the length of the run',
      horizonRanks(whole, (name, times) => results(times === 1 ? `main-${name}` : `horizon-${name}-${String(times)}`)!),
    );
  }
  const [decay, sparse] = [results('decay'), results('sparse-text')];
  if (decay !== undefined || sparse !== undefined) parts.push('## Two published results');
  if (sparse !== undefined) figure('sparse-text', 'Validation loss on sparse text', sparseText(sparse));
  if (decay !== undefined) figure('decay', 'Test error over learning rate and decay', decayMaps(decay));

  const made = [...kept.values()];
  const machines = [...new Set(made.map(({ machine }) => `${machine.cpu}, Node ${machine.node}`))].join('; ');
  const count = made.reduce((sum, one) => sum + one.runs.made, 0);
  const confirmed = [...verdicts.values()].filter((verdict) => verdict?.holds === true).length;
  const refuted = [...verdicts.values()].filter((verdict) => verdict?.holds === false).length;
  const head = [
    '# The study',
    `Ten optimizers on ten small problems, two schedules, ten seeds that each tune for themselves, and what stands beside that: ${count.toLocaleString('en')} runs${main.length < problemNames.length ? `, **of ${String(main.length)} problems so far; what follows is of these alone**` : ''}. What was claimed, and what would refute it, [was written first](../study/README.md), ` +
      `with the limits of what can be said: these are problems of a second or less. ${String(confirmed)} claims are confirmed, ${String(refuted)} refuted${confirmed + refuted < claims.length ? `, ${String(claims.length - confirmed - refuted)} not judged yet` : ''}.`,
    `\`npm run study\` makes every comparison again that is not kept in \`study/results\`; \`npm run study -- --figures\` makes this page from those that are. ${machines}; ${made.map(({ createdAt }) => createdAt.slice(0, 10)).sort().at(-1) ?? ''}.`, // prettier-ignore
  ];
  parts.push('## What was run', runsTable(kept));
  files.set('apps/lab/src/guide/study.json', `${JSON.stringify(forGuide(results, verdicts), null, 2)}\n`);
  files.set('docs/study.md', `${[...head, ...parts].join('\n\n')}\n`);
  return { files, summary: summaryOf(verdicts, fields, atDefaults, count) };
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The study in a paragraph. */
function summaryOf(verdicts: Verdicts, fields: readonly Field[], atDefaults: readonly Untuned[], runs: number): string {
  const judged = [...verdicts].flatMap(([{ title }, verdict]) => (verdict === undefined ? [] : [{ ...verdict, title: `“${title}”` }]));
  const those = (holds: boolean): string => judged.filter((one) => one.holds === holds && !isClose(one)).map(({ title }) => title).join(', ');
  const close = judged.filter(isClose).map(({ title, holds, steady = 1 }) => `${title} (${holds ? 'confirmed' : 'refuted'}; the same in ${(100 * steady).toFixed(0)} %)`).join(', ');
  const open = verdicts.size - judged.length;
  const made = fields[0]!.problems.length;
  const isWhole = made === problemNames.length;
  const ahead = fields.map((field) => {
    const [first, second, third] = standings(field).map(({ label }) => label);
    return `over ${field.title}, ${String(first)}, then ${String(second)} and ${String(third)}`;
  });
  return [
    `[The study](docs/study.md): ${runs.toLocaleString('en')} runs, most of them of ten optimizers on ${isWhole ? 'ten small problems' : `${String(made)} of ten small problems so far`}; the claims, and what would refute each, [were written first](study/README.md).`,
    isWhole ? `Nearest to the best: ${ahead.join('; ')}.` : '',
    atDefaults.length === 0 ? '' : untunedSummary(atDefaults),
    those(true) === '' ? '' : `Confirmed, each by a rule that is narrower than its title: ${those(true)}.`,
    those(false) === '' ? '' : `Refuted: ${those(false)}.`,
    close === '' ? '' : `Judged, but other seeds might judge otherwise: ${close}.`,
    open === 0 ? '' : `${String(open)} of ${String(verdicts.size)} claims are not judged yet.`,
  ].filter((part) => part !== '').join('\n');
} // prettier-ignore

/** How many entrants have their rate at the edge of what was tried. */
function edges(main: readonly KeptProblem[]): string {
  const all = main.flatMap(({ id, optimizers }) => optimizers.map(({ label, tuning }) => ({ id, label: label.split(', ')[0]!, tuning })));
  const beyond = all.filter(({ tuning }) => tuning === 'edge');
  const counted = (names: readonly string[], of: (one: (typeof all)[number]) => string): string =>
    names.map((name) => [name, beyond.filter((one) => of(one) === name).length] as const).filter(([, count]) => count > 0).map(([name, count]) => `${name} ${String(count)}`).join(', ');
  const problems = counted(main.map(({ id }) => id), ({ id }) => id);
  const labels = counted([...new Set(all.map(({ label }) => label))], ({ label }) => label);
  return `Of ${String(all.length)} entrants ${String(beyond.length)} have most of their seeds at the last rate tried, so a better one may lie beyond it: on ${problems}; with ${labels}.`;
} // prettier-ignore

/** What the runs were made for. */
function runsTable(kept: ReadonlyMap<string, Kept>): string {
  const parts = [
    ['main-', 'ten optimizers (Muon on six problems), ten problems, two schedules, ten seeds'],
    ['horizon-', 'the same at a constant rate, four problems at ½, 2 and 4 times the length, five seeds'],
    ['search-', 'six optimizers, five problems, 16 Sobol points for each of five seeds'],
    ['untuned-', 'at the defaults, ten problems, ten seeds; and the tuned ones beside them where they were not there'],
    ['decay', 'AdamW and Adam with L2 on digits, 64 Sobol points for each of six seeds'],
    ['sparse-text', 'five optimizers on sparse text, ten seeds'],
  ] as const;
  const rows = parts.map(([name, about]) => {
    const own = [...kept].filter(([one]) => one.startsWith(name)).map(([, { runs }]) => runs.made);
    return `| ${about} | ${own.reduce((sum, one) => sum + one, 0).toLocaleString('en')} |`;
  });
  return table(['', 'runs'], rows, ['', '--:']);
}

/** The optimizers of a field, the nearest to the best first. */
function standingTable(field: Field): string {
  const rows = standings(field).map(({ id, label, mean, low, high }) => {
    const firsts = field.problems.filter((problem) => optimizerOf(leader(problem)) === id).map((problem) => problem.id);
    const width = middle(field.problems.map((problem) => widthOf(problem, id)));
    return `| ${label} | ${mean.toFixed(2)} | ${low.toFixed(2)} to ${high.toFixed(2)} | ${firsts.join(', ')} | ${width.toFixed(1)} |`;
  });
  const head = ['optimizer', 'distance', '95 % interval', 'best on', 'factor between the rates that stay within 5 % of its best score'];
  return table(head, rows, ['', '--:', '--:', '', '--:']);
}

/** The share of verdicts against an entrant that are others when the seeds are drawn again. */
function verdictChanges(problem: KeptProblem, first: string): number {
  const others = problem.optimizers.filter(({ id }) => id !== first).map(({ id }) => id);
  const was = new Map(others.map((id) => [id, compared(problem, first, id).verdict]));
  const seeds = entrant(problem, first).trials.map(({ seed }) => seed);
  const next = random(2027);
  const repetitions = 200;
  let changed = 0;
  for (let i = 0; i < repetitions; i++) {
    const drawn = seeds.map(() => seeds[Math.floor(next() * seeds.length)]!);
    const scores = new Map(
      problem.optimizers.map((one) => [one.id, new Map(drawn.map((seed, k) => [k, scoresOf(one).get(seed) ?? null]))]),
    );
    const found = compareWith(first, scores, { alpha: 0.05, direction: problem.testMetric });
    changed += found.filter(({ other, verdict }) => verdict !== was.get(other)).length;
  }
  return changed / (repetitions * others.length);
}

/** What the search over all hyperparameters came to, beside the rate alone. */
function searchTable(results: Found): string {
  const { optimizers } = results(`search-${searchProblems[0]}`);
  const said = (value: number | null): string => (value === null ? 'diverged' : String(Number(value.toPrecision(3))));
  return table(
    ['optimizer', ...searchProblems],
    optimizers.map(({ id, label }) => {
      const cells = gainedBySearch(results, id).map(({ rate, search, verdict }) => {
        const both = `${said(rate)} → ${said(search)}`;
        return verdict === 'better' || verdict === 'worse' ? `**${both}**` : both;
      });
      return `| ${label} | ${cells.join(' | ')} |`;
    }),
    ['', ...searchProblems.map(() => '--:')],
  );
}

function table(head: readonly string[], rows: readonly string[], align: readonly string[] = []): string {
  return [`| ${head.join(' | ')} |`, `| ${head.map((_, i) => (align[i] === '--:' ? '--:' : '---')).join(' | ')} |`, ...rows].join('\n');
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
