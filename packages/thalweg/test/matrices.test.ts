/** Forms of arrays, and the routines on whole matrices, each against something that is not itself. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { EquationError, muon, noisySgd, optimizer, tensor, UnsupportedError } from 'thalweg';
import { eigenvectors, inverseRoot, orthonormal, symmetricEigen } from '../src/targets/loops/routines/eigen.ts';
import { multiply } from '../src/targets/loops/routines/matmul.ts';
import { executableOf } from '../src/device/modules.ts';
import { oneThread, PooledThreads } from '../src/device/threads.ts';
import { multiplyWith } from '../src/device/matmul.ts';
import { Words } from '../src/targets/loops/convention.ts';
import { hashOf } from '../src/targets/loops/random.ts';
import { noiseModule, noiseSegment } from '../src/targets/loops/wasm/noise.ts';
import { awkward } from './support/random-program.ts';
import { newtonSchulz } from '../src/targets/loops/routines/newton-schulz.ts';
import { noise, philox } from '../src/targets/loops/routines/noise.ts';
import { like, type Matrix, type Routine } from '../src/targets/loops/routines/routine.ts';

const define = (equations: string) => optimizer({ name: 'mine', hyper: { lr: ['η', 1] }, equations })();
const matrix = (rows: number, cols: number, at: (i: number, j: number) => number): Matrix => ({
  rows,
  cols,
  data: Float64Array.from({ length: rows * cols }, (_, k) => at(Math.floor(k / cols), k % cols)),
});
const random = (rows: number, cols: number, seed: number): Matrix =>
  matrix(rows, cols, (i, j) => Math.sin(seed + 12.9898 * i + 78.233 * j * (i + 1)));
const product = (a: Matrix, b: Matrix): Matrix =>
  matrix(a.rows, b.cols, (i, j) =>
    Array.from({ length: a.cols }, (_, k) => a.data[i * a.cols + k]! * b.data[k * b.cols + j]!).reduce((x, y) => x + y, 0),
  );
const transposed = (a: Matrix): Matrix => matrix(a.cols, a.rows, (i, j) => a.data[j * a.cols + i]!);
const call = (routine: Routine, operand: Matrix, ...scalars: number[]): Matrix => {
  const result = like(operand, operand.rows, operand.cols);
  routine({ tensor: 'x', operands: [operand], scalars, result, multiply });
  return result;
};
const close = (a: Matrix, b: Matrix, bound: number): void => {
  a.data.forEach((x, i) => {
    assert.ok(Math.abs(x - b.data[i]!) <= bound, `${String(i)}: ${String(x)} is not ${String(b.data[i])}`);
  });
};
/** From the eigenvalues of the smaller of A·Aᵀ and Aᵀ·A, largest first. */
const singularValues = (a: Matrix): number[] => {
  const { values } = symmetricEigen(a.rows < a.cols ? product(a, transposed(a)) : product(transposed(a), a));
  return [...values].map((value) => Math.sqrt(Math.max(0, value)));
};
const identity = (n: number): Matrix => matrix(n, n, (i, j) => (i === j ? 1 : 0));

