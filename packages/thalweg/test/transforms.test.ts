/** The transforms where an oracle's table does not look: what happens to NaN, wrong options, live changes, order in a chain. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  adam, adamw, chain, clipByNorm, clipByValue, ema, kernelStatistics, lookahead, OptionError, polyakAverage, sgd, swa, weightDecay, type Method,
} from 'thalweg'; // prettier-ignore

/** The weights after some steps of gradients −1, so that plain SGD at rate 1 counts the steps. */
async function count(method: Method, steps: number): Promise<number[]> {
  const opt = await chain(sgd({ lr: 1 }), method).init({ w: Float64Array.of(0) });
  return Array.from({ length: steps }, () => {
    opt.step({ w: Float64Array.of(-1) });
    return Object.values(opt.state)[0]?.['w']?.[0] ?? NaN;
  });
}

describe('clipping', () => {
  for (const backend of ['wasm', 'reference'] as const) {
    test(`by value: an infinity becomes the limit, a NaN stays alone, on ${backend}`, async () => {
      const opt = await chain(clipByValue(2), sgd({ lr: 1 })).init({ w: Float64Array.of(0, 0, 0, 0) }, { backend, nonFinite: 'propagate' });
      opt.step({ w: Float64Array.of(Infinity, -Infinity, NaN, 1) });
      assert.deepEqual([...opt.params.w], [-2, 2, NaN, -1]);
    });
    test(`by norm: a NaN or infinity spoils its tensor and no other, on ${backend}`, async () => {
      for (const bad of [NaN, Infinity]) {
        const opt = await chain(clipByNorm(1), sgd({ lr: 1 })).init(
          { a: Float64Array.of(0, 0), b: Float64Array.of(0, 0) },
          { backend, nonFinite: 'propagate' },
        );
        opt.step({ a: Float64Array.of(bad, 1), b: Float64Array.of(3, 4) });
        assert.ok(Number.isNaN(opt.params.a[0]));
        assert.ok(Math.abs(opt.params.b[0]! + 0.6) < 1e-15 && Math.abs(opt.params.b[1]! + 0.8) < 1e-15);
      }
    });
  }
});

describe('weight decay', () => {
  const steps = async (method: Method): Promise<number> => {
    const opt = await method.init({ w: Float64Array.of(8) });
    opt.step({ w: Float64Array.of(4) });
    return opt.params.w[0]!;
  };
  test('before the optimizer it leaves the step alone, after it the step shrinks too', async () => {
    assert.equal(await steps(chain(weightDecay(0.25), sgd({ lr: 0.5 }))), 8 - 2 - 2);
    assert.equal(await steps(chain(sgd({ lr: 0.5 }), weightDecay(0.25))), (8 - 2) * 0.75);
  });
  test('it does not follow the learning rate', async () => {
    const opt = await chain(weightDecay(0.5), sgd({ lr: 1 })).init({ w: Float64Array.of(8) });
    opt.hyper.lr = 0;
    opt.step({ w: Float64Array.of(1) });
    assert.equal(opt.params.w[0], 4);
    opt.hyper.weightDecay = 0.25;
    opt.step({ w: Float64Array.of(1) });
    assert.equal(opt.params.w[0], 3);
  });
  test('before Adam at η·λ it is AdamW, and before SGD at an independent rate it is the same as after a step of zero', async () => {
    const [ours, theirs] = [chain(weightDecay(0.01 * 0.1), adam({ lr: 0.01 })), adamw({ lr: 0.01, weightDecay: 0.1 })];
    assert.ok(Math.abs((await steps(ours)) - (await steps(theirs))) < 1e-14);
    assert.equal(await steps(chain(weightDecay(0.5), sgd({ lr: 0 }))), await steps(chain(sgd({ lr: 0 }), weightDecay(0.5))));
  });
});

describe('lookahead', () => {
  test('slow weights start as the first weights and move every k steps', async () => {
    assert.deepEqual(await count(lookahead({ k: 3, alpha: 0.5 }), 7), [0, 0, 1.5, 1.5, 1.5, 3, 3]);
  });
  test('it begins where it is put: each of several keeps slow weights of its own', async () => {
    const opt = await chain(sgd({ lr: 1 }), lookahead({ k: 1, alpha: 0.5 }), lookahead({ k: 2, alpha: 0.5 })).init({
      w: Float64Array.of(0),
    });
    for (let t = 1; t <= 2; t++) opt.step({ w: Float64Array.of(-1) });
    assert.deepEqual([opt.state['lookahead.phi']!['w']![0], opt.state['lookahead2.phi']!['w']![0]], [1, 0.5]);
    assert.equal(opt.params.w[0], 0.5);
  });
  test('a step that was skipped does not count', async () => {
    const opt = await chain(sgd({ lr: 1 }), lookahead({ k: 2, alpha: 0.5 })).init({ w: Float64Array.of(0) }, { nonFinite: 'skip' });
    for (const g of [-1, NaN, -1]) opt.step({ w: Float64Array.of(g) });
    assert.deepEqual([opt.t, opt.params.w[0]], [2, 1]);
  });
  test('after the first round it compiles nothing', async () => {
    const opt = await chain(sgd({ lr: 1 }), lookahead({ k: 4 })).init({ w: Float32Array.of(0) });
    for (let t = 1; t <= 4; t++) opt.step();
    const { compiled } = kernelStatistics();
    for (let t = 5; t <= 20; t++) opt.step();
    opt.hyper.k = 3;
    for (let t = 21; t <= 30; t++) opt.step();
    assert.equal(kernelStatistics().compiled, compiled);
  });
});

