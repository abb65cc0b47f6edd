/** The range test on a bowl whose edge of stability is known, and what it does at the ends. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  adam, DisposedError, groups, learningRateRange, ObjectiveError, OptionError, otherwise, sgd, tensor, warmupCosine, type RangeOptions,
} from 'thalweg'; // prettier-ignore

const make = () => sgd().init({ w: Float64Array.of(3, -2) });
type Opt = Awaited<ReturnType<typeof make>>;

/** A step on ½·c·‖w‖², which SGD minimizes fastest at 1/c and leaves at 2/c. */
const bowl =
  (c: number) =>
  (opt: Opt): number => {
    const { w } = opt.params;
    const loss = (c / 2) * (w[0]! ** 2 + w[1]! ** 2);
    opt.step({ w: w.map((x) => c * x) });
    return loss;
  };

describe('learningRateRange', () => {
  test('the rate grows by equal factors, and is the one that the step is taken with', async () => {
    const rates: unknown[] = [];
    const { curve, reason } = await learningRateRange({
      make,
      train: (opt, t) => (rates.push(opt.hyper.lr), t),
      from: 0.001,
      to: 10,
      steps: 5,
      divergence: 100,
    });
    assert.deepEqual(
      rates,
      curve.map(({ lr }) => lr),
    );
    [0.001, 0.01, 0.1, 1, 10].forEach((lr, i) => assert.ok(Math.abs(curve[i]!.lr / lr - 1) < 1e-12));
    assert.equal(reason, 'steps');
  });
  for (const c of [0.1, 1, 100]) {
    test(`a bowl of curvature ${String(c)}: the suggestion is below the edge of stability, and the run diverges beyond it`, async () => {
      const found = await learningRateRange({ make, train: bowl(c), from: 1e-6, to: 1000, steps: 400, smoothing: 0.5 });
      assert.equal(found.reason, 'diverged');
      assert.ok(found.suggested! < 2 / c && found.suggested! > 1e-3 / c, String(found.suggested));
      assert.ok(found.lowest! > found.suggested!);
      assert.ok(found.curve.at(-1)!.lr > 2 / c);
      assert.ok(found.curve.every(({ smoothed }) => Number.isFinite(smoothed)));
    });
  }
  test('a loss that only grows has no suggestion; one that is NaN ends the run and is not in the curve', async () => {
    const growing = await learningRateRange({ make, train: (_, t) => t, steps: 50, divergence: 1000 });
    assert.deepEqual([growing.suggested, growing.lowest], [undefined, growing.curve[0]!.lr]);
    const broken = await learningRateRange({ make, train: (_, t) => (t === 6 ? NaN : 1 / t) });
    assert.deepEqual([broken.reason, broken.curve.length, broken.lowest], ['diverged', 5, broken.curve[4]!.lr]);
  });
  test('the steepest point lies before the lowest one, at the first step never, at the second maybe', async () => {
    for (const [losses, place] of [
      [[10, 5, 4, 3.9, 3.8], 1],
      [[5, 4.9, 4, 2, 9, 8, 2.5], 2],
    ] as const) {
      const train = (_: Opt, t: number): number => losses[t - 1]!;
      const { curve, suggested } = await learningRateRange({ make, train, steps: losses.length, smoothing: 0, divergence: 100 });
      assert.equal(suggested, curve[place]?.lr);
    }
  });
  test('losses below zero do not count as diverged', async () => {
    const { reason } = await learningRateRange({ make, train: (_, t) => t - 200, steps: 100 });
    assert.equal(reason, 'steps');
  });
  test('a loss that is negative and explodes counts as diverged, by the magnitude of the lowest', async () => {
    for (const offset of [-10, 0, 10]) {
      const train = (_: Opt, t: number): number => offset + (t < 20 ? -t / 20 : 2 ** (t - 20));
      const { reason, curve } = await learningRateRange({ make, train, smoothing: 0, steps: 60 });
      assert.equal(reason, 'diverged', String(offset));
      assert.ok(curve.length < 35);
    }
  });
  test('an optimizer that ascends: the mirror image of one that descends', async () => {
    const options = { from: 1e-6, to: 1000, steps: 400, smoothing: 0.5 };
    const down = await learningRateRange({ make, train: (opt) => bowl(1)(opt) - 100, ...options });
    const up = await learningRateRange({
      make: () => sgd().init({ w: Float64Array.of(3, -2) }, { maximize: true }),
      train: (opt) => {
        const { w } = opt.params;
        const loss = 100 - (w[0]! ** 2 + w[1]! ** 2) / 2;
        opt.step({ w: w.map((x) => -x) });
        return loss;
      },
      ...options,
    });
    assert.deepEqual([up.reason, up.suggested, up.lowest], [down.reason, down.suggested, down.lowest]);
    assert.deepEqual(
      up.curve.map(({ smoothed }) => -smoothed),
      down.curve.map(({ smoothed }) => smoothed),
    );
    assert.ok(up.suggested! < 2);
  });
  test('groups: all rates, or those that are named; a schedule becomes a number', async () => {
    const made = () =>
      groups([
        { match: { rank: 2 }, use: adam({ lr: 0.5 }), name: 'body' },
        { match: otherwise, use: sgd({ lr: warmupCosine({ peak: 1, warmup: 2, total: 10 }) }), name: 'rest' },
      ]).init({ W: tensor([2, 2]), b: tensor([2]) });
    for (const [hyper, expected] of [
      [undefined, [0.01, 0.01]],
      ['rest.lr', [0.5, 0.01]],
      [
        ['rest.lr', 'body.lr'],
        [0.01, 0.01],
      ],
    ] as const) {
      let seen: unknown[] = [];
      await learningRateRange({
        make: made,
        ...(hyper === undefined ? {} : { hyper }),
        train: (opt, t) => {
          if (t === 2) seen = [opt.hyper['body.lr'], opt.hyper['rest.lr']];
          opt.step();
          return 1;
        },
        from: 0.001,
        to: 0.1,
        steps: 3,
      });
      seen.forEach((lr, i) => assert.ok(Math.abs((lr as number) / expected[i]! - 1) < 1e-12));
      assert.equal(seen.length, 2);
    }
    await assert.rejects(
      learningRateRange({ make: made, hyper: 'rest.lrs', train: () => 1 }),
      /hyper names rest\.lrs \(did you mean rest\.lr\?\)/,
    );
  });
  test('others get a turn while training is synchronous, so that a signal is seen', async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 1);
    const train = (): number => {
      for (const end = performance.now() + 1; performance.now() < end;);
      return 1;
    };
    const { reason, curve } = await learningRateRange({ make, train, steps: 3000, signal: stop.signal });
    assert.equal(reason, 'aborted');
    assert.ok(curve.length < 3000);
  });
  test('what train and make return, and signals of wrong kinds', async () => {
    for (const loss of [undefined, '1', 1n, null, Promise.resolve({})]) {
      const made: Opt[] = [];
      const keep = async (): Promise<Opt> => (made.push(await make()), made[0]!);
      await assert.rejects(learningRateRange({ make: keep, train: () => loss as never }), ObjectiveError);
      assert.throws(() => made[0]!.params, DisposedError);
    }
    for (const wrong of [undefined, {}, sgd(), null])
      await assert.rejects(
        learningRateRange({ make: () => wrong as never, train: () => 1 }),
        /make must return an optimizer, and returned/,
      );
    for (const options of [
      {},
      { make },
      { make, train: 1 },
      { make: sgd(), train: () => 1 },
      { make, train: () => 1, signal: 1 },
      undefined,
    ])
      await assert.rejects(learningRateRange(options as never), OptionError);
  });
  test('the optimizer is made once and disposed of, also when training throws or is aborted', async () => {
    const made: Opt[] = [];
    const keep = async (): Promise<Opt> => (made.push(await make()), made.at(-1)!);
    const fail = (): number => {
      throw new Error('no data');
    };
    await learningRateRange({ make: keep, train: bowl(1), steps: 5 });
    await assert.rejects(learningRateRange({ make: keep, train: fail }), /no data/);
    const stop = new AbortController();
    const aborted = await learningRateRange({ make: keep, train: (_, t) => (t === 4 && stop.abort(), 1), signal: stop.signal });
    assert.deepEqual([aborted.reason, aborted.curve.length, made.length], ['aborted', 4, 3]);
    for (const opt of made) assert.throws(() => opt.params, DisposedError);
  });
  test('wrong options, before an optimizer is made, and a signal that is aborted from the start', async () => {
    const untouched = () => assert.fail('made an optimizer');
    assert.deepEqual(await learningRateRange({ make: untouched, train: bowl(1), signal: AbortSignal.abort() }), {
      curve: [],
      suggested: undefined,
      lowest: undefined,
      reason: 'aborted',
    });
    const wrong: readonly (readonly [Partial<RangeOptions<Opt>>, RegExp])[] = [
      [{ from: 0 }, /from must lie in \(0, ∞\)/],
      [{ from: 1, to: 1 }, /to must lie in \(1, ∞\), and 1 does not/],
      [{ to: Infinity }, /to must lie in/],
      [{ steps: 2 }, /steps must be a whole number from 3/],
      [{ smoothing: 1 }, /smoothing must lie in \[0, 1\)/],
      [{ divergence: 1 }, /divergence must lie in \(1, ∞\)/],
    ];
    for (const [options, message] of wrong) {
      await assert.rejects(
        learningRateRange({ make: untouched, train: bowl(1), ...options }),
        (error) => error instanceof OptionError && message.test(error.message),
      );
    }
  });
});
