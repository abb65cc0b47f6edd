/** What would silently do nothing is refused, with what would do something. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as library from 'thalweg';
import { adam, chain, clipByGlobalNorm, ema, fromage, groups, l2, lookahead, nonNegative, OptionError, optimizer, otherwise, sgd, weightDecay, ThalwegError, transform, type Method } from 'thalweg'; // prettier-ignore
import { programOf } from '../src/define/program.ts';

const w = { w: new Float32Array(2) };
const inVain = (error: unknown): boolean =>
  error instanceof ThalwegError &&
  error.message.includes('changes g after the last equation that reads it, so it does nothing; put it before the optimizer');

describe('a change of the gradient that nothing reads', () => {
  const factories = Object.entries<unknown>(library).flatMap(([name, value]) => {
    const definition: unknown = typeof value === 'function' ? Reflect.get(value, 'definition') : undefined;
    return definition === undefined ? [] : [[name, (value as () => Method)()] as const];
  });
  for (const [name, method] of [...factories, ['clipByGlobalNorm', clipByGlobalNorm(1)] as const]) {
    const program = programOf(method.groups[0] ?? assert.fail());
    const writes = [...program.writes.keys()].map(String);
    if (writes.length > 0) continue;
    test(`${name} behind the optimizer`, async () => {
      await assert.rejects(chain(sgd(), method).init(w), inVain);
      await assert.rejects(chain(chain(adam(), method), ema()).init(w), inVain);
      await assert.rejects(groups([{ match: otherwise, use: chain(sgd(), method) }]).init(w), inVain);
      await chain(chain(l2(0.1), method), sgd()).init(w);
      await chain(sgd(), method, adam()).init(w);
    });
  }
  test('what changes w or a state behind the optimizer is in its place', async () => {
    for (const after of [ema(), lookahead(), nonNegative(), weightDecay(0.1)]) await chain(sgd(), after).init(w);
    const both = transform({ name: 'both', hyper: {}, equations: 'g = 2·g; seen ← seen + g' });
    await chain(sgd(), both()).init(w);
  });
  test('one within the equations of one optimizer', async () => {
    await assert.rejects(optimizer({ name: 'x', hyper: {}, equations: 'w ← w − g; g = 2·g' })().init(w), inVain);
  });
});

test('a value for a hyperparameter that the equations do not read', () => {
  const mine = optimizer({ name: 'mine', hyper: { lr: ['η', 1], beta: ['β', 0.9] }, equations: 'w ← w − η·g' });
  for (const make of [() => mine({ beta: 0.5 }), () => sgd({ dampening: 0.5 }), () => fromage({ eps: 1e-3 })]) {
    assert.throws(
      make,
      (error) => error instanceof OptionError && error.message.includes('has no effect, since the equations do not read it'),
    );
  }
  for (const nothing of [mine(), sgd({ dampening: 0 }), sgd({ momentum: 0, l2: 0 }), adam({ l2: 0 })]) assert.ok(nothing.hyper.has('lr'));
});

test('names that are in no equation, and views that would be replaced', async () => {
  const opt = await adam().init(w);
  assert.throws(() => void Object.assign(opt.hyper, { learningRate: 1 }), /adam: learningRate is not in the equations/);
  assert.equal(Reflect.deleteProperty(opt.hyper, 'lr'), false);
  for (const name of ['lr', 'learningRate']) assert.throws(() => Object.defineProperty(opt.hyper, name, { value: 3 }), TypeError);
  opt.hyper.lr = 0.5;
  assert.equal(opt.current.lr, 0.5);
  assert.throws(() => void Object.assign(opt.params, { w: new Float32Array(2) }), /cannot be replaced; copy into it/);
  assert.throws(() => void Object.assign(opt.hyper, { lr: NaN }), OptionError);
  opt.hyper.lr = library.constant(1);
  assert.throws(
    () => void Object.assign(opt.hyper, { lr: (opt.hyper.lr as unknown as number) * 0.5 }),
    /lr must lie in .* and NaN does not/,
  );
});
