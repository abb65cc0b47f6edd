/** Parameters and groups may have any name: none of them meets a name of ours or of JavaScript's. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { adam, dAdaptation, groups, otherwise, sgd, tied, type Declared, type Optimizer } from 'thalweg';

const awkward = ['constructor', 'toString', 'hasOwnProperty', 'valueOf', 'evaluate', 'value', 'w', 'g', 't', 'lr', 'rest', '0', '10', '', ' ', '*', 'a.b', 'a/b', 'adam.m', 'length', '__defineGetter__', 'prototype', 'then']; // prettier-ignore

test('parameters', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.constantFrom(...awkward), { minLength: 3, maxLength: 6 }), fc.nat(1), async (names, tie) => {
      const [alias = '', first = '', ...others] = names;
      const values = (name: string): Float64Array => Float64Array.of(1 + awkward.indexOf(name));
      const own = [first, ...others];
      const declared: Record<string, Declared> = Object.fromEntries(own.map((name) => [name, values(name)]));
      if (tie === 1) declared[alias] = tied(first);
      const opt: Optimizer = await adam({ lr: 0.1 }).init(declared, { observe: true });
      const plain: Optimizer = await adam({ lr: 0.1 }).init(Object.fromEntries(own.map((name, i) => [`p${String(i)}`, values(name)])));
      const step = (): void => {
        opt.step(Object.fromEntries(own.map((name) => [name === first && tie === 1 ? alias : name, values(name)])));
        plain.step(Object.fromEntries(own.map((name, i) => [`p${String(i)}`, values(name)])));
      };
      const same = (): void => {
        own.forEach((name, i) => {
          assert.deepEqual(opt.params[name], plain.params[`p${String(i)}`]);
          assert.deepEqual(opt.state['adam.m']?.[name], plain.state['adam.m']?.[`p${String(i)}`]);
        });
      };
      step();
      same();
      assert.deepEqual(Object.keys(await opt.observe()).toSorted(), Object.keys(declared).toSorted());
      const saved = await opt.save();
      const best = opt.snapshot();
      step();
      const again: Optimizer = await adam({ lr: 0.1 }).init(declared, { observe: true });
      await again.load(saved);
      own.forEach((name) => assert.deepEqual([...(again.params[name] ?? [])], [...(best[name] ?? [])]));
      opt.restore(best);
      assert.deepEqual(again.evaluate(), opt.params);
      opt.freeze(first.replaceAll('*', '*'));
      opt.remove(new RegExp(`^${first.replaceAll(/[*.]/g, '\\$&')}$`));
      assert.ok(!Object.keys(opt.params).includes(first));
    }),
    { numRuns: 60 },
  );
});

test('groups', async () => {
  for (const name of awkward.filter((one) => one !== '' && !one.includes('.'))) {
    const method = groups([{ match: 'a', use: dAdaptation(), name }, { match: otherwise, use: dAdaptation(), name: 'other' }]); // prettier-ignore
    const opt: Optimizer = await method.init({ a: Float64Array.of(1), b: Float64Array.of(2) });
    opt.step({ a: Float64Array.of(1), b: Float64Array.of(1) });
    for (const entry of Object.values(opt.state)) {
      const keys = Object.keys(entry);
      assert.ok(keys.join() === 'a,b' || keys.toSorted().join() === [name, 'other'].toSorted().join(), keys.join());
    }
    opt.hyper[`${name}.lr`] = 0.5;
    assert.equal(opt.hyper[`${name}.lr`], 0.5);
  }
});

test('a parameter called __proto__ is refused, and a group as well as any other', async () => {
  await assert.rejects(sgd().init(JSON.parse('{ "__proto__": 1 }') as Record<string, Float32Array>), /__proto__ cannot be the name/);
});