describe('averages', () => {
  test('the moving average begins as the first weights; debiased it is the weighted mean of all', async () => {
    assert.deepEqual(await count(ema({ decay: 0.5 }), 4), [1, 1.5, 2.25, 3.125]);
    const debiased = await count(ema({ decay: 0.5, debias: true }), 3);
    [1, (1 + 2 * 2) / 3, (1 + 2 * 2 + 4 * 3) / 7].forEach((mean, i) => assert.ok(Math.abs(debiased[i]! - mean) < 1e-15));
  });
  test('in float32 the average comes as near to weights that rest as rounding once a step allows', async () => {
    for (const debias of [false, true]) {
      for (const goal of [0.7, 1.1, 3.3]) {
        const opt = await chain(sgd({ lr: 1 }), ema({ decay: 0.999, debias })).init({ w: Float32Array.of(0) });
        opt.step({ w: Float32Array.of(0) });
        opt.step({ w: Float32Array.of(-goal) });
        for (let t = 3; t <= 40_000; t++) opt.step({ w: Float32Array.of(0) });
        const off = Math.abs(opt.state['ema.w_bar']!['w']![0]! / opt.params.w[0]! - 1);
        assert.ok(off <= 2 ** -24 / (1 - 0.999), `${off} of ${goal}`);
      }
    }
  });
  test('Polyak: follows the weights up to its start, then is their mean', async () => {
    assert.deepEqual(await count(polyakAverage(), 4), [1, 1.5, 2, 2.5]);
    assert.deepEqual(await count(polyakAverage({ start: 3 }), 5), [1, 2, 3, 3.5, 4]);
  });
  test('SWA: follows the weights up to its start, then is the mean of samples', async () => {
    assert.deepEqual(await count(swa({ start: 2, every: 2 }), 7), [1, 2, 2, 3, 3, 4, 4]);
    assert.deepEqual(await count(swa({ start: 3 }), 6), await count(polyakAverage({ start: 3 }), 6));
  });
  test('what stands after an average does not enter it', async () => {
    const opt = await chain(sgd({ lr: 1 }), polyakAverage(), weightDecay(1)).init({ w: Float64Array.of(0) });
    opt.step({ w: Float64Array.of(-3) });
    assert.deepEqual([opt.state['polyakAverage.w_bar']!['w']![0], opt.params.w[0]], [3, 0]);
  });
  test('alone they train nothing', async () => {
    await assert.rejects(ema().init({ w: Float64Array.of(0) }), /ema: its equations never assign the parameter w/);
  });
});

describe('wrong options', () => {
  const cases: readonly (readonly [make: () => unknown, message: RegExp])[] = [
    [() => clipByValue(0), /clipByValue: maxValue must lie in \(0, ∞\), and 0 does not/],
    [() => clipByNorm(-1), /clipByNorm: maxNorm must lie in \(0, ∞\)/],
    [() => weightDecay(1.5), /weightDecay: weightDecay must lie in \[0, 1\]/],
    [() => lookahead({ k: 0 }), /lookahead: k must lie in \[1, ∞\)/],
    [() => lookahead({ k: 2.5 }), /lookahead: k must be a whole number, not 2\.5/],
    [() => lookahead({ alpha: 0 }), /lookahead: alpha must lie in \(0, 1\]/],
    [() => ema({ decay: 1 }), /ema: decay must lie in \[0, 1\)/],
    [() => polyakAverage({ start: 0 }), /polyakAverage: start must lie in \[1, ∞\)/],
    [() => polyakAverage({ start: 1.5 }), /polyakAverage: start must be a whole number, not 1\.5/],
    [() => swa({ every: 2.5 }), /swa: every must be a whole number, not 2\.5/],
    [() => swa({ start: NaN }), /swa: start must lie in \[1, ∞\)/],
  ];
  for (const [make, message] of cases) {
    test(make.toString().slice(6), () => assert.throws(make, (error) => error instanceof OptionError && message.test(error.message)));
  }
});
