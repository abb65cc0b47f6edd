/** Whatever is handed to a public function is taken, or refused by one of the library's own errors, which say what was wrong: never a bare TypeError. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as library from 'thalweg';
import {
  adamw,
  learningRateRange,
  minimize,
  optimizer,
  reduceOnPlateau,
  rows,
  sam,
  schedule,
  sgd,
  sparse,
  tensor,
  ThalwegError,
  tied,
} from 'thalweg';

class Something {
  readonly lr = 'fast';
}

/** Things that are nothing. Each is made anew, since what is handed over may be changed. */
const junk: readonly (readonly [string, () => unknown])[] = [
  ['undefined', () => undefined],
  ['null', () => null],
  ['a number', () => 7],
  ['NaN', () => NaN],
  ['a negative fraction', () => -0.5],
  ['a bigint', () => 7n],
  ['a string', () => 'lr'],
  ['an empty string', () => ''],
  ['a boolean', () => true],
  ['a symbol', () => Symbol('s')],
  ['an array', () => [1, 2]],
  ['an array of nothing', () => [null, undefined]],
  ['an array of objects', () => [{}, { use: 3 }]],
  ['an array of symbols', () => [Symbol('a')]],
  ['an object', () => ({})],
  ['an object with other keys', () => ({ unheardOf: 1, length: 2 })],
  ['an object of nulls', () => ({ lr: null, w: null, memory: null, lossScale: null, observe: null, optimizer: null, steps: null, match: null, use: null })],
  ['an object of symbols', () => ({ lr: Symbol('x'), w: Symbol('y'), peak: Symbol('z'), total: Symbol('t'), threads: Symbol('n') })],
  ['an object without a prototype', () => Object.create(null) as unknown],
  ['an object whose prototype has no constructor', () => Object.create(Object.create(null) as object) as unknown],
  ['an object that lies about its class', () => ({ constructor: 3, [Symbol.toStringTag]: 'Float32Array', shape: [1], dtype: 'float32' })],
  ['a promise', () => Promise.resolve(1)],
  ['an instance of a class', () => new Something()],
  ['a class', () => Something],
  ['a function', () => () => undefined],
  ['an async function', () => async () => Promise.resolve(3)],
  ['a date', () => new Date(0)],
  ['a map', () => new Map([['lr', 1]])],
  ['a regular expression', () => /x/],
  ['an error', () => new Error('not thrown')],
  ['a Float32Array', () => new Float32Array(2)],
  ['a Float64Array', () => new Float64Array(3)],
  ['an Int8Array', () => new Int8Array(4)],
  ['a DataView', () => new DataView(new ArrayBuffer(8))],
  ['an ArrayBuffer', () => new ArrayBuffer(8)],
  ['a tensor', () => tensor([2])],
  ['a tied name', () => tied('w')],
  ['rows', () => rows([0], new Float32Array(2))],
  ['a schedule', () => schedule('t')],
  ['a method', () => sgd()],
  ['a factory', () => sgd],
]; // prettier-ignore

/** Calls `run` and sees that what it throws, or its promise rejects with, is ours. */
async function refuses(what: string, run: () => unknown): Promise<void> {
  try {
    await run();
  } catch (error) {
    assert.ok(error instanceof ThalwegError, `${what}: ${error instanceof Error ? (error.stack ?? '') : String(error)}`);
    assert.ok(error.message.length < 2000, `${what}: a message that fills screens`);
  }
}

type Call = (...args: never[]) => unknown;

/** Puts every thing that is nothing into every place of a call, and in two at once. */
async function sweep(name: string, call: Call, right: () => readonly unknown[] | Promise<readonly unknown[]>): Promise<void> {
  const { length } = await right();
  for (let place = 0; place < length; place++) {
    for (const [what, make] of junk) {
      const args = [...(await right())];
      args[place] = make();
      await refuses(`${name}, ${what} at place ${String(place)}`, () => Reflect.apply(call, undefined, args) as unknown);
    }
  }
  for (const [what, make] of junk) await refuses(`${name}, ${what} alone`, () => Reflect.apply(call, undefined, [make()]) as unknown);
  await refuses(`${name}, nothing`, () => Reflect.apply(call, undefined, []) as unknown);
}

/** An optimizer to call. */
const make = () => adamw().init({ w: new Float32Array(2), head: tied('w'), E: sparse([2, 2]) }, { nonFinite: 'skip' });
const gradients = () => ({ w: new Float32Array(2), E: rows([0], new Float32Array(2)) });
const bowl = (w: Float64Array, g: Float64Array): number => ((g[0] = 2 * w[0]!), w[0]! ** 2);

