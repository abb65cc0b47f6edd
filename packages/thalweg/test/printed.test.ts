/** What console.log shows of an optimizer and of what it shows: what a person looks for, and no internals. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { adamw, minimize, sgd, tensor, tied } from 'thalweg';

test('every object of accessors is printed as the arrays or numbers that it holds', async () => {
  const opt = await adamw().init({ W: tensor([2, 2]), b: Float32Array.of(1, 2) }, { half: 'bfloat16' });
  for (const shown of [opt.params, opt.half.params, opt.half.grads, opt.half, opt.hyper, opt.state, opt.inputs, opt.evaluate()])
    assert.doesNotMatch(inspect(shown), /Getter|Setter|printed/);
  assert.equal(inspect(opt.params), inspect({ W: new Float32Array(4), b: Float32Array.of(1, 2) }));
  opt.params.b[0] = 7;
  assert.match(inspect(opt.params), /7, 2/);
  assert.match(inspect(opt.hyper), /lr: 0\.001/);
  const plain = await sgd().init({ b: Float32Array.of(1, 2) });
  assert.equal(inspect(plain.grads), inspect({ b: new Float32Array(2) }));
  assert.deepEqual(Reflect.ownKeys({ ...plain.params }), ['b']);
  await minimize(
    (w, g) => {
      g.a[0] = 0;
      assert.equal(inspect(w), inspect({ a: Float64Array.of(1) }));
      return 0;
    },
    { a: Float64Array.of(1) },
    { optimizer: sgd(), steps: 0 },
  );
});

test('an optimizer is printed in a few lines', async () => {
  const opt = await adamw().init({ W: tensor([2, 3]), b: new Float32Array(3), head: tied('W') }, { backend: 'fround' });
  opt.freeze('b');
  opt.step();
  const lines = [
    'Optimizer adamw, t = 1, backend fround, threads 1',
    '  W: float32 [2, 3]',
    '  b: float32 [3], frozen',
    '  head: tied to W',
  ];
  assert.equal(inspect(opt), lines.join('\n'));
  opt.dispose();
  assert.equal(inspect(opt), 'Optimizer adamw, disposed of');
  const many = await sgd().init(Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`w${String(i)}`, tensor([1])])));
  assert.equal(inspect(many).split('\n').length, 12);
  assert.match(inspect(many), / {2}and 40 more$/);
});