describe('forms', () => {
  test('states take the form of what is assigned to them', async () => {
    const opt = await define('r ← r + rowSum(g)\nc ← c + colMax(g)\nL ← L + g @ gᵀ\nT ← gᵀ\nw ← w − η·r·c').init({
      W: tensor([2, 3], { dtype: 'float64' }),
    });
    opt.step({ W: Float64Array.of(1, 2, 3, 4, 5, 6) });
    assert.deepEqual(opt.state['mine.r']?.['W'], Float64Array.of(6, 15));
    assert.deepEqual(opt.state['mine.c']?.['W'], Float64Array.of(4, 5, 6));
    assert.deepEqual(opt.state['mine.L']?.['W'], Float64Array.of(14, 32, 32, 77));
    assert.deepEqual(opt.state['mine.T']?.['W'], Float64Array.of(1, 4, 2, 5, 3, 6));
    assert.deepEqual(opt.params.W, Float64Array.of(-24, -30, -36, -60, -75, -90));
  });

  test('arrays that do not broadcast are refused with a caret', () => {
    const refused = (equations: string, problem: RegExp): void => {
      assert.throws(
        () => define(equations),
        (error: unknown) => error instanceof EquationError && problem.test(error.message),
      );
    };
    refused(
      'w ← w − g @ g',
      /the left matrix must have as many columns as the right one has rows\n {2}1 \| w ← w − g @ g\n {14}\^\^\^\^\^/,
    );
    refused('w ← w − g·gᵀ', /shapes rows × cols and cols × rows do not broadcast/);
    refused('w ← g @ gᵀ', /w is rows × cols, and this is rows × rows/);
    refused('w ← w − inverseRoot(g, 2, η)·g', /a root needs a square matrix/);
    refused('w ← w − rowSum(3)·g', /a sum of rows needs an array/);
    refused('w ← w − noise(g)', /noise needs a seed/);
    refused('rows = 3\nw ← w − rows·g', /rows is predefined and cannot be assigned/);
  });

  test('a vector is refused where the equations need a matrix', async () => {
    const refused = muon().init({ W: tensor([2, 2]), b: tensor([3]) });
    await assert.rejects(
      refused,
      (error: unknown) => error instanceof UnsupportedError && /b has the shape \[3\], .* matrices/.test(error.message),
    );
  });

  test('empty matrices, one element, one row and one column are stepped', async () => {
    for (const shape of [
      [0, 3],
      [3, 0],
      [1, 1],
      [1, 4],
      [4, 1],
      [2, 0, 3],
    ]) {
      const opt = await muon({ lr: 0.1 }).init({ W: tensor(shape) });
      opt.grads.W.fill(1);
      opt.step();
      assert.ok(
        opt.params.W.every((w) => Number.isFinite(w) && w < 0),
        `[${shape.join()}]`,
      );
    }
  });
});

