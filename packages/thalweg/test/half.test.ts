/** Parameters of half precision: master weights in float32, and a model that reads and writes bfloat16. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adamw, chain, clipByGlobalNorm, ema, lamb, OptionError, sgd, shampoo, sparse, tensor, tied, UnsupportedError } from 'thalweg';

const bits = new Uint32Array(1);
const number = new Float32Array(bits.buffer);

/** The bfloat16 nearest to a number, ties to even. */
function nearest(x: number): number {
  number[0] = x;
  const [pattern = 0] = bits;
  const [low, high] = [pattern >>> 16, pattern & 0xffff];
  return (low + (high > 0x8000 || (high === 0x8000 && low % 2 === 1) ? 1 : 0)) & 0xffff;
}

function float(code: number): number {
  bits[0] = code << 16;
  return number[0]!;
}

const start = Float32Array.from({ length: 75 }, (_, i) => Math.sin(i) * 2);
const gradient = (i: number, t: number): number => Math.cos(i * 12.9898 + t) * 10 ** ((i % 5) - 2);

for (const backend of ['wasm', 'fround'] as const) {
  test(`half precision on ${backend}: masters step as they do on rounded gradients, and each step rounds them to nearest`, async () => {
    const methods = [adamw({ lr: 0.1 }), chain(clipByGlobalNorm(1), lamb({ lr: 0.1 })), sgd({ lr: 0.3 }), chain(sgd({ lr: 0.1 }), ema())];
    for (const method of methods) {
      const opt = await method.init({ w: start, v: tensor([3]) }, { half: 'bfloat16', backend });
      const plain = await method.init({ w: start, v: tensor([3]) }, { backend });
      assert.deepEqual([...opt.half.params.w], [...start].map(nearest), 'first values');
      for (let t = 1; t <= 5; t++) {
        for (const name of ['w', 'v'] as const) {
          const g = opt.half.grads[name];
          const other = plain.grads[name];
          g.forEach((_, i) => (g[i] = nearest(gradient(i, t))));
          other.forEach((_, i) => (other[i] = float(nearest(gradient(i, t)))));
        }
        opt.step();
        plain.step();
        assert.deepEqual([opt.params, opt.state], [plain.params, plain.state], method.name);
        assert.deepEqual([...opt.half.params.w], [...plain.params.w].map(nearest), method.name);
      }
    }
  });
}

test('half precision goes with states of fewer bytes, and its files are those of the masters', async () => {
  const run = async (from: number, saved?: Uint8Array) => {
    const opt = await adamw({ lr: 0.1 }).init({ w: start }, { half: 'bfloat16', state: 'float8' });
    if (saved !== undefined) await opt.load(saved);
    assert.deepEqual([...opt.half.params.w], [...opt.params.w].map(nearest));
    for (let t = from + 1; t <= from + 10; t++) opt.step({ w: Uint16Array.from(start, (_, i) => nearest(gradient(i, t))) });
    return opt;
  };
  const first = await run(0);
  const saved = await first.save();
  const plain = await adamw({ lr: 0.1 }).init({ w: start }, { state: 'float8' });
  await plain.load(saved);
  assert.deepEqual(plain.params.w, first.params.w);
  const [second, straight] = [await run(10, saved), first];
  for (let t = 11; t <= 20; t++) straight.step({ w: Uint16Array.from(start, (_, i) => nearest(gradient(i, t))) });
  assert.deepEqual([second.params, second.half.params], [straight.params, straight.half.params]);
});

test('half precision: accumulation, tied names, gradients that are not finite, ascent', async () => {
  const codes = (...values: number[]): Uint16Array => Uint16Array.from(values, nearest);
  const mean = await sgd({ lr: 1 }).init({ w: new Float32Array(2) }, { half: 'bfloat16', accumulate: 2, maximize: true });
  assert.equal(mean.step({ w: codes(1, 2) }), 'accumulated');
  assert.equal(mean.step({ w: codes(3, 4) }), 'stepped');
  assert.deepEqual([...mean.params.w], [2, 3]);
  const twice = await sgd({ lr: 1 }).init({ w: new Float32Array(2), head: tied('w') }, { half: 'bfloat16' });
  assert.equal(twice.half.params.head, twice.half.params.w);
  twice.step({ w: codes(1, 2), head: codes(0.5, -2) });
  assert.deepEqual([...twice.params.w], [-1.5, 0]);
  const careful = await sgd({ lr: 1 }).init({ w: new Float32Array(2) }, { half: 'bfloat16', nonFinite: 'throw' });
  assert.throws(() => careful.step({ w: codes(1, NaN) }), /the gradient of w/);
  assert.deepEqual([...careful.half.params.w], [0, 0]);
});

test('half precision is refused where it cannot be, and each face says which is the other', async () => {
  const opt = await sgd().init({ w: start }, { half: 'bfloat16' });
  assert.throws(() => opt.grads, /gradients are in bfloat16; fill opt\.half\.grads/);
  assert.throws(() => opt.step({ w: start }), /the gradient of w must be a Uint16Array/);
  const plain = await sgd().init({ w: start });
  assert.throws(() => plain.half, /give init the option half/);
  await assert.rejects(sgd().init({ w: Float64Array.of(1) }, { half: 'bfloat16' }), OptionError);
  await assert.rejects(sgd().init({ w: start }, { half: 'int8' as 'bfloat16' }), OptionError);
  await assert.rejects(sgd().init({ E: sparse([4, 2]) }, { half: 'bfloat16' }), UnsupportedError);
  await assert.rejects(shampoo().init({ w: tensor([2, 3]) }, { half: 'bfloat16' }), UnsupportedError);
});