/** What a function of index.ts is given where nothing is wrong; a function that is not here takes options alone, or nothing. */
const right: Readonly<Record<string, () => readonly unknown[] | Promise<readonly unknown[]>>> = {
  chain: () => [sgd(), sgd()],
  groups: () => [[{ match: 'w', use: sgd() }]],
  optimizer: () => [{ name: 'x', hyper: { lr: ['η', 1] }, equations: 'w ← w − η·g' }],
  transform: () => [{ name: 'x', hyper: { c: ['c', 1] }, equations: 'g = c·g' }],
  tensor: () => [[2], { values: new Float32Array(2) }],
  sparse: () => [[2, 2], { dtype: 'float64' }],
  tied: () => ['w'],
  rows: () => [[0], new Float32Array(2)],
  schedule: () => ['a/t', { a: 1 }, 1],
  constant: () => [1],
  join: () => [[schedule('t'), schedule('t')], [5]],
  fromZero: () => [schedule('t')],
  spell: () => ['m̂'],
  nameToLatex: () => ['m_hat'],
  tokenize: () => ['mine', 'w ← w − g'],
  parseEquations: () => ['mine', 'w ← w − g'],
  parseExpression: () => ['mine', 'w − g'],
  printEquations: () => [library.parseEquations('mine', 'w ← w − g')],
  printExpression: () => [library.parseExpression('mine', 'w − g')],
  equationsToLatex: () => [library.parseEquations('mine', 'w ← w − g'), (name: string) => name],
  expressionToLatex: () => [library.parseExpression('mine', 'w − g'), (name: string) => name],
  numberNode: () => [1, '1'],
  nameNode: () => ['m_hat', 'm̂'],
  operationNode: () => ['neg', [library.numberNode(1)], 'tensor'],
  namesIn: () => [library.parseExpression('mine', 'w − g')],
  substitute: () => [library.parseExpression('mine', 'w − g'), () => library.numberNode(1)],
  renameNames: () => [library.parseEquations('mine', 'w ← w − g'), new Map([['g', library.nameNode('h')]])],
  inspect: () => [sgd()],
  instrument: () => [sgd()],
  flatten: () => [library.inspect(sgd()).groups[0]],
  minimize: () => [bowl, Float64Array.of(1), { optimizer: sgd(), steps: 2 }],
  learningRateRange: () => [{ make, train: () => 1, steps: 3 }],
  reduceOnPlateau: async () => [await make(), {}],
  sam: async () => [await sgd().init({ w: Float64Array.of(1) }), () => 1, {}],
  asam: async () => [await sgd().init({ w: Float64Array.of(1) }), () => 1, {}],
};

const isClass = (value: unknown): boolean => typeof value === 'function' && /^class\b/.test(Function.prototype.toString.call(value));

describe('every function that the package exports', () => {
  for (const [name, value] of Object.entries<unknown>(library)) {
    if (typeof value !== 'function' || isClass(value)) continue;
    test(name, () => sweep(name, value as Call, right[name] ?? (() => [{}])));
  }
});

describe('options, one by one', () => {
  for (const [name, value] of Object.entries<unknown>(library)) {
    const definition: unknown = typeof value === 'function' ? Reflect.get(value, 'definition') : undefined;
    if (typeof definition !== 'object' || definition === null) continue;
    const { hyper, variants = {} } = definition as { hyper: object; variants?: object };
    test(name, async () => {
      for (const key of [...Object.keys(hyper), ...Object.keys(variants)]) {
        for (const [what, thing] of junk) await refuses(`${name}({ ${key} }), ${what}`, () => (value as Call)({ [key]: thing() } as never));
      }
    });
  }
  const init = ['backend', 'nonFinite', 'maximize', 'accumulate', 'lossScale', 'state', 'half', 'threads', 'memory', 'observe'];
  test('init', async () => {
    for (const key of init) {
      for (const [what, thing] of junk) {
        await refuses(`init({ ${key} }), ${what}`, () => sgd().init({ w: new Float32Array(1) }, { [key]: thing() }));
        for (const inner of ['initial', 'growth', 'backoff', 'interval', 'min', 'max', 'memory', 'offset', 'signFlips']) {
          await refuses(`init({ ${key}: { ${inner} } }), ${what}`, () => sgd().init({ w: new Float32Array(1) }, { [key]: { [inner]: thing() } }));
        }
      }
    }
  });
  test('parts of a definition', async () => {
    const whole = { name: 'x', hyper: { lr: ['η', 1, '(0, ∞)'] }, variants: {}, compatDefaults: {}, float32Defaults: {}, inputs: {}, init: {}, evaluate: 'w', keep: [], equations: 'w ← w − η·g' };
    for (const key of Object.keys(whole)) {
      for (const [what, thing] of junk) {
        for (const value of [thing(), { lr: thing() }, { lr: [thing(), thing(), thing()] }, [thing()]])
          await refuses(`optimizer({ ${key} }), ${what}`, () => optimizer({ ...whole, [key]: value } as never)({ lr: 1 }).init({ w: new Float32Array(1) }));
      }
    }
  });
  test('parts of a group', async () => {
    for (const key of ['match', 'use', 'name', 'lr', 'other']) {
      for (const [what, thing] of junk) {
        const declaration = { match: 'w', use: sgd(), [key]: thing() };
        await refuses(`groups([{ ${key} }]), ${what}`, () => library.groups([declaration as never]).init({ w: new Float32Array(1) }));
        await refuses(`a match of { rank }, ${what}`, () => library.groups([{ match: { rank: thing() } as never, use: sgd() }]).init({ w: new Float32Array(1) }));
      }
    }
  });
}); // prettier-ignore

