/** The zero-tuning track: what runs in it, at which rates, what it is compared with, and how that is told. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Method, type Method as AnyMethod } from 'thalweg';
import { optimizers } from '@thalweg/guide';
import { contestants, defaultContestants, libraryContestant, promisingContestants, type Contestant } from '../src/contestants.ts';
import { withoutTuning } from '../src/defaults.ts';
import { lost } from '../src/lost.ts';
import { problems } from '../src/registry.ts';
import { renderHtml } from '../src/report/html.ts';
import { defaultsText } from '../src/report/defaults.ts';
import { renderTable } from '../src/report/terminal.ts';
import { readComparison } from '../src/read.ts';
import { lower } from '../src/quantile.ts';
import type { Comparison, Defaults, Trial } from '../src/schema.ts';
import { reportFixture } from './report-fixture.ts';

const named = (id: string): Contestant => contestants.find((one) => one.id === id) ?? libraryContestant(id)!;

test("a declared default is the library's own, and what promises to need no tuning is known", () => {
  for (const { id, lr, create, fixed } of [...contestants, ...promisingContestants.map(named)]) {
    if (fixed === true) continue;
    assert.ok(lr !== undefined, id);
    const made = create(lr, { steps: 100 });
    assert.ok(made instanceof Method);
    const rates = (method: AnyMethod): unknown[] => method.groups.flatMap(({ parts }) => parts.map(({ values }) => values.get('lr')));
    const factory = optimizers.get(id === 'sgd-momentum' || id === 'sam' ? 'sgd' : id);
    // Muon stands beside AdamW, and Mechanic takes its optimizer at 1.
    if (factory !== undefined && id !== 'muon') assert.deepEqual(rates(made), rates(factory()), id);
  }
  for (const id of promisingContestants) assert.equal(named(id).promises, true, id);
  assert.ok(defaultContestants.every((id) => named(id).promises === undefined));
});

/** Results that follow from optimizer, rate and seed: each best at its own rate. */
function made(best: Readonly<Record<string, number>>) {
  const asked: [string, number, number][] = [];
  const run = ({ id }: Contestant, lr: number, seed: number): Promise<Trial> => {
    asked.push([id, lr, seed]);
    const value = best[id]! + ((seed * 7) % 5) / 50;
    return Promise.resolve({ ...lost({ lr, seed }), diverged: false, validationMetric: value, testMetric: value + ((seed * 3) % 4) / 50 });
  };
  return { asked, run };
}
const seeds = [101, 102, 103, 104, 105];
const [digits] = problems.filter(({ id }) => id === 'digits');

async function track(): Promise<{ asked: readonly (readonly [string, number, number])[]; defaults: Defaults }> {
  const { asked, run } = made({ adam: 3, prodigy: 1, lbfgs: 2 });
  const compareDefaults = await withoutTuning(['adam', 'prodigy', 'lbfgs'].map(named), seeds, digits!, run);
  const tuned = { id: 'adam', scores: new Map(seeds.map((seed) => [seed, 0.5 + ((seed * 11) % 3) / 50])) };
  return { asked, defaults: compareDefaults(tuned, { alpha: 0.05, direction: lower, margin: 0.1 }) };
}

test('each runs once with every seed, at its default; the best on validation data is the reference, and what tuning gains is tested', async () => {
  const { asked, defaults } = await track();
  assert.deepEqual(asked.toSorted(), [['adam', 1e-3], ['lbfgs', 1], ['prodigy', 1]].flatMap(([id, lr]) => seeds.map((seed) => [id, lr, seed])));
  assert.equal(defaults.reference, 'prodigy');
  assert.deepEqual(defaults.optimizers.map(({ id, lr, promises, rank }) => [id, lr, promises, rank]), [['prodigy', 1, true, 1], ['lbfgs', null, true, 2], ['adam', 1e-3, false, 3]]);
  assert.deepEqual(defaults.comparisons.map(({ reference, other, verdict }) => [reference, other, verdict]), [['prodigy', 'adam', 'worse'], ['prodigy', 'lbfgs', 'worse']]);
  assert.deepEqual(defaults.againstTuned.map(({ reference, other, verdict }) => [reference, other, verdict]), [['adam', 'adam', 'worse'], ['adam', 'prodigy', 'worse'], ['adam', 'lbfgs', 'worse']]);
}); // prettier-ignore

test('it has a table of its own in every report, which is read back, and says what to take without tuning', async () => {
  const { defaults } = await track();
  const fixture = reportFixture();
  const [first, ...rest] = fixture.problems;
  const comparison: Comparison = { ...fixture, problems: [{ ...first!, reference: first!.optimizers[0]!.id, defaults }, ...rest] };
  const text = defaultsText(comparison.problems[0]!);
  assert.match(text, new RegExp(`^Without tuning, take prodigy with its default lr 1; it is 0\\.\\d+ to 0\\.\\d+ points worse than ${first!.optimizers[0]!.label} with tuning\\.$`));
  assert.match(renderTable(comparison, 160, false), /Without tuning, take prodigy[\s\S]*1 +prodigy \* +1\.\d+ % \(1\.\d+ to 1\.\d+\) +1 +worse[\s\S]*lbfgs|L-BFGS \*/);
  assert.match(renderHtml(comparison), /<h3>Without tuning<\/h3>[\s\S]*Claims to<br>need no tuning/);
  assert.deepEqual(readComparison(JSON.stringify(comparison)).problems[0]?.defaults, defaults);
  assert.equal(defaultsText(first!), '');
  const wrong = JSON.stringify(comparison).replace('"reference":"prodigy","optimizers"', '"reference":"nobody","optimizers"');
  assert.throws(() => readComparison(wrong), /defaults compares optimizers that it does not have/);
}); // prettier-ignore
