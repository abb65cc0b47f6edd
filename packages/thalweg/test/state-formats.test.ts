/** States in bfloat16 and in 8-bit floats: what is stored, what a run repeats, what a file holds, and which states stay in float32. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  adagrad,
  adam,
  adamw,
  adan,
  chain,
  CheckpointError,
  clipByGlobalNorm,
  cocob,
  ema,
  ftrl,
  groups,
  lamb,
  lookahead,
  madgrad,
  muon,
  optimizer,
  OptionError,
  otherwise,
  prodigy,
  scheduleFreeAdamw,
  sgd,
  tensor,
  yogi,
  type Method,
} from 'thalweg';
import { programOf } from '../src/define/program.ts';
import { decode, encode } from '../src/targets/loops/quantization.ts';
import { hashOf, keyOf, randomWord } from '../src/targets/loops/random.ts';
import { codingsOf, type Format } from '../src/plan/format.ts';

const formats = ['bfloat16', 'float8'] as const;

/** What is read after numbers are stored at step `t`. */
function roundTrip(format: Format, values: readonly number[], t: number, draw = 0): number[] {
  const memory = new ArrayBuffer(4 * (values.length + 32));
  const codes = { bytes: new Uint8Array(memory), halves: new Uint16Array(memory) };
  const place = { at: 0, scalesAt: 2 * (values.length + 32) };
  encode({ format, draw, scales: 1 }, codes, place, 0, Float32Array.from(values), keyOf(hashOf('w'), t, 0));
  const out = new Float32Array(values.length);
  decode(format, codes, place, 0, values.length, out);
  return [...out];
}

/** The distance of two neighbours of `format` around a number, in a block whose largest element is `largest`. */
function spacing(format: Format, value: number, largest: number): number {
  const octave = 2 ** Math.floor(Math.log2(Math.abs(value)));
  if (format === 'bfloat16') return octave / 128;
  const top = 2 ** Math.floor(Math.log2(largest));
  return format === 'ufloat8' ? octave / 8 : Math.max(octave, top / 2 ** 13) / 8;
}

for (const format of ['bfloat16', 'float8', 'ufloat8'] as const) {
  test(`${format}: a number becomes one of its two neighbours, and on average stays what it is`, () => {
    const signs = format === 'ufloat8' ? [1] : [1, -1];
    const values = Array.from({ length: 64 }, (_, i) => signs[i % signs.length]! * 1.37 ** ((i % 32) - 16) * (1 + i / 64));
    const sums = values.map(() => 0);
    const steps = 20000;
    for (let t = 1; t <= steps; t++) roundTrip(format, values, t).forEach((x, i) => (sums[i]! += x));
    values.forEach((value, i) => {
      const block = values.slice(i < 32 ? 0 : 32, i < 32 ? 32 : 64).map(Math.abs);
      const step = spacing(format, value, Math.max(...block));
      for (const t of [1, 2, 3]) {
        const stored = roundTrip(format, values, t)[i]!;
        assert.ok(Math.abs(stored - value) < step, `${String(value)} became ${String(stored)}`);
      }
      // Five standard deviations of a mean of numbers that lie at most half a step from their own.
      const allowed = (5 * step) / 2 / Math.sqrt(steps);
      assert.ok(Math.abs(sums[i]! / steps - value) < allowed, `the mean of ${String(value)} is ${String(sums[i]! / steps)}`);
    });
  });

  test(`${format}: what was read is stored again as it is, NaN stays NaN, and zero stays zero`, () => {
    const sign = format === 'ufloat8' ? 1 : -1;
    const stored = roundTrip(format, [1.7, sign * 0.3, 2 ** -12, 0, 1e-9, 3e-5], 1);
    for (const t of [1, 2, 3, 4]) assert.deepEqual(roundTrip(format, stored, t), stored);
    const awkward = roundTrip(format, [NaN, 1, Infinity, 0, 2], 1);
    assert.ok(Number.isNaN(awkward[0]), 'NaN');
    assert.ok(!Number.isFinite(awkward[2]), 'infinity');
    assert.deepEqual([awkward[1], awkward[3], awkward[4]], [1, 0, 2]);
  });
}