describe('every method of an optimizer and of what makes one', () => {
  const calls: Readonly<Record<string, readonly [(...args: never[]) => unknown, () => readonly unknown[]]>> = {
    init: [(...args: [never, never]) => sgd().init(...args), () => [{ w: new Float32Array(2) }, {}]],
    'init of a name': [(thing: never) => sgd().init({ w: thing }), () => [new Float32Array(2)]],
    rewrite: [(...args: [never]) => sgd().rewrite(...args), () => [(text: string) => text]],
    at: [(...args: [never]) => schedule('t').at(...args), () => [3]],
    step: [async (...args: [never, never]) => (await make()).step(...args), () => [gradients(), {}]],
    'step with a gradient': [async (thing: never) => (await make()).step({ ...gradients(), w: thing }), () => [new Float32Array(2)]],
    'step with rows': [async (thing: never) => (await make()).step({ ...gradients(), E: thing }), () => [rows([0], new Float32Array(2))]],
    'step with indices': [async (...args: [never, never]) => (await make()).step({ ...gradients(), E: rows(...args) }), () => [[0], new Float32Array(2)]],
    'step with an input': [async (thing: never) => (await library.polyak().init({ w: new Float32Array(2) })).step(undefined, { loss: thing }), () => [3]],
    'step with an array as input': [async (thing: never) => (await library.sophia().init({ w: new Float32Array(2) })).step(undefined, { hessian: thing }), () => [{ w: new Float32Array(2) }]],
    'step with an array as input of a name': [async (thing: never) => (await library.sophia().init({ w: new Float32Array(2) })).step(undefined, { hessian: { w: thing } }), () => [new Float32Array(2)]],
    freeze: [async (...args: [never]) => { (await make()).freeze(...args); }, () => ['w']],
    unfreeze: [async (...args: [never]) => { (await make()).unfreeze(...args); }, () => ['w']],
    remove: [async (...args: [never]) => { (await make()).remove(...args); }, () => ['w']],
    add: [async (...args: [never]) => (await make()).add(...args), () => [{ b: new Float32Array(1) }]],
    hyper: [async (thing: never) => { (await make()).hyper.lr = thing; }, () => [1]],
    'hyper of another name': [async (key: never) => { Reflect.set((await make()).hyper, typeof key === 'object' ? 'x' : key, 1); }, () => ['lr']],
    params: [async (thing: never) => { Reflect.set((await make()).params, 'w', thing); }, () => [new Float32Array(2)]],
    restore: [async (thing: never) => { (await make()).restore(thing); }, () => [{ w: new Float32Array(2), E: new Float32Array(4) }]],
    'restore a name': [async (thing: never) => { (await make()).restore({ w: thing, E: new Float32Array(4), head: new Float32Array(2) }); }, () => [new Float32Array(2)]],
    load: [async (...args: [never]) => (await make()).load(...args), () => [new Uint8Array(3)]],
    loadFrom: [async (...args: [never]) => (await make()).loadFrom(...args), () => [{ size: 0, read: () => Promise.resolve() }]],
    'range of': [async (thing: never) => learningRateRange({ make: thing, train: thing }), () => [make]],
    'minimize from': [async (thing: never) => minimize(bowl as never, { w: thing } as never, { optimizer: sgd(), steps: 1 }), () => [Float64Array.of(1)]],
    'minimize with': [async (thing: never) => minimize(bowl, Float64Array.of(1), { optimizer: thing, steps: thing, tolerance: thing, signal: thing, onStep: thing }), () => [sgd()]],
    plateau: [async (thing: never) => reduceOnPlateau(await make()).step(thing), () => [3]],
    'sam step': [async (thing: never) => sam(await sgd().init({ w: Float64Array.of(1) }), () => 1)(thing), () => [{}]],
  };
  for (const [name, [call, args]] of Object.entries(calls)) test(name, () => sweep(name, call, args));
}); // prettier-ignore
