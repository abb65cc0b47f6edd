/** Parameters in nested objects and arrays: everything is what it is for the same parameters given flat under their dotted names. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  adamw, ArrayError, groups, muon, otherwise, rows, sam, scheduleFreeSgd, sgd, sophia, sparse, tensor, tied,
  type Nested, type Optimizer, type ParameterTree, type Snapshot,
} from 'thalweg'; // prettier-ignore

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

const model = () => ({
  embedding: tensor([4, 2]),
  blocks: [0, 1].map((i) => ({ wq: Float32Array.of(i, 1, 2), norm: { scale: Float32Array.of(1 + i) } })),
  layers: [Float32Array.of(1), Float32Array.of(2, 3)],
});
const names = ['blocks.0.norm.scale', 'blocks.1.norm.scale', 'embedding', 'blocks.0.wq', 'blocks.1.wq', 'layers.0', 'layers.1'];
const flat = () => {
  const { embedding, blocks, layers } = model();
  const inBlocks = blocks.flatMap(({ wq, norm }, i) => [[`blocks.${String(i)}.wq`, wq], [`blocks.${String(i)}.norm.scale`, norm.scale]] as const); // prettier-ignore
  return { embedding, ...Object.fromEntries(inBlocks), ...Object.fromEntries(layers.map((w, i) => [`layers.${String(i)}`, w])) };
};
const method = groups([
  { match: 'blocks.*.norm.*', use: sgd({ lr: 0.1 }), name: 'norms' },
  { match: { rank: 2 }, use: muon() },
  { match: otherwise, use: adamw({ lr: 0.01 }), name: 'rest' },
]);
const fill = (g: Iterable<unknown>, t: number): void => {
  for (const [k, array] of [...g].entries())
    if (array instanceof Float32Array) array.forEach((_, i) => (array[i] = Math.sin(i * t + k + 1)));
};

describe('a nested model', () => {
  test('steps, observes, freezes, saves and loads as its parameters do under their dotted names', async () => {
    const opt = await method.init(model(), { observe: true });
    const plain: Optimizer = await method.init(flat(), { observe: true });
    assert.deepEqual(opt.trained, names);
    const step = (t: number): void => {
      const order = Object.keys(plain.grads);
      fill(order.map((name) => plain.grads[name]), t); // prettier-ignore
      fill(order.map((name): unknown => Reflect.get(opt.grads, name)), t); // prettier-ignore
      // Handed over as a tree of copies, and filled in place.
      const { grads } = opt;
      const copy = { embedding: grads.embedding.slice(), blocks: grads.blocks.map(({ wq, norm }) => ({ wq: wq.slice(), norm: { scale: norm.scale.slice() } })), layers: grads.layers.map((g) => g.slice()) }; // prettier-ignore
      if (t % 2 === 0) opt.zeroGrad();
      opt.step(...(t % 2 === 0 ? [copy] : []));
      plain.step();
    };
    for (let t = 1; t <= 3; t++) step(t);
    opt.freeze('blocks.0.*');
    plain.freeze('blocks.0.*');
    step(4);
    assert.deepEqual(opt.snapshot(), plain.snapshot());
    assert.deepEqual(await opt.observe(), await plain.observe());
    assert.deepEqual(opt.state, plain.state);
    const bytes = await opt.save();
    assert.deepEqual(bytes, await plain.save());
    const again = await method.init(model(), { observe: true });
    assert.deepEqual((await again.load(bytes)).missing, []);
    assert.deepEqual(again.params.blocks[1]?.wq, opt.params.blocks[1]?.wq);
    again.restore(opt.snapshot());
    assert.deepEqual(again.snapshot(), plain.snapshot());
  });

  test('views have the structure that was given, and every name besides', async () => {
    const opt = await sgd({ lr: 1 }).init(model(), { half: 'bfloat16' });
    const shapes = (views: object): unknown => JSON.parse(JSON.stringify(views, (_, x: unknown) => (ArrayBuffer.isView(x) ? 'a' : x)));
    const structure = {
      embedding: 'a',
      blocks: [
        { wq: 'a', norm: { scale: 'a' } },
        { wq: 'a', norm: { scale: 'a' } },
      ],
      layers: ['a', 'a'],
    };
    for (const views of [opt.params, opt.half.params, opt.half.grads, opt.evaluate()]) assert.deepEqual(shapes(views), structure);
    assert.equal(opt.params['blocks.1.norm.scale'], opt.params.blocks[1]?.norm.scale);
    assert.equal(opt.params['layers.1'], opt.params.layers[1]);
    for (const replace of [
      () => Reflect.set(opt.params.blocks[0] ?? {}, 'wq', new Float32Array(3)),
      () => Reflect.set(opt.params, 'blocks', []),
      () => Reflect.set(opt.params.layers, 0, new Float32Array(1)),
    ])
      assert.throws(replace, (error) => error instanceof ArrayError && error.message.includes('cannot be replaced'));
  });

  test('schedule-free weights are evaluated in the same structure', async () => {
    const opt = await scheduleFreeSgd({ lr: 0.1 }).init(model());
    for (let t = 1; t <= 2; t++) opt.step({ embedding: new Float32Array(8).fill(t), blocks: model().blocks, layers: model().layers });
    const x = opt.evaluate();
    assert.equal(x.blocks.length, 2);
    assert.notDeepEqual(x.blocks[1]?.wq, opt.params.blocks[1]?.wq);
  });

  test('inputs that are arrays are nested too', async () => {
    const opt = await sophia({ lr: 0.1 }).init({ blocks: [{ w: Float64Array.of(3) }] });
    opt.step({ blocks: [{ w: Float64Array.of(1) }] }, { hessian: { blocks: [{ w: Float64Array.of(2) }] } });
    const filled = await sophia({ lr: 0.1 }).init({ blocks: [{ w: Float64Array.of(3) }] });
    filled.grads.blocks[0].w[0] = 1;
    const { hessian } = filled.inputs;
    if (hessian !== undefined) hessian.blocks[0].w[0] = 2;
    filled.step(filled.grads, filled.inputs);
    assert.deepEqual(filled.snapshot(), opt.snapshot());
  });

  test('sparse tables and tied names', async () => {
    const opt = await sgd({ lr: 1 }).init({ encoder: { E: sparse([3, 2]), W: tensor([2]) }, head: tied('encoder.W') });
    opt.step({ encoder: { E: rows([1], Float32Array.of(1, 2)), W: Float32Array.of(1, 1) }, head: Float32Array.of(1, 1) });
    assert.deepEqual([...opt.params.encoder.E], [0, 0, -1, -2, 0, 0]);
    assert.equal(opt.params.head, opt.params.encoder.W);
    assert.deepEqual([...opt.params.head], [-2, -2]);
    assert.deepEqual(Object.keys(opt.grads.encoder), ['W']);
    // @ts-expect-error a table has no view of gradients
    assert.equal(opt.grads.encoder.E, undefined);
  });

  test('sam goes through a nested model', async () => {
    const run = async (opt: Optimizer<never> | Parameters<typeof sam>[0], w: Float64Array, g: Float64Array) => {
      const step = sam(opt, () => ((g[0] = 2 * w[0]!), w[0]! ** 2));
      for (let t = 0; t < 5; t++) await step();
      return w[0];
    };
    const nested = await sgd({ lr: 0.1 }).init({ a: [{ w: Float64Array.of(3) }] });
    const plain = await sgd({ lr: 0.1 }).init({ w: Float64Array.of(3) });
    assert.equal(await run(nested, nested.params.a[0].w, nested.grads.a[0].w), await run(plain, plain.params.w, plain.grads.w));
  });

  test('add puts more beside what is there, remove takes out what is empty then', async () => {
    const opt = await sgd({ lr: 1 }).init({ body: { a: Float32Array.of(1), b: Float32Array.of(2) } });
    const { params } = opt;
    const more = opt.add({ head: [{ w: Float32Array.of(3) }], body: { c: Float32Array.of(4) } });
    assert.deepEqual(JSON.parse(JSON.stringify(params)), { body: { a: { 0: 1 }, b: { 0: 2 }, c: { 0: 4 } }, head: [{ w: { 0: 3 } }] });
    more.step({ body: { a: Float32Array.of(1), b: Float32Array.of(1), c: Float32Array.of(1) }, head: [{ w: Float32Array.of(1) }] });
    assert.deepEqual([more.params.body.c[0], more.params.head[0].w[0]], [3, 2]);
    opt.remove('body.*');
    assert.deepEqual(Object.keys(params), ['head']);
    assert.ok(!Object.hasOwn(params, 'body.a'));
    more.add({ body: [Float32Array.of(7)] });
    assert.deepEqual(more.trained, ['head.0.w', 'body.0']);
  });

  test('a tree of any shape has the state of its flat form', async () => {
    const leaf = fc.integer({ min: 1, max: 3 }).map((n): Nested => new Float64Array(n).fill(n));
    const key = fc.constantFrom('a', 'b', 'constructor', '0', 'then', '', 'length', '__x');
    const tree = fc.letrec<{ node: Nested; branch: Nested }>((tie) => ({
      node: fc.oneof({ maxDepth: 4, withCrossShrink: true }, leaf, tie('branch')),
      branch: fc.oneof(fc.dictionary(key, tie('node'), { minKeys: 1, maxKeys: 3 }), fc.array(tie('node'), { minLength: 1, maxLength: 3 })),
    })).node;
    const leavesOf = (name: string, node: unknown): [string, Float64Array][] =>
      node instanceof Float64Array
        ? [[name, node]]
        : Object.entries(node as object).flatMap(([one, child]) => leavesOf(`${name}.${one}`, child));
    await fc.assert(
      fc.asyncProperty(fc.dictionary(key, tree, { minKeys: 1, maxKeys: 3 }), async (given) => {
        const leaves = Object.entries(given).flatMap(([name, node]) => leavesOf(name, node));
        const opt = await adamw().init(given, { backend: 'reference' });
        assert.deepEqual(new Set(opt.trained), new Set(leaves.map(([name]) => name)));
        opt.step(given as never);
        const plain: Optimizer = await adamw().init(Object.fromEntries(leaves), { backend: 'reference' });
        plain.step(Object.fromEntries(leaves));
        assert.deepEqual(opt.snapshot(), plain.snapshot());
        const shown = Object.entries(opt.params).flatMap(([name, node]) => leavesOf(name, node));
        assert.deepEqual(new Map(shown), new Map(Object.entries(plain.snapshot())));
        opt.remove(() => true);
        assert.deepEqual(Object.getOwnPropertyNames(opt.params), []);
      }),
      { numRuns: 60 },
    );
  });
});

describe('what is no tree is refused before anything is made', () => {
  const w = (): Float32Array => new Float32Array(1);
  const cyclic: Record<string, unknown> = { w: w() };
  cyclic['again'] = [{ deeper: cyclic }];
  const deep = Array.from({ length: 1e5 }).reduce<unknown>((inner) => ({ a: inner }), w());
  class JaxArray { readonly shape = [2]; readonly dtype = 'float32'; } // prettier-ignore
  class Layer { readonly w = w(); } // prettier-ignore
  const holes: unknown[] = [w()];
  holes[2] = w();
  const cases: readonly (readonly [string, object, RegExp])[] = [
    ['names that meet', { 'a.b': w(), a: { b: w() } }, /sgd: two entries are called a\.b/],
    ['names that meet, the other way', { a: { b: w() }, 'a.b': { c: w() } }, /two entries are called a\.b/],
    ['an empty object', { w: w(), blocks: {} }, /blocks is empty, so there are no parameters in it to train/],
    ['an empty array within', { blocks: [{ wq: w(), rest: [] }] }, /blocks\.0\.rest is empty/],
    ['a cycle', { model: cyclic }, /model\.again\.0\.deeper contains itself/],
    ['a cycle through the root', cyclic, /again\.0\.deeper contains itself/],
    ['a hole', { layers: holes }, /layers has no element at 1/],
    ['undefined', { layers: [w(), undefined] }, /layers\.1 must be a Float32Array, .* not undefined/],
    ['a list of numbers', { layers: { w: [1, 2] } }, /layers\.w must be a Float32Array, .* not an Array/],
    ['100,000 levels', { deep }, /nested more than 64 levels deep/],
    ['an array of another library', { blocks: [{ wq: new JaxArray() }] }, /blocks\.0\.wq is a JaxArray with a shape and a dtype, .* give tensor\(shape, { values }\)/],
    ['a shape and a dtype', { w: { shape: [1], dtype: 'float32' } }, /w is an object with a shape and a dtype/],
    ['a class', { layers: [new Layer()] }, /layers\.0 is a Layer; parameters are nested in plain objects and arrays/],
    ['a Map', { layers: new Map([['w', w()]]) }, /layers must be a Float32Array, .* not a Map/],
    ['__proto__', { a: JSON.parse('{ "__proto__": 1 }') as object }, /__proto__ cannot be the name/],
    ['one array twice', (({ one }) => ({ a: { one }, b: [one] }))({ one: w() }), /a\.one and b\.0 are the same array; write b\.0: tied\('a\.one'\)/],
  ]; // prettier-ignore
  for (const [name, given, message] of cases) {
    test(name, async () => {
      await assert.rejects(sgd().init(given as ParameterTree), (error) => error instanceof ArrayError && message.test(error.message));
    });
  }

  test('gradients of another structure', async () => {
    const opt = await sgd().init({ blocks: [{ w: w() }], head: { b: w() } });
    for (const [given, message] of [
      [{ blocks: [{ w: w() }] }, /the gradient of head\.b is missing/],
      [{ blocks: [{ w: w() }], head: { c: w() } }, /there is no parameter head\.c \(did you mean head\.b\?\)/],
      [{ blocks: { 0: { w: w() } }, head: { b: w() } }, /the gradients of blocks must be an array, as init was given, not an object/],
      [{ blocks: [{ w: w() }, { w: w() }], head: { b: w() } }, /there is no parameter blocks\.1/],
      [{ blocks: [w()], head: { b: w() } }, /the gradients of blocks\.0 must be an object, as init was given, not a Float32Array/],
      [{ blocks: [{ w: new Float32Array(2) }], head: { b: w() } }, /the gradient of blocks\.0\.w has 2 elements/],
      [[w()], /gradients are given by name/],
    ] as const)
      assert.throws(() => opt.step(given as never), (error) => error instanceof ArrayError && message.test(error.message)); // prettier-ignore
    assert.equal(opt.t, 0);
  });

  test('parameters that do not fit beside those that are there', async () => {
    const opt = await sgd().init({ blocks: [{ w: w() }], head: { b: w() } });
    for (const [given, message] of [
      [{ head: { b: w() } }, /there is a parameter head\.b already/],
      [{ head: w() }, /head is an object of parameters already, into which head does not fit/],
      [{ head: [w()] }, /head is an object of parameters already/],
      [{ head: { b: { c: w() } } }, /there is a parameter head\.b already, and head\.b\.c would lie in it/],
      [{ 'head.b': { c: w() } }, /two entries are called head\.b/],
      [{ blocks: { more: w() } }, /blocks is an array of parameters already/],
    ] as const)
      assert.throws(() => opt.add(given), (error) => error instanceof ArrayError && message.test(error.message)); // prettier-ignore
    assert.deepEqual(opt.trained, ['blocks.0.w', 'head.b']);
  });
});

test('types: flat parameters have those they always had, nested ones their structure and names', async () => {
  const opt = await adamw().init({ w: tensor([2]), b: Float32Array.of(1), head: tied('w') });
  assert.deepEqual(opt.trained, ['w', 'b']);
  const nested = await adamw().init(model());
  const types = [
    true satisfies Same<typeof opt.params.w, Float32Array>,
    true satisfies Same<(typeof opt.trained)[number], 'w' | 'b' | 'head'>,
    true satisfies Same<keyof typeof opt.params, 'w' | 'b' | 'head'>,
    true satisfies Same<Exclude<keyof Awaited<ReturnType<typeof opt.observe>>, symbol>, 'w' | 'b' | 'head'>,
    true satisfies Same<(typeof nested.params.blocks)[number]['norm']['scale'], Float32Array>,
    true satisfies Same<(typeof nested.trained)[number], 'embedding' | `blocks.${number}.wq` | `blocks.${number}.norm.scale` | `layers.${number}`>,
    true satisfies Same<Snapshot<{ readonly a: readonly [{ readonly w: Float64Array }] }>, { readonly 'a.0.w': Float64Array<ArrayBuffer> }>,
  ]; // prettier-ignore
  assert.ok(types.every(Boolean));
  // @ts-expect-error there is no such parameter
  assert.equal(nested.params.blocks[0]?.wk, undefined);
  // @ts-expect-error a list of numbers is no parameter
  await assert.rejects(adamw().init({ blocks: [{ w: [1, 2] }] }));
  // @ts-expect-error the gradient of layers is missing
  assert.throws(() => nested.step({ embedding: new Float32Array(8), blocks: model().blocks }));
});

test('types: a view is of an ArrayBuffer where no thread can share it, and only there', async () => {
  const takes = (array: Float32Array<ArrayBuffer>): number => array.length;
  const alone = await sgd().init({ a: { w: tensor([2]) } }, { threads: 1 });
  const plain = await sgd().init({ w: tensor([2]) }, { backend: 'fround' });
  assert.equal(takes(alone.params.a.w) + takes(alone.grads['a.w']) + takes(plain.grads.w), 6);
  assert.ok(alone.params.a.w.buffer instanceof ArrayBuffer && plain.params.w.buffer instanceof ArrayBuffer);
  const shared = await sgd().init({ w: tensor([2]) }, { threads: 2 });
  assert.ok(shared.params.w.buffer instanceof SharedArrayBuffer);
  // @ts-expect-error threads may share it
  takes(shared.params.w);
  const half = await sgd().init({ w: tensor([2]) }, { threads: 2, half: 'bfloat16' });
  // @ts-expect-error threads may share it
  const bits: Uint16Array<ArrayBuffer> = half.half.grads.w;
  assert.ok(!(bits.buffer instanceof ArrayBuffer));
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const within = await sgd().init({ w: tensor([2]) }, { threads: 1, memory });
  // @ts-expect-error the memory is the user's, and may be shared
  takes(within.params.w);
  for (const opt of [alone, plain, shared, half, within]) opt.dispose();
});
