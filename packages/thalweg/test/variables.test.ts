/** Names of users and names of ours never meet: whatever an optimizer, its states and its inputs are called, it trains as it does otherwise. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adamw, chain, optimizer, tensor, type InitOptions, type Inputs, type Method } from 'thalweg';

/** Names that are, or once were, ours for something: arrays of a step, measures, copies, files. */
const names = [
  'observe', 'half', 'half of w', 'scales of a', 'scales of mine.m', 'evaluate', 'evaluation', 'input', 'policy', 'result', 'operand', 'w', 'g',
  'unscale', 'accumulate', 'maximize', 'state', 'measure', 'a.b', 'observe.update', 'input.update', 'optimizer', 'constructor', '__proto__',
]; // prettier-ignore
const states = ['update', 'gradient', 'w_t', 'g_t', 'x', 'evaluate', 'observe', 'scale', 'half', 'accumulated', 'unscale', 'constructor'];

/** Two states, of which one is known by `state`, on an optimizer called `name`; as arrays, with a first value and another point to evaluate at. */
const nasty = (name: string, state: string, input = 'loss'): Method =>
  optimizer({
    name,
    hyper: { lr: ['η', 0.1] },
    inputs: { [input]: ['ℓ', 'scalar'] },
    init: { [state]: '2·w' },
    evaluate: `w + 0.1·${state}`,
    equations: `${state} ← 0.9·${state} + 0.1·g; v ← 0.5·v + g²; w ← w − η·(${state} + ℓ·v)`,
  })();

const settings: readonly (readonly [string, InitOptions])[] = [
  ['plain', {}],
  ['observing', { observe: { signFlips: true } }],
  ['half', { half: 'bfloat16', observe: { signFlips: true } }],
  ['accumulating', { accumulate: 2, lossScale: 8, maximize: true, observe: true }],
  ['formats', { state: 'float8', nonFinite: 'skip' }],
];

/** What six steps make of a parameter, and what is told of them. */
async function trained(method: Method, options: InitOptions, input = 'loss'): Promise<unknown> {
  const opt = await method.init({ w: tensor([5, 7], { values: Float32Array.from({ length: 35 }, (_, i) => Math.sin(i)) }) }, options);
  for (let t = 1; t <= 6; t++) {
    const g = Float32Array.from({ length: 35 }, (_, i) => Math.cos(i * t));
    const inputs: Inputs = { [input]: 0.1 * t };
    if (options.half === undefined) opt.step({ w: g }, inputs);
    else {
      opt.half.grads.w.set(new Uint16Array(g.buffer).filter((_, i) => i % 2 === 1));
      opt.step(undefined, inputs);
    }
  }
  const observed = options.observe === undefined ? undefined : await opt.observe();
  const saved = await opt.save();
  const again = await method.init({ w: tensor([5, 7]) }, options);
  await again.load(saved);
  assert.deepEqual(again.params.w, opt.params.w);
  assert.deepEqual(again.state, opt.state);
  return [opt.params.w.slice(), opt.evaluate().w.slice(), observed, Object.keys(opt.state).length];
}

for (const [what, options] of settings) {
  test(`an optimizer trains alike whatever it and its states are called (${what})`, async () => {
    // Random rounding follows from no name of the optimizer's.
    const expected = await trained(nasty('mine', 'm'), options);
    for (const name of names) assert.deepEqual(await trained(nasty(name, 'update'), options), expected, `the optimizer ${name}`);
    for (const state of states) assert.deepEqual(await trained(nasty('observe', state), options), expected, `the state ${state}`);
  });
}

test('an input may be called as anything of ours', async () => {
  const options = { accumulate: 2, lossScale: 8, observe: { signFlips: true } } as const;
  const expected = await trained(nasty('mine', 'm'), options);
  for (const input of ['accumulated', 'unscale', 'lastUpdate', 'scale', 'v_1']) {
    assert.deepEqual(await trained(nasty('mine', 'm', input), options, input), expected, input);
  }
});

test('an input of the size of the parameter may be called as a state, and as anything of ours', async () => {
  const method = (owner: string, input: string, state: string): Method =>
    optimizer({
      name: owner,
      hyper: { lr: ['η', 0.5] },
      inputs: { [input]: ['h', 'tensor'] },
      equations: `${state} ← h + ${state}; w ← w − η·(g + ${state})`,
    })();
  const options = { accumulate: 1, observe: { signFlips: true } } as const;
  for (const [owner, input, state] of [
    ['input', 'x', 'y'],
    ['input', 'update', 'x'],
    ['observe', 'accumulated', 'update'],
    ['policy', 'unscale', 'accumulated'],
  ] as const) {
    const opt = await method(owner, input, state).init({ w: Float32Array.of(1) }, options);
    for (let t = 0; t < 2; t++) opt.step({ w: Float32Array.of(1) }, { [input]: { w: Float32Array.of(2) } });
    assert.deepEqual([...opt.params.w], [1 - 0.5 * 3 - 0.5 * 5], `${owner} with the input ${input} and the state ${state}`);
  }
});

test('copies of an optimizer in a chain have states of their own, whatever they are called', async () => {
  const one = (name: string): Method => optimizer({ name, hyper: {}, equations: 'm ← m + g; g = m' })();
  const chained = chain(one('a'), one('a2'), one('a'), one('a'), adamw());
  const opt = await chained.init({ w: Float32Array.of(1) });
  opt.step({ w: Float32Array.of(1) });
  assert.deepEqual(Object.keys(opt.state), ['a.m', 'a2.m', 'a3.m', 'a4.m', 'adamw.m', 'adamw.v']);
});

test('files keep the names that they had', async () => {
  const opt = await adamw().init({ w: tensor([4]) }, { observe: { signFlips: true } });
  assert.deepEqual(Object.keys(opt.state), ['adamw.m', 'adamw.v', 'observe.update']);
});
