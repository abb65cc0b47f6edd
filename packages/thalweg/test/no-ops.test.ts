/** What would silently do nothing is refused, with what would do something. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as library from 'thalweg';
import { adam, chain, clipByGlobalNorm, ema, fromage, groups, l2, lookahead, nonNegative, OptionError, ArrayError, optimizer, otherwise, sgd, weightDecay, ThalwegError, transform, type Method } from 'thalweg'; // prettier-ignore
import { programOf } from '../src/define/program.ts';

const w = { w: new Float32Array(2) };
const inVain = (error: unknown): boolean =>
  error instanceof ThalwegError &&
  error.message.includes('changes the gradient g after the optimizer has read it, so it has no effect; put it before the optimizer');

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

describe('an assignment to what is shown', () => {
  const array = new Float32Array(1);
  const refused = (at: object, key: PropertyKey, message: string): void => {
    assert.throws(() => Reflect.set(at, key, array), (error) => error instanceof ArrayError && error.message === message, message);
    assert.notEqual(Reflect.get(at, key), array);
  }; // prettier-ignore

  test('under a name that no parameter has says so, and what has a name like it', async () => {
    const opt = await adam().init({ weight: array, blocks: [{ wq: array.slice() }] }, { half: 'bfloat16' });
    const none = (role: string, at: string, meant = ''): string => `adam: opt.${role} has no ${at}, since there is no such parameter${meant}; opt.add adds parameters`;
    for (const [role, views] of [['params', opt.params], ['half.params', opt.half.params], ['half.grads', opt.half.grads]] as const) {
      refused(views, 'weigth', none(role, 'weigth', ' (did you mean weight?)'));
      refused(views, 'blocks.1.wq', none(role, 'blocks.1.wq', ' (did you mean blocks.0.wq?)'));
      refused(views.blocks, 1, none(role, 'blocks.1'));
      refused(views.blocks[0], 'wv', none(role, 'blocks.0.wv', ' (did you mean blocks.0.wq?)'));
    }
    assert.throws(() => Array.prototype.push.call(opt.params.blocks, array), ArrayError);
    assert.equal(opt.params.blocks.length, 1);
    const plain = await sgd().init({ w: array, E: library.sparse([2, 1]) });
    refused(plain.grads, 'E', 'sgd: opt.grads has no E, which is sparse; step takes its rows');
    refused(plain.grads, 'v', none('grads', 'v').replace('adam', 'sgd'));
    plain.add({ v: array.slice() });
    plain.step({ w: array, v: array } as { w: Float32Array });
    plain.remove('v');
    refused(plain.params, 'v', none('params', 'v').replace('adam', 'sgd'));
    assert.throws(() => Object.assign(plain.state, { m: {} }), TypeError);
    const { state, inputs } = await library.sophia().init({ w: array });
    assert.throws(() => Object.assign(state['m']!, { w: array }), TypeError);
    refused(inputs['hessian']!, 'v', 'sophia: opt.inputs.hessian.v cannot be assigned to; copy into its arrays');
    await assert.rejects(
      library.minimize((_, g) => (Object.assign(g, { v: array }), 0), { w: array }, { optimizer: sgd(), steps: 1 }),
      (error) => error instanceof ArrayError && error.message === 'minimize: g has no v, since there is no such parameter',
    );
  }); // prettier-ignore

  test('leaves what is shown as plain as it was, to whoever looks', async () => {
    const [opt, other] = [
      await adam().init({ w: array, blocks: [array.slice()] }),
      await sgd().init({ w: array, blocks: [array.slice()] }),
    ];
    assert.deepEqual(opt.params, other.params);
    assert.deepEqual(structuredClone(opt.params), { w: array, blocks: [array] });
    const walked: string[] = [];
    for (const name in opt.params) walked.push(name);
    assert.deepEqual(walked, ['w', 'blocks']);
    assert.ok(Array.isArray(opt.params.blocks) && (opt.params.blocks as unknown) instanceof Array);
    assert.equal(Object.prototype.toString.call(opt.params), '[object Object]');
    assert.deepEqual([...opt.params.blocks], [array]);
    assert.deepEqual((await adam().init(opt.params)).params, opt.params, 'and it can be given to another optimizer');
  });
});