test('NaN of any payload stays NaN in memory, and harms no neighbour', async () => {
  for (const state of formats) {
    const opt = await sgd({ lr: 0, momentum: 0.5 }).init({ w: new Float32Array(40) }, { state, nonFinite: 'propagate' });
    for (let t = 1; t <= 5; t++) {
      const { buffer, byteOffset } = opt.grads.w;
      new Uint32Array(buffer, byteOffset, 4).set([0x7fffffff, 0xffffffff, 0x7fc00000, 0xffc00000]);
      for (let i = 4; i < 40; i++) opt.grads.w[i] = t === 1 ? 2 : 1;
      opt.step();
      assert.deepEqual([...opt.state['sgd.v']!['w']!], [...new Array<number>(4).fill(NaN), ...new Array<number>(36).fill(2)], state);
    }
  }
});

test('bfloat16 keeps infinities', () => {
  assert.deepEqual(roundTrip('bfloat16', [Infinity, -Infinity], 1), [Infinity, -Infinity]);
  assert.deepEqual(roundTrip('bfloat16', [3.3e38, 1e-30].map(Math.fround), 1).map(Math.sign), [1, 1]);
});

test('ufloat8: what is not zero never becomes zero, however large its neighbours are', () => {
  for (let t = 1; t <= 300; t++) {
    const [tiny] = roundTrip('ufloat8', [2 ** -100, 1e10], t);
    assert.ok(tiny! > 0 && tiny! <= 1e10 * 2 ** -29);
  }
});

test('random words: bits are even over steps, over elements, and between the two draws of a word', () => {
  const count = 1 << 16;
  const over = (wordOf: (i: number) => number): void => {
    const bits = new Array<number>(32).fill(0);
    let [both, before, neighbours] = [0, 0, 0];
    for (let i = 0; i < count; i++) {
      const word = wordOf(i) >>> 0;
      for (let bit = 0; bit < 32; bit++) bits[bit]! += (word >>> bit) & 1;
      const [upper, lower] = [word / 2 ** 32 - 0.5, (word & 0xffff) / 2 ** 16 - 0.5];
      both += 12 * upper * lower;
      neighbours += 12 * upper * before;
      before = upper;
    }
    const sigma = Math.sqrt(count);
    bits.forEach((ones, bit) => assert.ok(Math.abs(ones - count / 2) < 2.5 * sigma, `bit ${String(bit)}: ${String(ones)}`));
    assert.ok(Math.abs(both) < 5 * sigma, `the draws of a word: ${String(both / count)}`);
    assert.ok(Math.abs(neighbours) < 5 * sigma, `neighbours: ${String(neighbours / count)}`);
  };
  over((i) => randomWord(keyOf(hashOf('W'), 7, 0), i, 0));
  over((t) => randomWord(keyOf(hashOf('W'), t, 0), 5, 0));
  over((i) => randomWord(keyOf(hashOf('W'), 7, 0), i, 1));
  let words = 0;
  for (let i = 0; i < count; i++) {
    const key = keyOf(hashOf('W'), i, 0);
    words += 12 * ((randomWord(key, 3, 0) >>> 0) / 2 ** 32 - 0.5) * ((randomWord(key, 3, 1) >>> 0) / 2 ** 32 - 0.5);
  }
  assert.ok(Math.abs(words) < 5 * Math.sqrt(count), `the words of an element: ${String(words / count)}`);
});

/** A quadratic bowl whose directions differ by six orders of magnitude, with a gradient that is sometimes zero. */
async function train(method: Method, names: readonly string[], options: object, from = 0, to = 30): Promise<Trained> {
  const opt = await method.init(Object.fromEntries(names.map((name) => [name, start.slice()])), options);
  const go = (first: number, last: number): void => {
    for (let t = first + 1; t <= last; t++) {
      for (const name of names) {
        const [g, w] = [opt.grads[name]!, opt.params[name]!];
        for (let i = 0; i < g.length; i++) g[i] = (t + i) % 5 === 0 ? 0 : (w[i]! - 1) * 10 ** ((i % 7) - 3);
      }
      opt.step();
    }
  };
  go(from, to);
  return { opt, go, all: () => [...Object.values(opt.params), ...Object.values(opt.state).flatMap((state) => Object.values(state))] };
}

