/**
 * Defaults that follow the parameters' type. The oracle is torch.optim.Adafactor([M, v], lr=0.5) of PyTorch 2 on gradients small enough that ε₁ decides
 * the step; the numbers are what it left in float32 and in float64.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adafactor, chain, clipByGlobalNorm, groups, optimizer, OptionError, otherwise, tensor, type Method } from 'thalweg';

const theirs = {
  float32: [
    [0.21188923716545105, -0.10594461858272552, 0.9279723167419434, 1.4237785339355469, 0.30235764384269714, -0.9505894184112549],
    [-0.16034719347953796, 0.08017359673976898, 0.8349131941795349, 0.6793056726455688, -0.0503179132938385, -0.8624205589294434],
    [-0.39705750346183777, 0.19852875173091888, 0.77573561668396, 0.20588505268096924, -0.4472256004810333, -0.747884213924408],
  ],
  float64: [
    [-0.47769236109380353, -0.0055769097265491166, 0.8644184638633399, 1.4576738554533595, 0.10471529247895262, -0.6047152924789526],
    [-1.224573254800708, 0.181143313700177, 0.7608447192893163, 1.043378877157265, -0.11226566216824041, -0.3877343378317596],
    [-1.9833641106437268, 0.3708410276609317, 0.6556193601318083, 0.6224774405272329, -0.2549810676243029, -0.24501893237569708],
  ],
};
const types = { float32: Float32Array, float64: Float64Array };

for (const dtype of ['float32', 'float64'] as const) {
  test(`adafactor with PyTorch's defaults takes PyTorch's steps in ${dtype}`, async () => {
    const type: Float32ArrayConstructor | Float64ArrayConstructor = types[dtype];
    const of = (...values: number[]): Float32Array | Float64Array => type.from(values);
    const opt = await adafactor({ lr: 0.5, compat: 'torch' }).init({ M: tensor([2, 2], { values: of(0.5, -0.25, 1, 2) }), v: of(0.5, -1) });
    for (const [i, expected] of theirs[dtype].entries()) {
      const scale = 2 ** -24 * (i + 1);
      opt.step({ M: of(1, -0.5, 0.25, 2).map((x) => x * scale), v: of(1, -0.25).map((x) => x * scale) });
      const ours = [...opt.params.M, ...opt.params.v];
      assert.equal(ours.length, expected.length);
      const bound = dtype === 'float32' ? 2e-6 : 1e-14;
      ours.forEach((w, j) => assert.ok(Math.abs(w - expected[j]!) < bound, `step ${i + 1}, element ${j}: ${w}, not ${expected[j]}`));
    }
  });
}

/** What a method's ε₁ is in each type. */
async function eps1In(method: Method, key = 'eps1'): Promise<unknown[]> {
  const wide = await method.init({ w: new Float64Array(2) });
  const narrow = await method.init({ w: new Float32Array(2) });
  return [wide.hyper[key], narrow.hyper[key]];
}

test('opt.hyper shows the default that holds, and only a default follows the type', async () => {
  const both = [2 ** -52, 2 ** -23];
  assert.deepEqual(await eps1In(adafactor({ compat: 'torch' })), both);
  assert.deepEqual(await eps1In(chain(clipByGlobalNorm(1), adafactor({ compat: 'torch' }))), both);
  assert.deepEqual(await eps1In(adafactor()), [1e-30, 1e-30]);
  assert.deepEqual(await eps1In(adafactor({ compat: 'torch', eps1: 2 ** -52 })), [2 ** -52, 2 ** -52]);
  assert.deepEqual(await eps1In(adafactor({ compat: 'torch', eps1: 1e-9 })), [1e-9, 1e-9]);
  const use = adafactor({ compat: 'torch' });
  const grouped = groups([{ match: otherwise, use, name: 'a', lr: 0.1 }]);
  assert.deepEqual(await eps1In(grouped), both);
  assert.deepEqual(await eps1In(groups([{ match: otherwise, use, eps1: 2 ** -52 }])), [2 ** -52, 2 ** -52]);
  // A group that gives its own leaves the others their defaults.
  const two = groups([
    { match: 'w', use, name: 'a', eps1: 1e-9 },
    { match: otherwise, use, name: 'b' },
  ]);
  const opt = await two.init({ w: new Float32Array(2), u: new Float32Array(2) });
  assert.deepEqual([opt.hyper['a.eps1'], opt.hyper['b.eps1']], [1e-9, 2 ** -23]);
  opt.hyper['b.eps1'] = 0.5;
  assert.equal(opt.hyper['b.eps1'], 0.5);
});

test('a file of one type goes on in the same type without a question', async () => {
  const method = adafactor({ compat: 'torch' });
  const first = await method.init({ w: new Float32Array(2) });
  const second = await method.init({ w: new Float32Array(2) });
  await second.load(await first.save());
  assert.equal(second.hyper.eps1, 2 ** -23);
});

test('a definition says for which hyperparameter a default follows the type', () => {
  const define = (float32Defaults: unknown): unknown =>
    optimizer({
      name: 'x',
      hyper: { lr: ['η', 1] },
      equations: 'w ← w − η·g',
      float32Defaults: float32Defaults as Readonly<Record<string, object>>,
    });
  for (const wrong of [3, { torch: 1 }, { torch: { rate: 1 } }, { torch: { lr: '1' } }])
    assert.throws(() => define(wrong), OptionError, JSON.stringify(wrong));
  define({ torch: { lr: 0.5 } });
});
