/** Groups, and parameters that come, go, rest or have two names. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  adamw, ArrayError, chain, clipByGlobalNorm, ema, groups, linear, OptionError, optimizer, otherwise, sgd, tensor, ThalwegError, tied, type Method,
} from 'thalweg'; // prettier-ignore

const start = { W: tensor([2, 3], { values: Float64Array.of(1, -2, 3, -4, 5, -6) }), b: Float64Array.of(0.5, 0.25) };
const gradientAt = (t: number) => ({
  W: Float64Array.from([1, 2, 3, 4, 5, 6], (x) => Math.sin(x * t)),
  b: Float64Array.of(Math.cos(t), 0.1 * t),
});

async function train(method: Method, steps = 5) {
  const opt = await method.init(start);
  for (let t = 1; t <= steps; t++) opt.step(gradientAt(t));
  return opt;
}

test('each group is trained as by an optimizer of its own, bit for bit', async () => {
  const grouped = await train(
    groups([
      { match: { rank: 2 }, use: adamw({ lr: 0.1 }) },
      { match: otherwise, use: sgd({ lr: 0.2, momentum: 0.9 }) },
    ]),
  );
  const alone = [await adamw({ lr: 0.1 }).init({ W: start.W }), await sgd({ lr: 0.2, momentum: 0.9 }).init({ b: start.b })] as const;
  for (let t = 1; t <= 5; t++) {
    alone[0].step({ W: gradientAt(t).W });
    alone[1].step({ b: gradientAt(t).b });
  }
  assert.deepEqual(grouped.params.W, alone[0].params.W);
  assert.deepEqual(grouped.params.b, alone[1].params.b);
  assert.deepEqual(Object.keys(grouped.params), ['W', 'b']);
  assert.deepEqual(Object.keys(grouped.state['adamw.m'] ?? {}), ['W']);
});

test('what is chained before groups sees all parameters', async () => {
  const use = sgd({ lr: 0.1 });
  const grouped = await train(
    chain(
      clipByGlobalNorm(0.5),
      groups([
        { match: 'W', use },
        { match: 'b', use },
      ]),
    ),
    1,
  );
  const { W, b } = gradientAt(1);
  const norm = Math.hypot(...W, ...b);
  const right = Float64Array.from(start.b, (w, i) => w - 0.1 * (0.5 / norm) * b[i]!);
  for (let i = 0; i < 2; i++) assert.ok(Math.abs(grouped.params.b[i]! - right[i]!) < 1e-15);
  assert.deepEqual(Object.keys(grouped.hyper), ['maxNorm', 'sgd.lr', 'sgd2.lr']);
});

test('hyperparameters belong to a group by name, and overrides to the group alone', async () => {
  const use = adamw({ lr: 0.1, weightDecay: 0.1 });
  const opt = await groups([
    { match: 'W', use },
    { match: 'b', use, weightDecay: 0, name: 'plain' },
  ]).init(start);
  assert.equal(opt.hyper['plain.weightDecay'], 0);
  assert.equal(opt.hyper['adamw.weightDecay'], 0.1);
  opt.hyper['plain.lr'] = 0;
  opt.step(gradientAt(1));
  assert.deepEqual(opt.params.b, start.b);
  assert.notDeepEqual(opt.params.W, start.W.values);
  assert.throws(() => (opt.hyper['lr'] = 1), /lr is not in the equations of this optimizer, which has adamw.lr, /);
});

test('a parameter belongs to exactly one group', async () => {
  const use = sgd();
  const none = groups([{ match: 'W', use }]).init(start);
  await assert.rejects(none, { name: 'ArrayError', message: /no group matches b, which has the shape \[2\]; the groups are sgd \("W"\)/ });
  const two = groups([
    { match: /W/, use },
    { match: '*', use },
  ]).init(start);
  await assert.rejects(two, { message: /two groups match W, which has the shape \[2, 3\]: sgd \(\/W\/\) and sgd2 \("\*"\)/ });
  const typo = groups([
    { match: 'w', use },
    { match: otherwise, use },
  ]).init(start);
  await assert.rejects(typo, { message: /the group sgd \("w"\) matches no parameter; there are W, b/ });
});

test('groups that make no sense are refused when they are made', () => {
  const use = sgd();
  assert.throws(() => groups([]), ThalwegError);
  assert.throws(
    () =>
      groups([
        { match: otherwise, use },
        { match: otherwise, use },
      ]),
    /two groups match otherwise/,
  );
  assert.throws(
    () =>
      groups([
        { match: 'a', use, name: 'x' },
        { match: 'b', use, name: 'x' },
      ]),
    /two groups are called x/,
  );
  assert.throws(
    () =>
      groups([
        { match: 'a', use: groups([{ match: 'b', use }]) },
        { match: 'c', use },
      ]),
    /has groups itself/,
  );
  assert.throws(() => groups([{ match: 'a', use, name: 'a.b' }]), /a dot/);
  // @ts-expect-error sgd has no beta1
  assert.throws(() => groups([{ match: 'a', use, beta1: 0.9 }]), OptionError);
  assert.throws(() => groups([{ match: 'a', use, lr: -1 }]), /lr must lie in \[0, ∞\)/);
});

test('a sum over all parameters in one group only is refused', async () => {
  const whole = optimizer({ name: 'whole', hyper: { lr: ['η', 0.1] }, equations: 'w ← w − η·g/‖g‖_all' });
  await assert.rejects(
    groups([
      { match: 'W', use: whole() },
      { match: 'b', use: sgd() },
    ]).init(start),
    /is missing in the group sgd/,
  );
});

test('a condition on the shape gives each tensor its own branch, and its own states', async () => {
  const byRank = optimizer({
    name: 'byRank',
    hyper: { lr: ['η', 1] },
    equations: `
      r ← rank ≥ 2 ? rowMean(g²) : r
      v ← rank < 2 ? v + g² : v
      u = rank ≥ 2 ? g / √r : g / √v
      w ← w − η·u·(rank ≥ 2 ? rows : 1)`,
  });
  const opt = await byRank().init({ M: tensor([2, 2], { values: new Float64Array(4) }), v: new Float64Array(2) });
  opt.step({ M: Float64Array.of(3, 4, 6, 8), v: Float64Array.of(2, -2) });
  const [a, b] = [Math.sqrt(12.5), Math.sqrt(50)];
  [3 / a, 4 / a, 6 / b, 8 / b].forEach((x, i) => assert.ok(Math.abs(opt.params.M[i]! + 2 * x) < 1e-15));
  assert.deepEqual(opt.params.v, Float64Array.of(-1, 1));
  assert.deepEqual(Object.keys(opt.state['byRank.r'] ?? {}), ['M']);
  assert.equal(opt.state['byRank.r']?.['M']?.length, 2);
  assert.deepEqual(Object.keys(opt.state['byRank.v'] ?? {}), ['v']);
});

test('frozen parameters rest: values, states and sums', async () => {
  const opt = await chain(clipByGlobalNorm(1), sgd({ lr: 1, momentum: 0.5 })).init(start);
  opt.freeze('b');
  opt.step({ W: Float64Array.of(3, 4, 0, 0, 0, 0), b: Float64Array.of(100, 100) });
  assert.deepEqual(opt.params.b, start.b);
  [1 - 3 / 5, -2 - 4 / 5].forEach((w, i) => assert.ok(Math.abs(opt.params.W[i]! - w) < 1e-15));
  opt.step({ W: new Float64Array(6) } as never);
  opt.unfreeze({ rank: 1 });
  opt.step({ W: new Float64Array(6), b: Float64Array.of(0.5, 0) });
  assert.deepEqual(opt.params.b, Float64Array.of(0, 0.25));
  assert.throws(() => {
    opt.freeze('c');
  }, /no parameter matches "c"; there are W, b/);
});

test('a parameter added later is trained as if from its own first step, and schedules go on', async () => {
  const lr = linear({ from: 0.1, to: 0, steps: 10 });
  const opt = await adamw({ lr }).init({ W: start.W });
  for (let t = 1; t <= 3; t++) opt.step({ W: gradientAt(t).W });
  const more = opt.add({ b: start.b });
  const alone = await adamw({ lr: (t) => lr.at(t + 3) }).init({ b: start.b });
  for (let t = 4; t <= 6; t++) {
    more.step(gradientAt(t));
    alone.step({ b: gradientAt(t).b });
  }
  assert.deepEqual(more.params.b, alone.params.b);
  assert.throws(() => opt.add({ b: start.b }), ArrayError);
  assert.throws(() => opt.add({ c: new Float32Array(1) }), /c is float32 and the others are float64/);
});

test('a removed parameter is gone from everything', async () => {
  const opt = await train(adamw({ lr: 0.1 }), 1);
  const { b } = opt.params;
  opt.remove('b');
  assert.deepEqual(Object.keys(opt.params), ['W']);
  assert.deepEqual(Object.keys(opt.state['adamw.m'] ?? {}), ['W']);
  const before = b.slice();
  opt.step({ W: gradientAt(2).W } as never);
  assert.deepEqual(b, before);
  assert.throws(() => opt.step(gradientAt(3)), /there is no parameter b/);
});

test('tied names are one parameter, and their gradients add up', async () => {
  const opt = await sgd({ lr: 1 }).init({ embedding: Float64Array.of(1, 2), head: tied('embedding') });
  assert.equal(opt.params.head, opt.params.embedding);
  opt.step({ embedding: Float64Array.of(1, 0), head: Float64Array.of(2, 1) });
  assert.deepEqual(opt.params.embedding, Float64Array.of(-2, 1));
  opt.step({ head: Float64Array.of(1, 1) } as never);
  await assert.rejects(sgd().init({ a: Float64Array.of(1), b: tied('c') }), /b is tied to c, and there is no parameter of that name/);
});

test('an average in a chain is where to evaluate, the parameters before the first step, and only in its own group', async () => {
  const opt = await groups([
    { match: 'W', use: chain(sgd({ lr: 1 }), ema({ decay: 0.5 })) },
    { match: 'b', use: sgd({ lr: 1 }) },
  ]).init(start);
  assert.deepEqual(opt.evaluate().W, start.W.values);
  for (let t = 1; t <= 3; t++) opt.step(gradientAt(t));
  assert.deepEqual(opt.evaluate().W, opt.state['ema.w_bar']?.['W']);
  assert.notDeepEqual(opt.evaluate().W, opt.params.W);
  assert.equal(opt.evaluate().b, opt.params.b);
});