interface Trained {
  readonly opt: Awaited<ReturnType<Method['init']>>;
  readonly go: (from: number, to: number) => void;
  readonly all: () => readonly (Float32Array | Float64Array)[];
}

const start = Float32Array.from({ length: 75 }, (_, i) => Math.sin(i) * 2);

for (const state of formats) {
  test(`${state}: a run resumed from a file is the same bit for bit, on another backend, and the file says what it holds`, async () => {
    for (const method of [
      adamw({ lr: 0.1 }),
      chain(clipByGlobalNorm(1), lamb({ lr: 0.1 })),
      chain(adan({ lr: 0.1 }), ema({ decay: 0.9 })),
    ]) {
      const whole = await train(method, ['a', 'b'], { state }, 0, 60);
      const half = await train(method, ['a', 'b'], { state }, 0, 25);
      const rest = await train(method, ['a', 'b'], { state, backend: 'fround' }, 0, 0);
      await rest.opt.load(await half.opt.save());
      rest.go(25, 60);
      assert.deepEqual(rest.all(), whole.all(), method.name);
    }
    const { opt } = await train(adamw(), ['a'], { state });
    const file = new TextDecoder().decode(await opt.save());
    const expected = state === 'bfloat16' ? ['"BF16"', '"BF16"'] : ['"I8"', '"U8"'];
    for (const type of expected) assert.ok(file.includes(type), type);
  });

  test(`${state}: the number of threads changes no bit`, async () => {
    const length = 16384 * 5 + 77;
    const run = async (threads: number): Promise<unknown> => {
      const method = chain(clipByGlobalNorm(1), lamb({ lr: 0.1 }));
      const opt = await method.init({ a: tensor([length]), b: new Float32Array(100).fill(1) }, { state, threads });
      for (let t = 1; t <= 4; t++) {
        for (const g of [opt.grads.a, opt.grads.b])
          for (let i = 0; i < g.length; i++) g[i] = Math.sin(i * 12.9898 + t) * 10 ** ((i % 5) - 3);
        opt.step();
      }
      const saved = await opt.save();
      opt.dispose();
      return saved;
    };
    assert.deepEqual(await run(2), await run(1));
  });

  test(`${state}: neither the order of parameters nor their groups change a bit`, async () => {
    const alone = await train(adamw({ lr: 0.1 }), ['b'], { state });
    const others = await train(adamw({ lr: 0.1 }), ['a', 'c', 'b'], { state });
    const grouped = await train(
      groups([
        { name: 'first', match: 'a', use: adamw({ lr: 0.1 }) },
        { name: 'second', match: otherwise, use: adamw({ lr: 0.1 }) },
      ]),
      ['c', 'b', 'a'],
      { state },
    );
    const states = ({ opt }: Trained): unknown => [opt.params['b'], opt.state['adamw.m']?.['b'], opt.state['adamw.v']?.['b']];
    assert.deepEqual(states(others), states(alone));
    assert.deepEqual(states(grouped), states(alone));
  });

  test(`${state}: freezing, refused gradients and accumulation leave stored states as they are`, async () => {
    const { opt, go } = await train(adamw({ lr: 0.1 }), ['a', 'b'], { state, nonFinite: 'skip' });
    const arrays = (): string => JSON.stringify([opt.t, opt.params, opt.state]);
    const held = arrays();
    opt.grads['a']![3] = NaN;
    assert.equal(opt.step(), 'skipped');
    assert.equal(arrays(), held);
    const before = opt.state['adamw.m']?.['a'];
    opt.freeze('a');
    go(30, 33);
    assert.deepEqual(opt.state['adamw.m']?.['a'], before);
    const mean = await adamw().init({ w: new Float32Array(40) }, { state, accumulate: 2 });
    const once = await adamw().init({ w: new Float32Array(40) }, { state });
    for (const x of [0.5, 1.5]) mean.step({ w: new Float32Array(40).fill(x) });
    once.step({ w: new Float32Array(40).fill(1) });
    assert.deepEqual([mean.params, mean.state], [once.params, once.state]);
  });

  test(`${state}: descends as float32 does, with gradients of very different sizes side by side`, async () => {
    for (const method of [adam({ lr: 0.05 }), adagrad({ lr: 0.5 }), sgd({ lr: 1e-3, momentum: 0.9 }), yogi({ lr: 0.05 })]) {
      const distance = async (options: object): Promise<{ end: number; largest: number }> => {
        const opt = await method.init({ w: start }, options);
        const { w } = opt.params;
        let largest = 0;
        for (let t = 1; t <= 400; t++) {
          for (let i = 0; i < w.length; i++) opt.grads.w[i] = (w[i]! - 1) * 10 ** ((i % 5) - 3) * (1 + Math.sin(t * 12.9898 + i));
          opt.step();
          largest = Math.max(largest, ...w.map(Math.abs));
        }
        return { end: w.reduce((sum, x) => sum + Math.abs(x - 1), 0) / w.length, largest };
      };
      const [plain, coded] = [await distance({}), await distance({ state })];
      assert.ok(
        coded.largest < plain.largest * 1.2,
        `${method.name}: w reached ${String(coded.largest)}, in float32 ${String(plain.largest)}`,
      );
      assert.ok(coded.end < plain.end * 1.2 + 0.02, `${method.name}: ${String(coded.end)} from the end, in float32 ${String(plain.end)}`);
    }
  });
}

