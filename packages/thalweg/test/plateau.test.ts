/** The reduction on a plateau where PyTorch's traces do not look: other rates, resuming, wrong options. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  adam, chain, clipByGlobalNorm, cosine, groups, OptionError, otherwise, polyak, reduceOnPlateau, sgd, tensor, type PlateauOptions,
} from 'thalweg'; // prettier-ignore

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
  test('a metric of any sign: what stays or gets worse is no improvement, what gets better by more than the threshold is', async () => {
    const metrics = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    const options = fc.record({
      mode: fc.constantFrom('min' as const, 'max' as const),
      thresholdMode: fc.constantFrom('rel' as const, 'abs' as const),
      threshold: fc.double({ min: 0, max: 0.9, noNaN: true }),
    });
    const opt = await bound();
    fc.assert(
      fc.property(metrics, metrics, options, (first, second, given) => {
        const plateau = reduceOnPlateau(opt, { ...given, patience: 1e6 });
        plateau.step(first);
        plateau.step(second);
        const gain = given.mode === 'min' ? first - second : second - first;
        const needed = given.thresholdMode === 'rel' ? given.threshold * Math.abs(first) : given.threshold;
        if (Math.abs(gain - needed) <= 1e-9 * Math.abs(first) && gain !== 0) return;
        assert.equal(plateau.state.best, gain > needed ? second : first);
      }),
    );
    for (const constant of [-5, 0, 5, -1e-300, -Infinity]) {
      for (const mode of ['min', 'max'] as const) {
        opt.hyper.lr = 1;
        const plateau = reduceOnPlateau(opt, { mode, patience: 2 });
        const lowered = Array.from({ length: 4 }, () => plateau.step(constant));
        const counts = constant !== -Infinity || mode === 'min';
        assert.deepEqual(lowered, counts ? [false, false, false, true] : [false, false, true, false], `${mode} ${String(constant)}`);
      }
    }
  });
  test('NaN is no improvement, first or later', async () => {
    const plateau = reduceOnPlateau(await bound(), { patience: 2 });
    assert.deepEqual([NaN, -3, NaN, NaN, NaN].map((metric) => plateau.step(metric)), [false, false, false, false, true]);
    assert.equal(plateau.state.best, -3);
  }); // prettier-ignore
  test('an optimizer that ascends: the metric is to rise unless it is said otherwise', async () => {
    const opt = await sgd({ lr: 1 }).init({ w: Float64Array.of(0) }, { maximize: true });
    const [own, given] = [reduceOnPlateau(opt, { patience: 0 }), reduceOnPlateau(opt, { patience: 0, mode: 'min' })];
    assert.deepEqual([own.step(-2), own.step(-1), opt.hyper.lr], [false, false, 1]);
    assert.deepEqual([given.step(-2), given.step(-1)], [false, true]);
  });
  test('groups and chains: all rates by themselves, or those that are named', async () => {
    const make = async () =>
      chain(
        groups([
          { match: { rank: 2 }, use: adam({ lr: 1 }), name: 'body' },
          { match: otherwise, use: sgd({ lr: 0.02 }), name: 'rest' },
        ]),
        sgd({ lr: 0.5 }),
      ).init({ W: tensor([2, 2]), b: tensor([2]) });
    const rates = ({ hyper }: Awaited<ReturnType<typeof make>>) => [hyper['body.lr'], hyper['rest.lr'], hyper['lr'] ?? hyper['lr2']];
    const all = await make();
    const plateau = reduceOnPlateau(all, { factor: 0.5, patience: 0, minLr: 0.015 });
    assert.deepEqual([plateau.step(1), plateau.step(1), rates(all)], [false, true, [0.5, 0.015, 0.25]]);
    assert.deepEqual([plateau.step(1), rates(all)], [true, [0.25, 0.015, 0.125]]);
    const one = await make();
    for (const hyper of ['rest.lr', ['rest.lr', 'rest.lr']]) {
      const some = reduceOnPlateau(one, { hyper, factor: 0.5, patience: 0 });
      some.step(1);
      some.step(1);
    }
    assert.deepEqual(rates(one), [1, 0.005, 0.5]);
  });
  test('one rate that is a schedule: refused before any is changed', async () => {
    const opt = await groups([
      { match: 'a', use: sgd({ lr: 1 }), name: 'a' },
      { match: 'b', use: sgd({ lr: cosine({ peak: 1, total: 10 }) }), name: 'b' },
    ]).init({ a: new Float64Array(1), b: new Float64Array(1) });
    assert.throws(() => reduceOnPlateau(opt), /reduceOnPlateau: b\.lr must be a number, not a Schedule/);
    const plateau = reduceOnPlateau(opt, { hyper: 'a.lr', patience: 0 });
    plateau.step(1);
    opt.hyper['a.lr'] = () => 1;
    const { state } = plateau;
    assert.throws(() => plateau.step(1), OptionError);
    assert.deepEqual(plateau.state, state);
  });
  test('what is no optimizer, no rate or no state', async () => {
    const opt = await bound();
    for (const wrong of [undefined, null, {}, adam()]) assert.throws(() => reduceOnPlateau(wrong as never), /opt must be an optimizer/);
    assert.throws(() => reduceOnPlateau(opt, { hyper: 'body.lr' }), /hyper names body\.lr, and this optimizer has maxNorm, lr, beta1/);
    for (const hyper of [[], [1], 5, null]) assert.throws(() => reduceOnPlateau(opt, { hyper } as never), OptionError);
    for (const state of [
      null,
      1,
      {},
      { best: 'x', bad: 0, cooling: 0 },
      { best: NaN, bad: 0, cooling: 0 },
      { best: 1, bad: -1, cooling: 0 },
    ])
      assert.throws(() => reduceOnPlateau(opt, { state } as never), OptionError);
    assert.throws(() => reduceOnPlateau(opt).step(undefined as never), OptionError);
    const rateless = await polyak().init({ w: Float64Array.of(1) });
    assert.doesNotThrow(() => reduceOnPlateau(rateless, { hyper: 'minimum' }));
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
      ['{"min_lr":1}', /min_lr is not an option \(did you mean minLr\?\)/],
    ];
    for (const [text, message] of wrong) assert.throws(() => reduceOnPlateau(opt, JSON.parse(text) as PlateauOptions), message);
    assert.throws(() => reduceOnPlateau(opt).step(JSON.parse('"0.5"') as number), /metric must be a number, not "0.5"/);
  });
});