describe('routines', () => {
  test('a product is the sum over the inner index, and float32 rounds each step', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 9 }), (m, k, n) => {
        const [a, b] = [random(m, k, 1), random(k, n, 2)];
        const out = like(a, m, n);
        multiply(a, b, out);
        close(out, product(a, b), 1e-12);
        const single = ({ data, ...rest }: Matrix): Matrix => ({ ...rest, data: Float32Array.from(data) });
        const [a32, b32, out32] = [single(a), single(b), single(out)];
        multiply(a32, b32, out32);
        for (const at of [0, m * n - 1]) {
          let sum = 0;
          for (let i = 0; i < k; i++)
            sum = Math.fround(sum + Math.fround(a32.data[Math.floor(at / n) * k + i]! * b32.data[i * n + (at % n)]!));
          assert.equal(out32.data[at], sum);
        }
      }),
    );
  });

  test('WebAssembly multiplies to the same bits, on any size and on awkward numbers', () => {
    const sizes = fc.integer({ min: 0, max: 45 });
    const ways = [oneThread, new PooledThreads(1), new PooledThreads(3)].map((threads) => multiplyWith(threads));
    const same = (a: Matrix, b: Matrix): void => {
      const plain = like(a, a.rows, b.cols);
      multiply(a, b, plain);
      const packed = like(a, a.rows, b.cols);
      const right = { data: transposed(b).data, rows: b.cols, cols: b.rows };
      if (b.data instanceof Float32Array) right.data = Float32Array.from(right.data);
      for (const way of ways)
        for (const isTransposed of [false, true]) {
          way(a, isTransposed ? right : b, packed, isTransposed);
          packed.data.forEach((x, i) => { assert.ok(Object.is(x, plain.data[i]), `${String(i)}: ${String(x)} is not ${String(plain.data[i])}`); }); // prettier-ignore
        }
    };
    const fill = (rows: number, cols: number, values: readonly number[], wide: boolean): Matrix => {
      const data = Array.from({ length: rows * cols }, (_, i) => values[(i * 7) % values.length]!);
      return { rows, cols, data: wide ? Float64Array.from(data) : Float32Array.from(data) };
    };
    const numbers = fc.array(awkward, { minLength: 5, maxLength: 60 });
    fc.assert(
      fc.property(sizes, sizes, sizes, numbers, numbers, fc.boolean(), (m, k, n, x, y, wide) => {
        same(fill(m, k, x, wide), fill(k, n, y, wide));
      }),
      { numRuns: 150 },
    );
    same(random(257, 1029, 1), random(1029, 65, 2));
  });

  test('eigenvectors diagonalize, roots invert, QR is orthonormal and triangular', () => {
    for (const n of [1, 2, 5, 17]) {
      const half = random(n, n, n);
      const a = product(half, transposed(half));
      const { values, vectors } = symmetricEigen(a);
      const v = transposed({ data: vectors, rows: n, cols: n });
      close(product(transposed(v), v), identity(n), 1e-13);
      close(
        product(product(transposed(v), a), v),
        matrix(n, n, (i, j) => (i === j ? values[i]! : 0)),
        1e-12 * n,
      );
      assert.ok(values.every((value, i) => i === 0 || values[i - 1]! >= value));
      close(call(eigenvectors, a), v, 0);
      const eps = 0.1;
      const root = call(inverseRoot, a, 4, eps);
      const square = product(root, root);
      const shifted = matrix(n, n, (i, j) => a.data[i * n + j]! + (i === j ? eps : 0));
      close(product(product(square, square), shifted), identity(n), 1e-10 * n);
      const q = call(orthonormal, half);
      close(product(transposed(q), q), identity(n), 1e-13);
      const r = product(transposed(q), half);
      for (let i = 0; i < n; i++)
        for (let j = 0; j <= i; j++) assert.ok(j === i ? r.data[i * n + i]! >= 0 : Math.abs(r.data[i * n + j]!) < 1e-13);
    }
  });

  test('eigenvectors of matrices that are hard: of low rank, graded, with equal values, near both ends of the range', () => {
    const n = 24;
    const gram = (rank: number, weight: (k: number) => number = () => 1): Matrix => {
      const g = random(n, rank, rank);
      return product(
        matrix(n, rank, (i, k) => weight(k) * g.data[i * rank + k]!),
        transposed(g),
      );
    };
    const scaled = (a: Matrix, by: number): Matrix => ({ ...a, data: a.data.map((value) => value * by) });
    const cases: readonly (readonly [name: string, a: Matrix])[] = [
      ['rank 1', gram(1)],
      ['rank 6', gram(6)],
      ['graded', gram(n, (k) => 10 ** -k)],
      ['zero', matrix(n, n, () => 0)],
      ['equal values', matrix(n, n, (i, j) => (i === j ? 3 : 0))],
      ['diagonal', matrix(n, n, (i, j) => (i === j ? (i * 7) % 5 : 0))],
      ['three diagonals', matrix(n, n, (i, j) => (Math.abs(i - j) < 2 ? 1 + i + j : 0))],
      ['huge', scaled(gram(n), 1e300)],
      ['tiny', scaled(gram(n), 1e-300)],
      ['the largest number', matrix(n, n, (i, j) => (i === j ? Number.MAX_VALUE / (i + 1) : 0))],
    ];
    for (const [name, a] of cases) {
      const { values, vectors } = symmetricEigen(a);
      const rows: Matrix = { data: vectors, rows: n, cols: n };
      const size = Math.max(...a.data.map(Math.abs)) || 1;
      const residual = product(rows, a).data.map((value, k) => (value - values[Math.floor(k / n)]! * vectors[k]!) / size);
      assert.ok(Math.max(...residual.map(Math.abs)) < 1e-13, name);
      close(product(rows, transposed(rows)), identity(n), 1e-13);
      assert.ok(
        values.every((value, i) => i === 0 || values[i - 1]! >= value),
        name,
      );
    }
    const holed = gram(n);
    holed.data[5] = NaN;
    assert.ok(symmetricEigen(holed).values.every(Number.isNaN));
    assert.ok(call(inverseRoot, holed, 4, 1).data.every(Number.isNaN));
  });

  test('Newton–Schulz brings singular values above 3e-3 of the norm into 0.68 to 1.2, and less below', () => {
    // G = U·diag(s)·Vᵀ with orthogonal U and V, so that the singular values are known without an SVD.
    for (const [rows, cols] of [
      [12, 12],
      [8, 20],
      [20, 8],
    ] as const) {
      const n = Math.min(rows, cols);
      const s = Array.from({ length: n }, (_, i) => 10 ** (-0.45 * i));
      const [u, v] = [call(orthonormal, random(rows, rows, 3)), call(orthonormal, random(cols, cols, 4))];
      const g = product(
        product(
          u,
          matrix(rows, cols, (i, j) => (i === j ? s[i]! : 0)),
        ),
        transposed(v),
      );
      const o = call(newtonSchulz, g, 3.4445, -4.775, 2.0315, 5, 1e-7);
      const after = product(product(transposed(u), o), v);
      const norm = Math.hypot(...s);
      s.forEach((value, i) => {
        const made = after.data[i * cols + i]!;
        assert.ok(made < 1.2 && (value / norm < 3e-3 ? made > 0 : made > 0.68), `${String(value / norm)} became ${String(made)}`);
      });
      close(
        after,
        matrix(rows, cols, (i, j) => (i === j ? after.data[i * cols + i]! : 0)),
        1e-9,
      );
    }
  });

  test('Muon’s update has singular values in the band, by a float64 decomposition: tall, wide, square, kernels, several of one shape', async () => {
    const shapes = { tall: [20, 8], wide: [8, 20], square: [12, 12], again: [12, 12], more: [12, 12], kernel: [6, 2, 3, 2] } as const;
    let small = 0;
    for (const dtype of ['float64', 'float32'] as const) {
      for (const [adjust, factor] of [
        ['original', (rows: number, cols: number) => Math.sqrt(Math.max(1, rows / cols))],
        ['rms', (rows: number, cols: number) => 0.2 * Math.sqrt(Math.max(rows, cols))],
      ] as const) {
        const opt = await muon({ lr: 1, adjust }).init(
          Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, tensor(shape, { dtype })])),
        );
        Object.entries(shapes).forEach(([name, [rows]], k) => {
          const g = opt.grads[name]!;
          const { data } = random(rows, g.length / rows, k + 1);
          data.forEach((x, i) => (g[i] = x * 10 ** (-3 * (i / g.length)))); // So that some singular values are small.
        });
        opt.step();
        for (const [name, [rows, ...rest]] of Object.entries(shapes)) {
          const cols = rest.reduce((product, size) => product * size, 1);
          const as = (values: ArrayLike<number>): Matrix => ({ rows, cols, data: Float64Array.from(values) });
          const before = singularValues(as(opt.grads[name]!));
          const after = singularValues(as(opt.params[name]!)).map((value) => value / factor(rows, cols));
          const norm = Math.hypot(...before);
          const inBand = after.filter((value) => value > 0.68 && value < 1.2).length;
          assert.ok(inBand >= before.filter((value) => value / norm > 3e-3).length, name);
          assert.ok(
            after.every((value) => value > 0 && value < 1.2),
            name,
          );
          small += before.filter((value) => value / norm < 0.02).length;
        }
      }
    }
    assert.ok(small > 0, 'some singular values were small');
  });

  test('matrices of one shape are stepped together as each alone, tall ones as wide ones turned', async () => {
    const values = (seed: number): Float64Array => Float64Array.from({ length: 24 }, (_, i) => Math.sin(seed * 7 + i * i));
    const shape = [4, 6];
    const all = await muon().init({
      a: tensor(shape, { values: values(1) }),
      b: tensor(shape, { values: values(2) }),
      c: tensor(shape, { values: values(3) }),
    });
    const alone = await muon().init({ b: tensor(shape, { values: values(2) }) });
    const turn = (x: Float64Array): Float64Array => transposed({ data: x, rows: 4, cols: 6 }).data as Float64Array;
    const turned = await muon({ adjust: 'rms' }).init({ b: tensor([6, 4], { values: turn(values(2)) }) });
    const upright = await muon({ adjust: 'rms' }).init({ b: tensor(shape, { values: values(2) }) });
    for (let t = 1; t <= 5; t++) {
      all.step({ a: values(t), b: values(t + 10), c: values(t + 20) });
      alone.step({ b: values(t + 10) });
      turned.step({ b: turn(values(t + 10)) });
      upright.step({ b: values(t + 10) });
    }
    assert.deepEqual(all.params.b, alone.params.b);
    turn(upright.params.b).forEach((w, i) => { assert.ok(Math.abs(w - turned.params.b[i]!) < 1e-14); }); // prettier-ignore
  });

  test('Philox gives the words of its authors’ known answers', () => {
    const answer = (counter: readonly number[], key: readonly [number, number]): string => {
      const words = Uint32Array.from(counter);
      philox(words, ...key);
      return Array.from(words, (word) => word.toString(16).padStart(8, '0')).join(' ');
    };
    assert.equal(answer([0, 0, 0, 0], [0, 0]), '6627e8d5 e169c58d bc57ac4c 9b00dbd8');
    const ones = 0xffffffff;
    assert.equal(answer([ones, ones, ones, ones], [ones, ones]), '408f276d 41c83b0e a20bc7c6 6d5451fd');
    assert.equal(answer([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0]), 'd16cfe09 94fdcceb 5001e420 24126ea1');
  });

  test('noise is the same bits in WebAssembly, whatever the length, type, memory and division into segments', () => {
    const result = like({ data: new Float64Array(), rows: 0, cols: 0 }, 1, 3 * noiseSegment + 7);
    const [seed, t] = [2 ** 32 - 1, 2 ** 33 + 5];
    noise({ tensor: 'x', operands: [], scalars: [seed, t], result, multiply });
    assert.deepEqual(
      result.data.slice(0, 4),
      Float64Array.of(-1.4685874715879428, -1.057286774172105, 0.2220360500047888, -0.38197456962427895),
    );
    for (const dtype of ['float32', 'float64'] as const) {
      for (const address of ['i32', 'i64'] as const) {
        const sizes = { initial: 4, maximum: 4, address };
        const wide = { ...sizes, initial: 4n, maximum: 4n } as unknown as WebAssembly.MemoryDescriptor;
        const memory = new WebAssembly.Memory(address === 'i32' ? sizes : wide);
        const kind = { address, shared: false };
        const { run } = executableOf(`test noise ${dtype}`, () => noiseModule(dtype, kind), memory, kind);
        const [words, at] = [new Words(memory.buffer), 1024];
        const Numbers = dtype === 'float32' ? Float32Array : Float64Array;
        for (const length of [1, 2, 3, 4, 5, 17, noiseSegment, 3 * noiseSegment + 7]) {
          new Uint8Array(memory.buffer).fill(0);
          [at, length, seed, hashOf('x'), t].forEach((value, i) => {
            words.set(8 * i, value);
          });
          const count = Math.ceil(length / noiseSegment);
          for (let segment = count - 1; segment >= 0; segment--) run(0, segment, segment + 1);
          assert.deepEqual(new Numbers(memory.buffer, at, length), Numbers.from(result.data.subarray(0, length)));
          const padded = Math.ceil(length / 4) * 4;
          assert.ok(
            new Numbers(memory.buffer, at + padded * Numbers.BYTES_PER_ELEMENT).every((x) => x === 0),
            'nothing behind the padding',
          );
        }
      }
    }
  });

  test('noise is the same on all backends and threads', async () => {
    const draw = async (backend: 'wasm' | 'fround', threads: number) => {
      const opt = await noisySgd({ lr: 1, variance: 1, seed: 7 }).init({ a: tensor([5]), b: tensor([50_001]) }, { backend, threads });
      for (let t = 0; t < 3; t++) opt.step();
      const out = { a: opt.params.a.slice(), b: opt.params.b.slice() };
      opt.dispose();
      return out;
    };
    const plain = await draw('fround', 1);
    assert.deepEqual(await draw('wasm', 1), plain);
    assert.deepEqual(await draw('wasm', 3), plain);
  });

  test('noise is normal, differs between tensors and steps, and repeats', async () => {
    const draw = async (name: string, steps: number): Promise<Float32Array> => {
      const opt = await noisySgd({ lr: 1, variance: 1, decay: 0, seed: 5 }).init({ [name]: tensor([100_000]) });
      for (let t = 0; t < steps; t++) {
        opt.params[name]!.fill(0);
        opt.step();
      }
      return opt.params[name]!.slice();
    };
    const [a, again, other, later] = [await draw('a', 1), await draw('a', 1), await draw('b', 1), await draw('a', 2)];
    assert.deepEqual(a, again);
    const mean = (xs: Float32Array, f: (x: number, i: number) => number): number => xs.reduce((sum, x, i) => sum + f(x, i), 0) / xs.length;
    assert.ok(Math.abs(mean(a, (x) => x)) < 0.02);
    assert.ok(Math.abs(mean(a, (x) => x * x) - 1) < 0.02);
    assert.ok(Math.abs(mean(a, (x) => x ** 4) - 3) < 0.15);
    for (const b of [other, later]) assert.ok(Math.abs(mean(a, (x, i) => x * b[i]!)) < 0.02);
  });
});