test('a second moment that underflows beside a large one does not blow up the step', async () => {
  const opt = await adam({ lr: 0.01 }).init({ w: new Float32Array(32) }, { state: 'float8' });
  for (let t = 1; t <= 500; t++) {
    for (let i = 0; i < 32; i++) opt.grads.w[i] = i === 0 ? 1e3 : (t + i) % 9 === 0 ? 1e-9 * i : 0;
    const before = opt.params.w.slice();
    opt.step();
    opt.params.w.forEach((w, i) => assert.ok(Math.abs(w - before[i]!) <= 0.04, `step ${String(t)}, element ${String(i)}`));
  }
});

test('what lies behind the end of a tensor counts for no scale', async () => {
  const method = optimizer({ name: 'far', hyper: {}, equations: 'a ← 100 − g\n w ← w − a' })();
  const saved = async (backend: 'wasm' | 'fround'): Promise<unknown> => {
    const opt = await method.init({ w: new Float32Array(5), v: new Float32Array(37) }, { state: 'float8', backend });
    for (let t = 0; t < 3; t++) opt.step({ w: new Float32Array(5).fill(99.99), v: new Float32Array(37).fill(99.9) });
    return opt.save();
  };
  assert.deepEqual(await saved('wasm'), await saved('fround'));
});

test('loading a file of another format lists each difference and changes nothing', async () => {
  const { opt } = await train(adamw(), ['a'], { state: 'float8' });
  const other = await train(adamw(), ['a'], {}, 0, 3);
  const before = await other.opt.save();
  await assert.rejects(other.opt.load(await opt.save()), (error: unknown) => {
    assert.ok(error instanceof CheckpointError);
    assert.match(error.message, /the state adamw\.m of a is I8 in the file and F32 here/);
    assert.match(error.message, /the state adamw\.v of a is U8 in the file and F32 here/);
    return true;
  });
  assert.deepEqual(await other.opt.save(), before);
});

