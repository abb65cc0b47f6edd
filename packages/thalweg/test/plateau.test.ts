/** The reduction on a plateau where PyTorch's traces do not look: other rates, resuming, wrong options. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { adam, chain, clipByGlobalNorm, cosine, OptionError, reduceOnPlateau, type PlateauOptions } from 'thalweg';

const bound = async (lr = 1) => chain(clipByGlobalNorm(1), adam({ lr })).init({ w: Float64Array.of(0) });

describe('reduceOnPlateau', () => {
  test('lowers the rate that is set at the time, and the optimizer steps with it', async () => {
    const opt = await bound();
    const plateau = reduceOnPlateau(opt, { factor: 0.5, patience: 0 });
    assert.deepEqual([plateau.step(1), plateau.step(1), opt.hyper.lr], [false, true, 0.5]);
    opt.hyper.lr = 8;
    assert.deepEqual([plateau.step(1), opt.hyper.lr], [true, 4]);
    opt.step({ w: Float64Array.of(1) });
    assert.ok(Math.abs(opt.params.w[0]! + 4) < 1e-6);
  });
  test('says truly whether it lowered: not at the lowest rate', async () => {
    const opt = await bound(0.3);
    const plateau = reduceOnPlateau(opt, { patience: 0, minLr: 0.3 });
    plateau.step(1);
    assert.deepEqual([plateau.step(2), opt.hyper.lr], [false, 0.3]);
  });
  test('without a threshold the same value again is no improvement', async () => {
    for (const [mode, better] of [
      ['min', 0.5],
      ['max', 1.5],
    ] as const) {
      const plateau = reduceOnPlateau(await bound(), { mode, patience: 0, threshold: 0 });
      assert.deepEqual([plateau.step(1), plateau.step(better), plateau.step(better)], [false, false, true]);
    }
  });
  test('goes on where another left off', async () => {
    const opt = await bound();
    const first = reduceOnPlateau(opt, { patience: 2, cooldown: 3 });
    for (const metric of [5, 5, 5]) first.step(metric);
    assert.deepEqual(first.state, { best: 5, bad: 2, cooling: 0 });
    const second = reduceOnPlateau(opt, { patience: 2, cooldown: 3, state: first.state });
    assert.equal(second.step(5), true);
    assert.deepEqual(second.state, { best: 5, bad: 0, cooling: 3 });
    assert.deepEqual(reduceOnPlateau(opt).state, { best: null, bad: 0, cooling: 0 });
  });
  test('a schedule has a course of its own', async () => {
    const opt = await adam({ lr: cosine({ peak: 1, total: 10 }) }).init({ w: Float64Array.of(0) });
    assert.throws(() => reduceOnPlateau(opt), /reduceOnPlateau: lr must be a number, not a Schedule/);
    opt.hyper.lr = 1;
    const plateau = reduceOnPlateau(opt, { patience: 0 });
    plateau.step(1);
    opt.hyper.lr = () => 1;
    assert.throws(() => plateau.step(1), OptionError);
  });
  test('wrong options', async () => {
    const opt = await bound();
    const wrong: readonly (readonly [text: string, message: RegExp])[] = [
      ['{"factor":1}', /factor must lie in \(0, 1\), and 1 does not/],
      ['{"factor":0}', /factor/],
      ['{"patience":1.5}', /patience must be a whole number from 0, not 1.5/],
      ['{"cooldown":-1}', /cooldown must be a whole number from 0/],
      ['{"threshold":-1}', /threshold must lie in \[0, ∞\)/],
      ['{"minLr":null}', /minLr must be a number, not null/],
      ['{"mode":"least"}', /mode must be "min" or "max", not "least"/],
      ['{"thresholdMode":"relative"}', /thresholdMode must be "rel" or "abs"/],
      ['{"min_lr":1}', /min_lr is no option \(did you mean minLr\?\)/],
    ];
    for (const [text, message] of wrong) assert.throws(() => reduceOnPlateau(opt, JSON.parse(text) as PlateauOptions), message);
    assert.throws(() => reduceOnPlateau(opt).step(JSON.parse('"0.5"') as number), /metric must be a number, not "0.5"/);
  });
});
