/** The columns of the table besides agreement: what every row must do. Each function says what is wrong with a row, or nothing. */
import {
  DivergenceError,
  kernelStatistics,
  linear,
  OptionError,
  type Backend,
  type HyperDeclaration,
  type HyperValue,
  type Method,
} from 'thalweg';
import { descend, landscapes } from './landscapes.ts';
import { start } from './measure.ts';
import { factories, methodOf, table, transforms, type Case, type Chained, type Descent, type Options } from './table.ts';

/** The names of the landscapes. */
export type LandscapeName = keyof typeof landscapes;

/** How many kernels were compiled in the second step, after a first one that also was to compile nothing. */
export async function compiledInTwoSteps(row: Case): Promise<number> {
  const { opt, step } = await start(row, 'wasm', false);
  const { compiled } = kernelStatistics();
  step();
  step();
  opt.dispose();
  return kernelStatistics().compiled - compiled;
}

/** Whether a run saved on one backend goes on bit for bit on another, from a step in the row's early life to one that was recorded. */
export async function resumes(row: Case, from: Backend, to: Backend, expected: readonly number[] | undefined): Promise<boolean> {
  const [first, second] = [await start(row, from, false), await start(row, to, false)];
  for (let t = 0; t < 7; t++) first.step();
  for (let t = 0; t < 2; t++) second.step();
  await second.opt.load(await first.opt.save());
  while (second.opt.t < 20) second.step();
  return expected !== undefined && second.read().every((value, i) => Object.is(value, expected[i]));
}

/** The bad hyperparameters that the row's optimizer or one of its transforms takes without a word. */
export function acceptsWrongly(row: Case): string[] {
  const made: (readonly [name: string, make: unknown, given: Options])[] = [[row.ours[0], factories.get(row.ours[0]), row.ours[1]]];
  for (const [name, argument] of [...(row.before ?? []), ...(row.after ?? [])])
    made.push([name, transforms[name], typeof argument === 'object' ? argument : {}]);
  return made.flatMap(([name, make, given]) => {
    if (typeof make !== 'function') return [name];
    const call = make as (argument: unknown) => Method;
    if (!('definition' in make))
      return [NaN, -1, 'much', null].filter((wrong) => !refused(() => call(wrong))).map((wrong) => `${name}(${String(wrong)})`);
    const { hyper } = make.definition as { readonly hyper: Readonly<Record<string, HyperDeclaration>> };
    const wrong = Object.keys(hyper).flatMap((key) => [NaN, 'much', null].map((value) => ({ ...given, [key]: value })));
    const limited = Object.entries(hyper).filter(([, [, , range = '']]) => !range.startsWith('(-∞'));
    for (const [key] of limited) wrong.push({ ...given, [key]: -1 });
    for (const key of ['beta1', 'beta2', 'momentum', 'rho']) if (key in hyper) wrong.push({ ...given, [key]: 1.5 });
    return [...wrong, { ...given, lrr: 1 }]
      .filter((options) => !refused(() => call(options)))
      .map((options) => `${name}(${JSON.stringify(options)})`);
  });
}

function refused(make: () => unknown): boolean {
  try {
    make();
    return false;
  } catch (error) {
    if (error instanceof OptionError) return true;
    throw error;
  }
}

/** How a row descends: as its optimizer does, but for what the row says. */
export function descentOf({ ours: [name], descends }: Case): Descent {
  const own = table.converges[name];
  if (own === undefined) throw new Error(`the table does not say how ${name} descends`);
  return { ...own, ...descends };
}

/** What is left of the first loss at the end. */
export async function descended(row: Case, landscape: LandscapeName, visit?: (x: number, y: number) => void): Promise<number> {
  return descend(descendingMethod(row, landscape), landscape, visit);
}

/**
 * The row's method with the stated rate, which falls linearly to a hundredth. Of its options those stay that choose equations; decays are
 * small, or they would move the minimum; other numbers are the defaults.
 */
function descendingMethod(row: Case, landscape: LandscapeName): Method {
  const [name, options] = row.ours;
  const { lr, constant = false, options: stated = {}, before = row.before, after = row.after } = descentOf(row);
  const chosen = Object.entries(options).filter(([key]) => {
    const rest = Object.fromEntries(Object.entries(options).filter(([other]) => other !== key));
    return key !== 'lr' && equationsOf(row, rest) !== equationsOf(row, options);
  });
  const kept = Object.fromEntries(chosen.map(([key, value]) => [key, smallDecay(key, value)]));
  const rate = linear({ from: lr[landscape], to: constant ? lr[landscape] : lr[landscape] / 100, steps: landscapes[landscape].steps });
  const small = (chained: readonly Chained[] = []): readonly Chained[] =>
    chained.map(
      ([one, argument, ...options]) => [one, typeof argument === 'object' ? argument : smallDecay(one, argument), ...options] as const,
    );
  const changed = { ours: [name, { ...kept, ...stated, lr: rate }] } as const;
  return methodOf({ ...changed, before: small(before), after: small(after) });
}

/** The equations of the row's optimizer with these options; undefined where they cannot be together. */
function equationsOf({ ours: [name] }: Case, options: Options): string | undefined {
  try {
    return methodOf({ ours: [name, options] }).equations;
  } catch (error) {
    if (error instanceof OptionError) return undefined;
    throw error;
  }
}

function smallDecay<V extends HyperValue | string | boolean>(name: string, value: V): V | number {
  return name === 'l2' || name === 'weightDecay' ? 1e-6 : value;
}

/** What the loss has to fall below as a part of the first. */
export function goalOf(row: Case, landscape: LandscapeName): number {
  return descentOf(row).goal?.[landscape] ?? landscapes[landscape].goal;
}

/** What the row's rate would be told to be: where it misses the goal, how far it came and how far other rates come; undefined where it meets it. */
export async function missed(row: Case, landscape: LandscapeName): Promise<string | undefined> {
  const [left, goal, { lr }] = [await descended(row, landscape), goalOf(row, landscape), descentOf(row)];
  if (left < goal) return undefined;
  const tried: string[] = [];
  for (const factor of [0.01, 0.03, 0.1, 0.3, 3, 10, 30, 100]) {
    const rate = Number((lr[landscape] * factor).toPrecision(2));
    const other = await descended({ ...row, descends: { ...row.descends, lr: { ...lr, [landscape]: rate } } }, landscape).catch(
      (error: unknown) => {
        if (error instanceof DivergenceError) return Infinity;
        throw error;
      },
    );
    tried.push(`${String(rate)} → ${other.toExponential(0)}`);
  }
  const name = row.ours[0];
  return (
    `${row.id} on ${{ parabola: 'the parabola', rosenbrock: "Rosenbrock's function" }[landscape]} with lr ${String(lr[landscape])}: ${left.toExponential(0)} of the first loss is left after ${String(landscapes[landscape].steps)} steps, ` +
    `and has to be below ${String(goal)}. Other rates: ${tried.join(', ')}. Change converges.lr.${landscape} in conformance/rows/${name}.json`
  );
}
