/** Rates are those of one search for all, limits say why a run diverged, and each story shows what it says. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { findEntry, limitAt, surfaces, trace, valley, type Trace } from '@thalweg/guide';
import { coverEntrants, firstEntrants, firstSteps, firstSurface } from '../src/lab/first.ts';
import { surfaceOf } from '../src/lab/spec.ts';
import { checkState, decodeState, encodeState } from '../src/lab/state.ts';
import { stories } from '../src/lab/stories.ts';
import { entrant, limitOf, methodOf } from '../src/race/entrant.ts';
import { tunedRate } from '../src/race/tune.ts';

test('what the lab and the cover open with has the rates that the search finds', async () => {
  for (const [spec, entrants] of [
    [firstSurface, firstEntrants],
    [{ kind: 'named', id: 'beale' }, coverEntrants],
  ] as const) {
    const { objective, start } = await surfaceOf(spec);
    for (const one of entrants)
      assert.equal(await tunedRate(one, objective, { start, steps: firstSteps, noise: 0, seed: 1 }), one.values['lr'], one.key);
  }
});

test('on a quadratic the search finds the best rate there is, and no other rate ends lower', async () => {
  for (const condition of [4, 25, 100]) {
    const { objective, start } = valley(condition);
    const course = { start, steps: 60, noise: 0, seed: 1 };
    const found = (await tunedRate(entrant('sgd'), objective, course)) ?? NaN;
    // 2/(λmin + λmax), where both modes shrink alike; the start weighs them, so the best of 60 steps lies near it.
    assert.ok(Math.abs(Math.log(found / (2 / (1 + condition)))) < 0.2, `${String(condition)}: ${String(found)}`);
    const ends = async (lr: number): Promise<number> => {
      const run = await trace(methodOf(entrant('sgd', { lr }), 60), objective, start, { steps: 60 });
      return run.diverged ? Infinity : run.loss[run.rows - 1]!;
    };
    const best = await ends(found);
    for (const factor of [0.3, 0.6, 0.8, 1.25, 1.6, 3]) assert.ok((await ends(found * factor)) > best, String(factor));
  }
});

test('with noise a search prefers the smaller rate, and one without a rate has none', async () => {
  const { objective, start } = valley(5);
  const rate = async (noise: number): Promise<number> =>
    (await tunedRate(entrant('sgd'), objective, { start, steps: 200, noise, seed: 1 })) ?? NaN;
  assert.ok((await rate(3)) < 0.5 * (await rate(0)));
  assert.equal(await tunedRate(entrant('sgd', {}), () => NaN, { start, steps: 9, noise: 0, seed: 1 }), undefined);
});

test('where a run diverged the limit is that of its start', async () => {
  for (const surface of surfaces) {
    for (const id of ['sgd', 'sgd-momentum', 'nesterov', 'averaged-momentum', 'adagrad', 'rmsprop', 'adam']) {
      const one = entrant(id, { lr: 1e5 });
      const run: Trace = await trace(methodOf(one, 40), surface.objective, surface.start, { steps: 40, anatomy: true });
      if (!run.diverged) continue;
      const limits = [0, 1, 5, 40].map((row) => limitOf(one, surface, run, row));
      assert.equal(new Set(limits).size, 1, `${id} on ${surface.id}: ${limits.join(' ')}`);
      if (findEntry(id).divisor === undefined) assert.equal(limits[0], limitAt(findEntry(id), one.values, surface), id);
      // Where the ground curves down there is no limit.
      assert.ok(!(limits[0]! >= 1e5) || limits[0] === Infinity, `${id} on ${surface.id}: ${String(limits[0])}`);
    }
  }
});

describe('stories', () => {
  const runs = async (id: string): Promise<Record<string, Trace>> => {
    const { state } = stories.find((one) => one.id === id)!;
    const surface = await surfaceOf(state.surface);
    const all: Record<string, Trace> = {};
    for (const one of state.entrants)
      all[one.key] = await trace(methodOf(one, state.steps), surface.objective, state.start, {
        steps: state.steps,
        noise: state.noise,
        seed: 1,
      });
    return all;
  };
  const end = ({ loss, rows }: Trace): number => loss[rows - 1]!;
  /** The first step at which the second coordinate is far from the ridge. */
  const leaves = ({ w, rows }: Trace): number =>
    Array.from({ length: rows }, (_, row) => Math.abs(w[2 * row + 1]!)).findIndex((y) => y > 0.5);

  test('there are eight, each a state that a link can hold', () => {
    assert.equal(new Set(stories.map(({ id }) => id)).size, 8);
    for (const { state, id } of stories) {
      assert.deepEqual(decodeState(encodeState(state)), checkState(JSON.parse(JSON.stringify(state))), id);
      assert.deepEqual(decodeState(encodeState(state)).entrants, state.entrants, id);
      assert.equal(encodeState(decodeState(encodeState(state))), encodeState(state), id);
    }
  });
  test('saddle', async () => {
    const { sgd, adam, 'sgd-momentum': momentum } = await runs('saddle');
    assert.ok(leaves(sgd!) > 80 && leaves(momentum!) < leaves(sgd!) && leaves(adam!) < 20, [sgd!, momentum!, adam!].map(leaves).join(' '));
  });
  test('cliff', async () => {
    const { sgd, adam, 'sign-sgd': sign } = await runs('cliff');
    const farthest = ({ w, rows }: Trace): number => Math.max(...w.subarray(0, 2 * rows).map(Math.abs));
    assert.ok(farthest(sgd!) > 8 && farthest(adam!) < 4 && farthest(sign!) < 4, [sgd!, sign!, adam!].map(farthest).join(' '));
  });
  test('trap', async () => {
    const { sgd, 'sgd-momentum': momentum } = await runs('trap');
    assert.ok(end(sgd!) > -0.2 && end(momentum!) < -0.45, `${String(end(sgd!))} ${String(end(momentum!))}`);
  });
  test('noise', async () => {
    const { sgd, 'sgd-2': falling } = await runs('noise');
    const mean = ({ loss, rows }: Trace): number => loss.subarray(rows - 80, rows).reduce((sum, one) => sum + one, 0) / 80;
    assert.ok(mean(sgd!) > 8 * mean(falling!), `${String(mean(sgd!))} ${String(mean(falling!))}`);
  });
  test('bias', async () => {
    const { rmsprop, adam } = await runs('bias');
    const first = ({ w }: Trace): number => Math.abs(w[2]! - w[0]!);
    assert.ok(Math.abs(first(rmsprop!) / first(adam!) - Math.sqrt(1000)) < 0.1, String(first(rmsprop!) / first(adam!)));
  });
  test('valley and the valley turned', async () => {
    const straight = await runs('valley');
    assert.ok(end(straight['sgd']!) > 20 * end(straight['sgd-momentum']!) && end(straight['sgd']!) > 20 * end(straight['adagrad']!));
    const turned = await runs('turned');
    assert.ok(
      end(turned['adagrad']!) > 1e3 * end(straight['adagrad']!),
      `${String(end(turned['adagrad']!))} ${String(end(straight['adagrad']!))}`,
    );
    assert.ok(end(turned['sgd-momentum']!) < 0.05 * end(turned['adagrad']!), String(end(turned['sgd-momentum']!)));
  });
  test('plateau', async () => {
    const { sgd, rmsprop, adam } = await runs('plateau');
    assert.ok(end(sgd!) > 0.9 && end(rmsprop!) < 0.05 && end(adam!) < 0.05, [sgd!, rmsprop!, adam!].map(end).join(' '));
  });
});
