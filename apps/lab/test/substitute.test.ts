/** The formula with live numbers, for every optimizer that can be chosen and for equations of every form: its numbers give the value that the run had. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { catalogue, defaults, surfaces, trace } from '@thalweg/guide';
import {
  adam,
  adamw,
  chain,
  clipByNorm,
  cosine,
  ema,
  inspect,
  l2,
  optimizer,
  numberNode,
  operationNode,
  printExpression,
  schedule,
  sgd,
  substitute,
  type Expression,
  type Method,
} from 'thalweg';
import { decay, piecesOf, update } from '../src/lab/anatomy.ts';
import { liveLines } from '../src/lab/substitute.ts';
import { methodOf, type Entrant } from '../src/race/entrant.ts';
import { shapes, steady } from '../src/race/pace.ts';

const beale = surfaces.find(({ id }) => id === 'beale')!;
const steps = 40;

/** A number with all its digits, as equations write it. */
function exactly(node: Expression): Expression | undefined {
  if (node.kind !== 'number') return undefined;
  return Number.isNaN(node.value) ? operationNode('div', [numberNode(0), numberNode(0)]) : numberNode(node.value);
}

/** Every equation of some steps is there, typeset, and computed from its numbers it is what the run says. */
async function verify(method: Method): Promise<void> {
  const run = await trace(method, beale.objective, beale.start, { steps, anatomy: true });
  const equations = inspect(method).groups[0]!.parts.flatMap((part) => part.equations);
  for (const row of [1, 2, 3, 10, 39]) {
    for (const index of [0, 1]) {
      const lines = liveLines(run, row, index);
      assert.deepEqual(lines.map(({ latex }) => latex.split(' ')[0]), equations.map(({ latex }) => latex.name.split(' ')[0])); // prettier-ignore
      lines.forEach(({ latex, value, numbers }, i) => {
        const text = printExpression(substitute(numbers, exactly));
        assert.doesNotMatch(latex, /undefined/);
        const { form, text: written } = equations[i]!;
        // A row of a column, a column of a row and a square have no number for each coordinate.
        if (form === 'rr' || form === 'cc') return;
        const computed = schedule(text).at(row);
        assert.ok(Object.is(computed, value) || Math.abs(computed - value) <= 1e-9 * Math.max(1, Math.abs(value)), `${written} at ${String(row)}: ${text} is ${String(computed)}, not ${String(value)}`); // prettier-ignore
      });
      assert.equal(lines.findLast((_, i) => equations[i]!.target.name === 'w')!.value, run.w[2 * row + index]);
    }
  }
}

const own = (equations: string): Method =>
  optimizer({ name: 'own', hyper: { lr: ['η', 0.001], beta: ['β', 0.9] }, init: {}, equations })({
    lr: cosine({ peak: 0.001, total: steps }),
  });

describe('the numbers of a step', () => {
  for (const entry of catalogue) {
    const values = { ...defaults(entry), lr: Math.min(0.001, entry.knobs.find(({ name }) => name === 'lr')?.fallback ?? 1) };
    const one: Entrant = { key: entry.id, id: entry.id, label: entry.label, values, pace: steady, shown: true };
    it(entry.id, () => verify(methodOf(one, steps)));
  }
  for (const shape of shapes) {
    const values = { ...defaults(catalogue.find(({ id }) => id === 'adamw')!), lr: 0.001 };
    const one: Entrant = { key: 'adamw', id: 'adamw', label: 'AdamW', values, pace: { ...steady, shape }, shown: true };
    it(`with a rate that is ${shape}`, () => verify(methodOf(one, steps)));
  }
  const methods: Readonly<Record<string, Method>> = {
    'a decay that follows the schedule': adamw({ decay: 'independent', lr: cosine({ peak: 0.001, total: steps }) }),
    'a rate that is a function': sgd({ lr: (t) => 0.001 / t, momentum: 0.9 }),
    'a gradient that is replaced': adam({ lr: 0.001, l2: 0.1 }),
    'a chain': chain(clipByNorm(1), l2(0.1), sgd({ lr: 0.001, momentum: 0.9 }), ema({ decay: 0.9 })),
    'an equation on two lines': own('m ← β·m +\n g\nw ← w − η·(m\n + g)'),
    'comments with semicolons': own('m ← β·m + g # once; not twice\nw ← w − η·m // or; thrice'),
    'names in ASCII': own('m_hat <- beta*m_hat + g^2; w <- w - lr*g/(sqrt(m_hat) + 1e-8)'),
    'a superscript that is a sum': own('m ← β·m + (1 − β)·g\nw ← w − η·m / (1 − βᵗ⁺¹)'),
    'a temporary that is assigned again': own('x = g; x = x + w; x = 2·x; w ← w − η·x'),
    'a state read before and after': own('d = g − p; p ← g; w ← w − η·(p + d)'),
    'a function within another': own('w ← w − η·g / max(‖g‖, |⟨g, w⟩|/sum(|w|))'),
  };
  for (const [name, method] of Object.entries(methods)) it(name, () => verify(method));

  it('a decay that follows the schedule is shown with the factor of that step', async () => {
    const method = adamw({ decay: 'independent', weightDecay: 0.25, lr: cosine({ peak: 0.1, total: 8 }) });
    const run = await trace(method, beale.objective, beale.start, { steps: 8, anatomy: true });
    assert.match(liveLines(run, 4, 0).at(-1)!.latex, /- 0\.5 \\cdot 0\.25 .* = \S+$/);
  });
});

describe('a step taken apart', () => {
  for (const entry of catalogue) {
    it(entry.id, async () => {
      const values = { ...defaults(entry), lr: Math.min(0.001, entry.knobs.find(({ name }) => name === 'lr')?.fallback ?? 1) };
      const one: Entrant = { key: entry.id, id: entry.id, label: entry.label, values, pace: steady, shown: true };
      const run = await trace(methodOf(one, steps), beale.objective, beale.start, { steps, anatomy: true });
      assert.equal(run.rows, steps + 1);
      const row = 30;
      const pieces = new Map(piecesOf(one, run, steps).map((piece) => [piece.name, piece]));
      assert.deepEqual(pieces.get('g')!.read(row), [run.g[2 * row], run.g[2 * row + 1]]);
      assert.deepEqual(pieces.get('update')!.read(row), update(run, row));
      assert.ok(pieces.get('g')!.longest > 0 && pieces.get('w')!.longest === 0);
      for (const name of run.scalars) assert.equal(pieces.get(name)!.longest, 0, `${name} is one number`);
      assert.equal(decay(one, run, row, steps) !== undefined, entry.decay !== undefined);
    });
  }
});
