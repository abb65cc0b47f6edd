/** Writes docs/study.md and its figures from the stored results: `npm run study -- --figures`. */
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

/** Writes the page and its figures. */
export async function writePage(): Promise<void> {
  mkdirSync(join(root, 'docs/study'), { recursive: true });
  const { files, summary } = await page();
  for (const [path, content] of files) writeFileSync(join(root, path), content);
  await writeBetween('README.md', 'study', summary);
}

/** The page and its figures, by path, and the summary for the README. */
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
    return `| ${String(claim.number)} | <a id="claim-${String(claim.number)}"></a>${claim.title} | ${said}${verdict?.steady === undefined ? '' : ` (same in ${(100 * verdict.steady).toFixed(0)} %)`} | ${verdict?.because ?? 'its runs are not complete'} |`;
  });
  parts.push(
    '## The claims and their verdicts',
    'A title is broader than its rule; each claim was judged by [its rule](../study/README.md#the-claims-and-what-refutes-each). For a claim that compares medians without a significance test, “same in” gives the share of resamplings of the seeds in which the verdict is the same; near 50 %, the verdict is no better than a coin toss.',
    table(['', 'claim', 'verdict', 'measurements'], told),
  );

  const main = problemNames.flatMap((name) => results(`main-${name}`) ?? []);
  const fields = fieldsOf(main);
  if (main.length > 0) {
    parts.push(
      '## Which optimizers are best',
      `Each optimizer is shown with the schedule that was better on validation data. The distance puts all problems on one scale (lower is better): 0 is the best median test metric on a problem, 1 the median of the medians of all optimizers, under both schedules. The table shows interquartile means over all seeds and problems, so even an optimizer that is best on a problem need not be at 0. Intervals come from resampling the seeds of each problem, and say nothing about other problems. The last column shows how wide the range of good learning rates is: the ratio of the highest to the lowest whose validation metric, from one seed with a constant learning rate, is within 5 % of the best.`,
      edges(main),
      'All optimizers of a table are compared on the same problems. Muon took part only in problems whose models have hidden matrices.',
      ...fields.flatMap((field) => [`**${sentence(field.title)}**`, standingTable(field)]),
    );
    figure('means', 'Interquartile means of the distance from the best', means(fields));
    figure('profiles', 'Performance profiles', profiles(fields));
    figure('differences', 'Paired differences with intervals, by problem', differences(main));
    parts.push(
      '## How certain this is',
      'The ten seeds of each problem are resampled: how often the best optimizer is still the best (1,000 resamplings), and what share of the verdicts between it and the others changes (200 resamplings).',
      table(
        ['problem', 'best optimizer', 'still the best', 'changed verdicts'],
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
    `As a control, two copies of one optimizer, tuned on ten different seeds each, were compared: p-values are below 0.05 in ${percent(below)} of ${String(pValues.length)} repetitions (SGD and AdamW on ${control.problems.map(({ id }) => id).join(', ')}; \`npm run control\`; the repetitions draw from the same runs), and each tenth of the range from 0 to 1 contains ${percent(least)} to ${percent(most)} of them. By the rule that was written beforehand, their distribution ${isFlat ? 'counts as uniform' : 'does **not** count as uniform'}.`,
  );
  figure('p-values', 'p-values between two copies of one optimizer', evenness(pValues));

  if (main.length > 0) {
    parts.push('## Tuning');
    figure('tries', 'Distance from the best against the number of tuning trials', tries(fields));
    figure('sensitivity', 'Distance from the best against the learning rate', sensitivity(fields));
  }
  const untuned = main.flatMap(({ id }) => results(`untuned-${id}`) ?? []);
  const atDefaults = untuned.length === 0 ? [] : withoutTuning(untuned, main.filter(({ id }) => untuned.some((one) => one.id === id))); // prettier-ignore
  if (untuned.length > 0)
    parts.push(
      '## Without tuning',
      'Median test metrics over ten seeds with default hyperparameters. The distance is on the scale used above, from the best tuned optimizer (0) to the median tuned one (1); it is the median over the problems. In bold: methods that are meant to need no tuning.',
      table(
        ['optimizer', 'distance', ...untuned.map(({ id, testMetric: { unit } }) => (unit === '' ? id : `${id}, ${unit}`))],
        atDefaults.map(untunedRow),
        ['', '--:', ...untuned.map(() => '--:')],
      ),
    );
  if (searchProblems.every((name) => isKept(`search-${name}`) && isKept(`main-${name}`)))
    parts.push(
      '## All hyperparameters',
      'Median test metrics over five seeds with a constant learning rate: first with only the learning rate tuned, then (→) with all hyperparameters searched, by 16 Sobol points for each seed. In bold: detectably different, without correction for the number of comparisons (p < 0.05; of thirty comparisons, one or two would be below by chance).',
      searchTable((name) => results(name)!),
    );
  const whole = horizonProblems.filter((name) =>
    [`main-${name}`, ...[0.5, 2, 4].map((times) => `horizon-${name}-${String(times)}`)].every(isKept),
  );
  if (whole.length > 0) {
    parts.push(
      '## Longer and shorter runs',
      'Ranks by the median of five seeds. The constant learning rate is tuned separately for each length.',
    );
    figure(
      'horizons',
      'Ranks against the length of the run',
      horizonRanks(whole, (name, times) => results(times === 1 ? `main-${name}` : `horizon-${name}-${String(times)}`)!),
    );
  }
  const [decay, sparse] = [results('decay'), results('sparse-text')];
  if (decay !== undefined || sparse !== undefined) parts.push('## Two published results');
  if (sparse !== undefined) figure('sparse-text', 'Validation loss on sparse text', sparseText(sparse));
  if (decay !== undefined) figure('decay', 'Test error by learning rate and weight decay', decayMaps(decay));

  const made = [...kept.values()];
  const machines = [...new Set(made.map(({ machine }) => `${machine.cpu}, Node ${machine.node}`))].join('; ');
  const count = made.reduce((sum, one) => sum + one.runs.made, 0);
  const confirmed = [...verdicts.values()].filter((verdict) => verdict?.holds === true).length;
  const refuted = [...verdicts.values()].filter((verdict) => verdict?.holds === false).length;
  const head = [
    '# The study',
    `${count.toLocaleString('en')} training runs: ten optimizers on ten small problems with two schedules, tuned separately for each of ten seeds, and the additional comparisons listed at the end${main.length < problemNames.length ? `, **on ${String(main.length)} problems so far; all results below are from these**` : ''}. The claims, and what would refute each, [were written before the runs](../study/README.md), ` +
      `which also states their limits: training on these problems takes a second or less. ${String(confirmed)} claims are confirmed, ${String(refuted)} refuted${confirmed + refuted < claims.length ? `, ${String(claims.length - confirmed - refuted)} not judged yet` : ''}.`,
    `\`npm run study\` runs every comparison that is not stored in \`study/results\`; \`npm run study -- --figures\` writes this page from the stored results. ${machines}; ${made.map(({ createdAt }) => createdAt.slice(0, 10)).sort().at(-1) ?? ''}.`, // prettier-ignore
  ];
  parts.push('## Runs', runsTable(kept));
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
  const close = judged.filter(isClose).map(({ title, holds, steady = 1 }) => `${title} (${holds ? 'confirmed' : 'refuted'}; the same verdict in ${(100 * steady).toFixed(0)} % of resamplings)`).join(', ');
  const open = verdicts.size - judged.length;
  const made = fields[0]!.problems.length;
  const isWhole = made === problemNames.length;
  const ahead = fields.map((field) => {
    const [first, second, third] = standings(field).map(({ label }) => label);
    return `over ${field.title}: ${String(first)}, then ${String(second)} and ${String(third)}`;
  });
  return [
    `[The study](docs/study.md): ${runs.toLocaleString('en')} training runs, most of them of ten optimizers on ${isWhole ? 'ten small problems' : `${String(made)} of ten small problems so far`}. The claims, and what would refute each, [were written before the runs](study/README.md).`,
    isWhole ? `Best ${ahead.join('; ')}.` : '',
    atDefaults.length === 0 ? '' : untunedSummary(atDefaults),
    those(true) === '' ? '' : `Confirmed (each rule is narrower than its title): ${those(true)}.`,
    those(false) === '' ? '' : `Refuted: ${those(false)}.`,
    close === '' ? '' : `Uncertain, since the verdict could change with other seeds: ${close}.`,
    open === 0 ? '' : `${String(open)} of ${String(verdicts.size)} claims are not judged yet.`,
  ].filter((part) => part !== '').join('\n');
} // prettier-ignore

/** For how many combinations of problem, optimizer and schedule the learning rate is at the edge of the range that was tried. */
function edges(main: readonly KeptProblem[]): string {
  const all = main.flatMap(({ id, optimizers }) => optimizers.map(({ label, tuning }) => ({ id, label: label.split(', ')[0]!, tuning })));
  const beyond = all.filter(({ tuning }) => tuning === 'edge');
  const counted = (names: readonly string[], of: (one: (typeof all)[number]) => string): string =>
    names.map((name) => [name, beyond.filter((one) => of(one) === name).length] as const).filter(([, count]) => count > 0).map(([name, count]) => `${name} ${String(count)}`).join(', ');
  const problems = counted(main.map(({ id }) => id), ({ id }) => id);
  const labels = counted([...new Set(all.map(({ label }) => label))], ({ label }) => label);
  return `In ${String(beyond.length)} of ${String(all.length)} combinations of problem, optimizer and schedule, most seeds chose the lowest or highest learning rate tried, so a better one may lie outside the range. By problem: ${problems}. By optimizer: ${labels}.`;
} // prettier-ignore

/** The number of runs for each part of the study. */
function runsTable(kept: ReadonlyMap<string, Kept>): string {
  const parts = [
    ['main-', 'ten optimizers (Muon on six problems), ten problems, two schedules, ten seeds'],
    ['horizon-', 'the same optimizers with a constant learning rate on four problems at ½, 2 and 4 times the length, five seeds'],
    ['search-', 'six optimizers, five problems, 16 Sobol points for each of five seeds'],
    ['untuned-', 'optimizers with default hyperparameters, ten problems, ten seeds; and tuned ones where they had not been run yet'],
    ['decay', 'AdamW and Adam with L2 on digits, 64 Sobol points for each of six seeds'],
    ['sparse-text', 'five optimizers on sparse text, ten seeds'],
  ] as const;
  const rows = parts.map(([name, about]) => {
    const own = [...kept].filter(([one]) => one.startsWith(name)).map(([, { runs }]) => runs.made);
    return `| ${about} | ${own.reduce((sum, one) => sum + one, 0).toLocaleString('en')} |`;
  });
  return table(['', 'runs'], rows, ['', '--:']);
}

/** The optimizers of a field, the best first. */
function standingTable(field: Field): string {
  const rows = standings(field).map(({ id, label, mean, low, high }) => {
    const firsts = field.problems.filter((problem) => optimizerOf(leader(problem)) === id).map((problem) => problem.id);
    const width = middle(field.problems.map((problem) => widthOf(problem, id)));
    return `| ${label} | ${mean.toFixed(2)} | ${low.toFixed(2)} to ${high.toFixed(2)} | ${firsts.join(', ')} | ${width.toFixed(1)} |`;
  });
  const head = [
    'optimizer',
    'distance',
    '95 % interval',
    'best on',
    'ratio of the highest to the lowest learning rate within 5 % of its best score',
  ];
  return table(head, rows, ['', '--:', '--:', '', '--:']);
}

/** The share of verdicts against an entrant that change when the seeds are resampled. */
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

/** The result of the search over all hyperparameters, and with only the learning rate tuned. */
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
