/**
 * Zeros and small gradients give finite weights: every optimizer, with each option that chooses equations, each hyperparameter that may be 0 at 0 and
 * rates that start at 0, on gradients of 0, of zeros at first or in a row, and down to 1e-38, in both types. What is too large for a type ends in a
 * DivergenceError (`watch.test.ts`), but not in the optimizers named last.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OptionError, schedule, tensor, type HyperDeclaration, type Method } from 'thalweg';
import type { OptimizerFactory } from '@thalweg/guide';
import { factories, isForMatrices, table } from './table.ts';

type Options = Parameters<OptimizerFactory>[0] & object;

/** Gradients by step and element; elements 0 to 2 are the first row of the matrix, and those divisible by three its first column. */
const streams: Readonly<Record<string, (t: number, i: number) => number>> = {
  'of 0': () => 0,
  'of 0, and 1 from step 3 on': (t) => (t < 3 ? 0 : 1),
  'with a row and a column of 0': (_, i) => (i < 3 || i % 3 === 0 ? 0 : 1),
  'with a row and a column of 0, beside 1e6': (_, i) => (i < 3 || i % 3 === 0 ? 0 : 1e6),
  'of ±1e-38': (t, i) => ((t + i) % 2 === 0 ? 1e-38 : -1e-38),
  'of 1e-20, 1 and 0': (_, i) => (i % 2 === 0 ? 1e-20 : i % 3 === 0 ? 0 : 1),
};

/** The defaults; options that are words or switches, alone and as the rows of the table combine them; zeros; and a rate from 0. */
function optionsOf(name: string): readonly Options[] {
  const definition = factories.get(name)?.definition;
  const found = new Map<string, Options>();
  const add = (options: Options): unknown => found.set(JSON.stringify(options), options);
  add({});
  for (const [option, words] of Object.entries<false | readonly string[]>(definition?.variants ?? {}))
    for (const word of words === false ? [true] : words) add({ [option]: word });
  for (const { ours } of table.cases.filter(({ ours: [other] }) => other === name))
    add(Object.fromEntries(Object.entries(ours[1]).filter(([option]) => Object.hasOwn(definition?.variants ?? {}, option))));
  for (const [option, [, , range = '[0, ∞)']] of Object.entries<HyperDeclaration>(definition?.hyper ?? {}))
    if (range.startsWith('[0')) add({ [option]: 0 });
  return [...found.values(), { lr: schedule('0.01·min(1, (t − 1)/5)') }];
}

/** The method, or undefined where these options are refused. */
function made(name: string, options: Options): Method | undefined {
  try {
    return factories.get(name)?.(options);
  } catch (error) {
    if (error instanceof OptionError) return undefined;
    throw error;
  }
}

/** The first step after which a weight is not finite; 0 where there is none, or where a rate of 0 is refused. */
async function brokenAt(
  method: Method,
  name: string,
  dtype: 'float32' | 'float64',
  stream: (t: number, i: number) => number,
): Promise<number> {
  const shapes = isForMatrices(name) ? { matrix: [4, 3] } : { matrix: [4, 3], vector: [5], zero: [1] };
  const parameters = Object.entries(shapes).map(([key, shape]) => [key, tensor(shape, { dtype })] as const);
  const opt = await method.init(Object.fromEntries(parameters), { nonFinite: 'propagate' }).catch((error: unknown) => {
    if (error instanceof OptionError) return undefined;
    throw error;
  });
  if (opt === undefined) return 0;
  for (const [key, w] of Object.entries(opt.params)) if (key !== 'zero') w.forEach((_, i) => (w[i] = Math.sin(i + 1)));
  let broken = 0;
  for (let t = 1; t <= 6 && broken === 0; t++) {
    for (const g of Object.values(opt.grads)) g.forEach((_, i) => (g[i] = stream(t, i)));
    const hessian = Object.fromEntries(Object.entries(opt.grads).map(([key, g]) => [key, g.map((x) => Math.abs(x))]));
    opt.step(opt.grads, method.inputs.includes('loss') ? { loss: 1 } : method.inputs.includes('hessian') ? { hessian } : {});
    if (!Object.values(opt.params).every((w) => w.every(Number.isFinite))) broken = t;
  }
  opt.dispose();
  return broken;
}

for (const name of factories.keys()) {
  test(`${name} keeps weights finite`, async () => {
    const broken: string[] = [];
    for (const options of optionsOf(name)) {
      const method = made(name, options);
      if (method === undefined) continue;
      for (const dtype of ['float32', 'float64'] as const) {
        for (const [text, stream] of Object.entries(streams)) {
          const at = await brokenAt(method, name, dtype, stream);
          if (at > 0) broken.push(`${name}(${JSON.stringify(options)}), ${dtype}, gradients ${text}: at step ${String(at)}`);
        }
      }
    }
    assert.deepEqual(broken, []);
  });
}

test('Adafactor, FTRL and COCOB train on gradients whose squares float32 cannot hold', async () => {
  for (const name of ['adafactor', 'ftrl', 'cocob']) {
    for (const options of optionsOf(name).filter((options) => !('eps' in options))) {
      const method = made(name, options);
      if (method === undefined) continue;
      const opt = await method.init({ w: new Float32Array(12).fill(1), v: new Float32Array(1).fill(1) }).catch(() => undefined);
      for (let t = 1; opt !== undefined && t <= 6; t++) {
        for (const g of Object.values(opt.grads)) g.forEach((_, i) => (g[i] = i % 3 === 1 ? 1 : 1e20));
        opt.step();
      }
      if (opt !== undefined)
        assert.ok(
          Object.values(opt.params).every((w) => w.every(Number.isFinite)),
          JSON.stringify(options),
        );
    }
  }
});
