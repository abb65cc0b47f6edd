/**
 * The study as data: every comparison, as the arguments of `thalweg compare`. It was written, together with README.md, before anything ran;
 * README.md lists what was changed later.
 */

/** A comparison: its name in `results`, and the arguments that run it. */
export interface Unit {
  readonly name: string;
  readonly problem: string;
  readonly args: readonly string[];
}

/** The problems, and whether their models have hidden matrices, for which Muon is meant. */
export const problems = {
  glosses: { matrices: false },
  digits: { matrices: true },
  names: { matrices: false },
  fashion: { matrices: true },
  birdstrikes: { matrices: true },
  births: { matrices: true },
  'moby-dick': { matrices: true },
  'co-occurrences': { matrices: false },
  'noisy-quadratic': { matrices: false },
  'deep-linear': { matrices: true },
} as const;
export type ProblemName = keyof typeof problems;
export const problemNames = Object.keys(problems) as ProblemName[];

const own = (name: string): string => `study/optimizers/${name}.ts`;

/** The optimizers of a problem, as `--optimizers` takes them. */
export function optimizersOf(problem: ProblemName): string[] {
  const all = ['sgd', 'sgd-momentum', 'adagrad', 'rmsprop', 'adam', 'adamw', own('nadamw'), 'lion', own('schedule-free')];
  return problems[problem].matrices ? [...all, 'muon'] : all;
}

/** Further lengths of a run, as multiples of the usual one. */
export const horizons = [0.5, 2, 4] as const;
export const horizonProblems = ['glosses', 'digits', 'names', 'deep-linear'] as const satisfies ProblemName[];
export const searchProblems = ['glosses', 'digits', 'names', 'fashion', 'birdstrikes'] as const satisfies ProblemName[];
const searched = ['sgd-momentum', 'adagrad', 'rmsprop', 'adam', 'adamw', 'lion'];

/** Seven learning rates, extended to nine; each of the ten seeds tries three of them. */
const rates = ['--quick', '--grid-points', '7'];
const compare = (name: string, problem: string, ...args: readonly string[]): Unit => ({ name, problem, args: [problem, ...args] });

/** All comparisons, in the order in which they are run. `lengths` has the steps of the problems' quick runs. */
export function unitsOf(lengths: Readonly<Record<ProblemName, number>>): Unit[] {
  return [
    ...problemNames.map((problem) =>
      compare(
        `main-${problem}`,
        problem,
        ...rates,
        '--seeds',
        '10',
        '--schedule',
        'constant,cosine',
        '--optimizers',
        optimizersOf(problem).join(),
      ),
    ),
    compare(
      'sparse-text',
      'study/problems/sparse-text.ts',
      ...['--quick', '--grid-points', '7', '--seeds', '10', '--optimizers', 'sgd,sgd-momentum,adagrad,rmsprop,adam'],
    ),
    compare('decay', 'digits', '--quick', '--trials', '64', '--seeds', '6', '--optimizers', [own('decoupled'), own('coupled')].join()),
    // These use the same folder, so that the tuned runs of `main` are reused.
    ...problemNames.map((problem) => compare(`untuned-${problem}`, problem, ...rates, '--seeds', '10', '--defaults')),
    ...horizonProblems.flatMap((problem) =>
      horizons.map((times) =>
        compare(
          `horizon-${problem}-${String(times)}`,
          problem,
          ...rates,
          ...['--seeds', '5', '--steps', String(lengths[problem] * times), '--optimizers', optimizersOf(problem).join()],
        ),
      ),
    ),
    ...searchProblems.map((problem) =>
      compare(`search-${problem}`, problem, '--quick', '--trials', '16', '--seeds', '5', '--optimizers', searched.join()),
    ),
  ];
}
