/**
 * The schedules of docs/compat.md: each call in a right column, with the library's own arguments for its names, has the rates of the library's first steps
 * (traces/compat-schedules.json, made by compat_schedules.py).
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exponential, fromZero, piecewise, Schedule, type Plateau } from 'thalweg';
import { boundOf, evaluate, rowsOf } from './compat-page.ts';
import { read } from './table.ts';

interface Course {
  readonly given: Readonly<Record<string, unknown>>;
  readonly rates: readonly number[];
  readonly momentum?: readonly number[];
}
const { rate, metric, names, libraries, plateau } = read('traces/compat-schedules.json') as {
  readonly rate: number;
  readonly metric: readonly number[];
  readonly names: Readonly<Record<string, readonly string[]>>;
  readonly libraries: Readonly<Record<string, Readonly<Record<string, readonly Course[]>>>>;
  readonly plateau: readonly Course[];
};

/** The functions that compat_schedules.py means by a word. */
const functions: Readonly<Record<string, (k: number) => number>> = { powers: (k) => 0.95 ** k, factor: (k) => (k % 3 === 0 ? 1.05 : 0.9) };
/** What ChainedScheduler is made of there. */
const parts = {
  constantLr: fromZero(piecewise({ values: [rate * 0.5, rate], boundaries: [10] })),
  exponentialLr: fromZero(exponential({ from: rate, rate: 0.9 })),
};

/** The rates that an expression of the page has, with the library's arguments. */
function ratesOf(call: string, given: Course['given'], steps: number): number[] {
  const named = Object.entries(given).map(
    ([key, value]) => [key, typeof value === 'string' ? (functions[value] ?? value) : value] as const,
  );
  const opt = { hyper: { lr: rate }, maximize: false };
  const made = evaluate(call, { lr: rate, opt, ...parts, ...Object.fromEntries(named) });
  return Array.from({ length: steps }, (_, i) => {
    if (made instanceof Schedule) return made.at(i + 1);
    if (typeof made === 'function') return (made as (t: number) => number)(i + 1);
    const before = opt.hyper.lr;
    (made as Plateau).step(metric[i]!);
    return before;
  });
}

function hold(call: string, given: Course['given'], rates: readonly number[], bound = 1e-12): void {
  const peak = Math.max(...rates);
  ratesOf(call, given, rates.length).forEach((ours, i) => {
    assert.ok(Math.abs(ours - rates[i]!) <= bound * peak, `step ${i + 1} of ${call}: ${ours} is not ${rates[i]!}`);
  });
}

for (const [library, offered] of Object.entries(names)) {
  const rows = rowsOf(library);
  test(`${library}: each name has a row and a trace`, () => {
    assert.deepEqual(rows.map(({ name }) => name).toSorted(), offered.toSorted()); // prettier-ignore
    assert.deepEqual(Object.keys(libraries[library]!).toSorted(), offered.toSorted());
  });
  for (const { name, call, says } of rows) {
    test(`${library}.${name}: the call has its rates`, () => {
      const courses = libraries[library]?.[name] ?? [];
      assert.ok(courses.length > 0 && call !== undefined, says);
      for (const { given, rates, momentum } of courses) {
        hold(call, given, rates, boundOf(says));
        if (momentum !== undefined) hold(/`momentum: ([^`]+)`/.exec(says)?.[1] ?? '', given, momentum);
      }
    });
  }
}

test('optax.contrib.reduce_on_plateau: the call has its rates', () => {
  const row = rowsOf('optax.contrib').find(({ name }) => name === 'reduce_on_plateau');
  for (const { given, rates } of plateau) hold(row?.call ?? '', given, rates);
});

test('another schedule is noticed', () => {
  const { given, rates } = libraries['torch.optim.lr_scheduler']!['CosineAnnealingLR']![0]!;
  const cut = (): void => {
    hold('fromZero(cosine({ peak: lr, end: eta_min, total: T_max }))', given, rates);
  };
  assert.throws(cut, /step 22 of/);
});