test('traffic tells the bytes that a step moves', async () => {
  const moved = async (options: object): Promise<number> => {
    const opt = await adamw().init({ w: new Float32Array(1024) }, options);
    for (let t = 0; t < 2; t++) opt.step();
    return (opt.traffic.read + opt.traffic.written) / 1024;
  };
  const formats = [{}, { state: 'bfloat16' }, { state: 'float8' }, { state: 'bfloat16', half: 'bfloat16' }];
  assert.deepEqual(await Promise.all(formats.map(moved)), [28, 20, 16.125, 20]);
});

test('formats are for float32, and only those that exist', async () => {
  await assert.rejects(adam().init({ w: Float64Array.of(1) }, { state: 'bfloat16' }), OptionError);
  await assert.rejects(adam().init({ w: Float32Array.of(1) }, { state: 'int4' as 'float8' }), OptionError);
});

test('which states have a format: none that weights are a function of, and 8 bits without a sign only where that is proven', () => {
  const formatsOf = (method: Method, wish: 'bfloat16' | 'float8'): Record<string, Format> => {
    const program = programOf(method.groups[0]!);
    return Object.fromEntries([...codingsOf(program, wish)].map(([state, { format }]) => [state.name.replace(/^.*\./, ''), format]));
  };
  assert.deepEqual(formatsOf(adamw({ amsgrad: true }), 'float8'), { m: 'float8', v: 'ufloat8', v_max: 'ufloat8' });
  assert.deepEqual(formatsOf(yogi(), 'float8'), { m: 'float8', v: 'bfloat16' });
  assert.deepEqual(formatsOf(adagrad(), 'float8'), { G: 'ufloat8' });
  assert.deepEqual(formatsOf(chain(adam(), ema()), 'bfloat16'), { m: 'bfloat16', v: 'bfloat16' });
  assert.deepEqual(formatsOf(chain(sgd({ momentum: 0.9 }), lookahead()), 'bfloat16'), { v: 'bfloat16' });
  assert.deepEqual(formatsOf(scheduleFreeAdamw(), 'bfloat16'), { v: 'bfloat16' });
  assert.deepEqual(formatsOf(prodigy(), 'bfloat16'), { m: 'bfloat16', v: 'bfloat16', S: 'bfloat16' });
  for (const method of [madgrad(), ftrl(), cocob()]) assert.deepEqual(formatsOf(method, 'bfloat16'), {}, method.name);
  const mine = optimizer({ name: 'mine', hyper: {}, equations: 'a ← a + g\n b ← b + g\n w ← w − a − b', keep: ['b'] });
  assert.deepEqual(formatsOf(mine(), 'float8'), { a: 'float8' });
  const wrong = optimizer({ name: 'wrong', hyper: {}, equations: 'w ← w − g', keep: ['z'] });
  assert.throws(() => wrong(), /keep names z, which the equations never assign/);
});

test('matrix optimizers keep what is no elementwise array in float32', async () => {
  const opt = await muon().init({ W: tensor([4, 6], { values: new Float32Array(24).fill(0.1) }) }, { state: 'bfloat16' });
  opt.grads.W.forEach((_, i) => (opt.grads.W[i] = Math.sin(i)));
  opt.step();
  const [m] = [opt.state['muon.m']!['W']!];
  assert.deepEqual(
    [...new Uint32Array(m.buffer)].map((bits) => bits & 0xffff),
    new Array<number>(24).fill(0),
  );
});

test('a tensor of any length is stored and read whole', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 130 }), { minLength: 1, maxLength: 4 }),
      fc.constantFrom(...formats),
      async (lengths, state) => {
        const names = lengths.map((_, j) => `t${String(j)}`);
        const opt = await sgd({ lr: 0, momentum: 0.5 }).init(
          Object.fromEntries(names.map((name, j) => [name, new Float32Array(lengths[j]!)])),
          { state },
        );
        for (const name of names) opt.grads[name]!.forEach((_, i) => (opt.grads[name]![i] = 1 + (i % 4) / 4));
        opt.step();
        for (const name of names) assert.deepEqual(opt.state['sgd.v']?.[name], opt.grads[name]);
      },
    ),
    { numRuns: 40 },
  );
});
