/**
 * What an optimizer does on the host for each step is at most linear in the number of parameters. Counted, not timed: elements that methods of arrays
 * walk over, look-ups in maps and sets, and reads of what was handed over.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  chain,
  clipByGlobalNorm,
  optimizer,
  rows,
  scheduleFreeSgd,
  sgd,
  sparse,
  tied,
  type Declared,
  type Method,
  type Optimizer,
} from 'thalweg';

/** Counts work while `run` runs. */
function work(run: (watched: <T extends object>(object: T) => T) => void): number {
  let count = 0;
  const undo: (() => void)[] = [];
  const watch = (owner: object, names: readonly string[], weigh: (self: { length?: number }) => number): void => {
    for (const name of names) {
      const original = Reflect.get(owner, name) as (...args: unknown[]) => unknown;
      const counted = function (this: { length?: number }, ...args: unknown[]): unknown {
        count += weigh(this);
        return Reflect.apply(original, this, args);
      };
      const own = Object.getOwnPropertyDescriptor(owner, name) ?? {};
      Object.defineProperty(owner, name, { ...own, value: counted });
      undo.push(() => void Object.defineProperty(owner, name, own));
    }
  };
  const walks = ['includes', 'indexOf', 'find', 'findIndex', 'some', 'every', 'filter', 'map', 'flatMap', 'forEach', 'slice', 'reduce'];
  watch(Array.prototype, walks, (self) => self.length ?? 0);
  watch(Map.prototype, ['get', 'has', 'set'], () => 1);
  watch(Set.prototype, ['has', 'add'], () => 1);
  watch(Object, ['hasOwn', 'keys', 'entries'], () => 1);
  const watched = <T extends object>(object: T): T =>
    new Proxy(object, {
      get: (target, key) => ((count += 1), Reflect.get(target, key) as unknown),
      getOwnPropertyDescriptor: (target, key) => ((count += 1), Reflect.getOwnPropertyDescriptor(target, key)),
    });
  try {
    run(watched);
  } finally {
    for (const one of undo) one();
  }
  return count;
}

const curvature = optimizer({
  name: 'curvature',
  hyper: { lr: ['η', 1] },
  inputs: { hessian: ['h', 'tensor'] },
  equations: 'w ← w − η·g/h',
});
const names = (n: number): string[] => Array.from({ length: n }, (_, i) => `p${String(i)}`);
const arrays = (n: number, value = 1): Record<string, Float64Array> =>
  Object.fromEntries(names(n).map((name) => [name, Float64Array.of(value)]));

async function make(
  method: Method,
  n: number,
  options: object,
  others: (name: string) => Record<string, Declared> = () => ({}),
): Promise<Optimizer> {
  return method.init(
    Object.assign({}, ...names(n).map((name) => ({ [name]: Float64Array.of(1), ...others(name) }))) as Record<string, Declared>,
    options,
  );
}

type Case = readonly [string, (n: number) => Promise<(watched: <T extends object>(object: T) => T) => void>];

const throws = (run: () => unknown): void => {
  assert.throws(run, /NaN|missing|there is no/);
};

const cases: readonly Case[] = [
  ['gradients handed over', async (n) => {
    const opt = await make(sgd(), n, {});
    return (watched) => void opt.step(watched(arrays(n)));
  }],
  ['gradients handed over in nested objects and arrays', async (n) => {
    const layers = () => names(n / 2).map(() => ({ W: Float64Array.of(1), b: Float64Array.of(1) }));
    const opt = await sgd().init({ layers: layers() });
    return (watched) => void opt.step({ layers: watched(layers()) });
  }],
  ['gradients of tied parameters', async (n) => {
    const opt = await make(sgd(), n, {}, (name) => ({ [`${name}'`]: tied(name) }));
    const handed = Object.fromEntries(names(n).flatMap((name) => [[name, Float64Array.of(1)], [`${name}'`, Float64Array.of(2)]]));
    return (watched) => void opt.step(watched(handed));
  }],
  ['one parameter with many names', async (n) => {
    const aliases = Object.fromEntries(names(n).map((name) => [name, tied('w')]));
    const opt: Optimizer = await sgd().init({ w: Float64Array.of(1), ...aliases });
    return (watched) => void opt.step(watched(arrays(n)));
  }],
  ['rows of many tables', async (n) => {
    const opt: Optimizer = await sgd().init(Object.fromEntries(names(n).map((name) => [name, sparse([2, 1], { dtype: 'float64' })])));
    const handed = Object.fromEntries(names(n).map((name) => [name, rows([1], Float64Array.of(1))]));
    return (watched) => void opt.step(watched(handed));
  }],
  ['inputs that are arrays', async (n) => {
    const opt = await make(curvature(), n, {});
    return (watched) => void opt.step(watched(arrays(n)), { hessian: watched(arrays(n)) });
  }],
  ['accumulation', async (n) => {
    const opt = await make(sgd(), n, { accumulate: 2 });
    return (watched) => [0, 1].forEach(() => void opt.step(watched(arrays(n))));
  }],
  ['many additions, each with a place of its own', async (n) => {
    const opt: Optimizer = await sgd().init({ first: Float64Array.of(1) });
    for (const name of names(n)) opt.add({ [name]: Float64Array.of(1) });
    return (watched) => void opt.step(watched({ first: Float64Array.of(1), ...arrays(n) }));
  }],
  ['a gradient that is not finite', async (n) => {
    const opt = await make(chain(clipByGlobalNorm(1), sgd()), n, { nonFinite: 'throw' });
    return (watched) => { throws(() => opt.step(watched(arrays(n, NaN)))); };
  }],
  ['a gradient that is missing, and one too many', async (n) => {
    const opt = await make(sgd(), n, {});
    return (watched) => {
      throws(() => opt.step(watched(arrays(n - 1))));
      throws(() => opt.step(watched(arrays(n + 1))));
    };
  }],
  ['views that were filled', async (n) => {
    const opt = await make(sgd(), n, {});
    return () => { opt.step(); opt.zeroGrad(); };
  }],
  ['observing', async (n) => {
    const opt = await make(sgd(), n, { observe: { signFlips: true } });
    return () => (opt.step(), void opt.observe());
  }],
  ['evaluating', async (n) => {
    const opt = await make(scheduleFreeSgd(), n, {});
    return () => (opt.step(), void opt.evaluate());
  }],
  ['freezing', async (n) => {
    const opt = await make(sgd(), n, {});
    return () => (opt.freeze('*'), opt.unfreeze('*'), opt.step());
  }],
]; // prettier-ignore

for (const [name, prepare] of cases) {
  test(name, async () => {
    const counted: number[] = [];
    for (const n of [60, 240]) {
      const run = await prepare(n);
      counted.push(work(run));
    }
    const [few = 0, many = 0] = counted;
    assert.ok(many <= 4.4 * few, `${String(few)} and ${String(many)}: for four times the parameters at most four times the work`);
    assert.ok(few > 0, 'the work is seen');
  });
}
