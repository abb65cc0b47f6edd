/** Each rule gone wrong shows its fault, by the size that the mathematics says, and the library's own optimizer does not have it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { difference, figure, settingsOf, wrongRules, type SideBySide, type WrongRule } from '@thalweg/guide';
import { adadelta, adam, rmsprop, sgd, warmupCosine } from 'thalweg';

const rule = (id: string): WrongRule => wrongRules.find((one) => one.id === id)!;
const near = (actual: number, expected: number, tolerance: number): void =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${String(actual)} is not within ${String(tolerance)} of ${String(expected)}`);
const run = (id: string, settings = {}): Promise<SideBySide> => rule(id).measure({ ...settingsOf(rule(id)), ...settings });
const y = (points: SideBySide['wrong'], x: number): number => points.find((point) => point.x === x)!.y;

describe('rules gone wrong', () => {
  it('are eight, each with an id, knobs within their ranges and a statement', () => {
    assert.equal(wrongRules.length, 8);
    assert.equal(new Set(wrongRules.map(({ id }) => id)).size, 8);
    for (const { knobs, statement } of wrongRules) {
      for (const { fallback, low, high } of knobs) assert.ok(low <= fallback && fallback <= high);
      assert.match(statement, /\.$/);
    }
  });
  for (const one of wrongRules) {
    it(`${one.id}: ${one.statement}`, async () => {
      const outcome = await one.measure(settingsOf(one));
      assert.ok(outcome.holds, outcome.figure);
      assert.equal(outcome.wrong.length > 0 && outcome.right.length > 0, true);
      for (const [name, value] of Object.entries(outcome.values)) assert.ok(Number.isFinite(value), name);
      for (const { y: value } of outcome.right) assert.ok(Number.isFinite(value));
    });
    it(`${one.id}: every end of every slider can be measured`, async () => {
      for (const { name, low, high } of one.knobs) {
        for (const value of [low, high]) {
          const { figure: text, right } = await one.measure({ ...settingsOf(one), [name]: value });
          assert.match(text, /\d/, `${name} = ${String(value)}`);
          assert.ok(
            right.every((point) => Number.isFinite(point.y)),
            `${name} = ${String(value)}`,
          );
        }
      }
    });
  }
});

describe('what they measured', () => {
  it('multiplied: step t is (1 − β₁ᵗ)²/(1 − β₂ᵗ) times η, and Adam’s is η', async () => {
    const { wrong, right, values } = await run('multiplied');
    for (const t of [1, 5, 12, 100]) near(y(wrong, t), (1 - 0.9 ** t) ** 2 / (1 - 0.999 ** t), 1e-4 * y(wrong, t));
    for (const { y: step } of right) near(step, 1, 1e-6);
    const gone = Array.from({ length: 12 }, (_, i) => (1 - 0.9 ** (i + 1)) ** 2 / (1 - 0.999 ** (i + 1))).reduce((sum, step) => sum + step);
    near(values['ratio']!, gone / 12, 1e-3);
  });
  it('root: step t is √(1 − β₂ᵗ) times η', async () => {
    const { wrong } = await run('root');
    for (const t of [1, 10, 300]) near(y(wrong, t), Math.sqrt(1 - 0.999 ** t), 1e-6);
  });
  it('stale: the second step is made of the first gradient alone', async () => {
    const { wrong, values } = await run('stale');
    assert.equal(values['first'], 0);
    near(1 - y(wrong, 2), (0.3 * (0.1 / (1 - 0.9 ** 2))) / Math.sqrt(0.001 / (1 - 0.999 ** 2)), 1e-8);
    assert.ok(values['wrong']! > 0.3 && values['right']! < 1e-5);
  });
  it('accumulator: every step is that of gradient descent, and Adadelta’s is not', async () => {
    for (const curvature of [0.01, 0.5, 1.9, 2.1, 10]) {
      const { values, wrong } = await run('accumulator', { curvature });
      assert.equal(values['apart'], 0);
      near(y(wrong, 3), Math.abs(1 - curvature) ** 3, 1e-12 * Math.max(1, y(wrong, 3)));
      assert.equal(values['far']! > 1, curvature > 2, `curvature ${String(curvature)}`);
    }
    const opt = await adadelta({ lr: 1 }).init({ w: Float64Array.of(1) });
    opt.step({ w: Float64Array.of(1) });
    near(1 - opt.params.w[0]!, Math.sqrt(1e-6 / (0.1 + 1e-6)), 1e-15);
  });
  it('radicand: NaN comes where the variance βᵗ(1 − βᵗ)·g² falls below ε, or never', async () => {
    assert.equal((await run('radicand')).values['at'], 88);
    assert.equal((await run('radicand', { gradient: 1 })).values['at'], 175);
    assert.equal((await run('radicand', { gradient: 1e-5 })).values['at'], 1);
    assert.equal((await run('radicand', { gradient: 1, rest: 0.01 })).values['at'], 0);
    for (const compat of ['torch', 'optax', 'keras', 'tfjs'] as const) {
      const opt = await rmsprop({ centered: true, compat }).init({ w: Float32Array.of(1) });
      for (let t = 0; t < 2000; t++) opt.step({ w: Float32Array.of(1e-4) });
      assert.ok(Number.isFinite(opt.params.w[0]), compat);
    }
  });
  it('position: by name b is b alone, for any scale of a; by position only if a’s gradients were b’s', async () => {
    for (const scale of [0.01, 1, 100]) {
      const { values } = await run('position', { scale });
      assert.equal(values['apart'], 0);
      assert.ok(values['between']! > 0.01);
    }
    const { values } = await run('position');
    assert.ok(values['left']! > 0.5 && values['named']! < 1e-3);
  });
  it('float32: the figure is that of Math.fround, and from 3e−8 on nothing is left of 1 − β', async () => {
    const { values } = await run('float32');
    near(values['wrong']!, Math.abs(Math.fround(1 - Math.fround(0.9999)) / (1 - 0.9999) - 1), 1e-7);
    near(values['wrong']!, 1.66e-4, 1e-6);
    assert.ok(values['right']! < 6e-8);
    const lost = await run('float32', { rest: 2e-8 });
    assert.equal(lost.values['wrong'], 1);
    assert.ok(lost.values['step']! > 0.99e8 && Math.abs(lost.values['rightStep']! - 1) < 1e-3);
  });
  it('readback: the queue’s slope is the slower of host and device, or all three one after another', async () => {
    const { wrong, right } = await run('readback', { device: 0.3, latency: 1 });
    near(y(right, 100) - y(right, 99), 0.3, 1e-9);
    near(y(wrong, 100) - y(wrong, 99), 0.3 + 1 + 0.05, 1e-9);
    const fast = await run('readback', { device: 0.02, latency: 0.01 });
    near(y(fast.right, 100) - y(fast.right, 99), 0.05, 1e-9);
  });
  it('readback: the step and the rate do not depend on anything in the arrays', async () => {
    const opt = await sgd({ lr: warmupCosine({ peak: 1, warmup: 2, total: 10 }), momentum: 0.9 }).init(
      { w: new Float64Array(1), x: new Float64Array(1) },
      { nonFinite: 'propagate' },
    );
    opt.grads.x[0] = 1;
    opt.step();
    opt.params.w.fill(NaN);
    for (const arrays of Object.values(opt.state)) arrays['w']?.fill(NaN);
    const before = opt.params.x[0]!;
    opt.step();
    assert.equal(opt.t, 2);
    near(before - opt.params.x[0]!, 1.9, 1e-12);
  });
});

describe('marked lines', () => {
  const marked = (id: string): [string[], string[]] => {
    const { wrong, right } = difference(rule(id).sides.wrong.lines, rule(id).sides.right.lines);
    const names = (lines: typeof wrong): string[] => lines.filter((line) => line.marked).map(({ name }) => name.trim());
    return [names(wrong), names(right)];
  };
  it('are those that differ, or that have moved', () => {
    assert.deepEqual(marked('multiplied'), [
      ['\\hat{m}', '\\hat{v}'],
      ['\\hat{m}', '\\hat{v}'],
    ]);
    assert.deepEqual(marked('radicand'), [['u'], ['u']]);
    assert.deepEqual(marked('accumulator'), [['v'], ['v']]);
    assert.deepEqual(marked('stale'), [
      ['m', 'v'],
      ['m', 'v'],
    ]);
    assert.deepEqual(marked('position'), [[], []]);
  });
  it('the right lines are those of the library', () => {
    const joined = (id: string): string =>
      rule(id)
        .sides.right.lines.map(({ name, sign, value }) => `${name} &${sign} ${value}`)
        .join(' \\\\\n');
    assert.equal(`\\begin{aligned}\n${joined('multiplied')}\n\\end{aligned}`, adam().latex());
    assert.equal(`\\begin{aligned}\n${joined('radicand')}\n\\end{aligned}`, rmsprop({ centered: true }).latex());
    assert.equal(figure(1.66e-4, 2), '1.7e−4');
  });
});
