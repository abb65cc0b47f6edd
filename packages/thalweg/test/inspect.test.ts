/** What `inspect` tells of a method is what the optimizer that runs has, for every method of the library. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  adam,
  adamw,
  chain,
  clipByGlobalNorm,
  cosine,
  flatten,
  groups,
  inspect,
  namesIn,
  nameNode,
  optimizer,
  otherwise,
  polyak,
  printEquations,
  printExpression,
  sgd,
  tensor,
  weightDecay,
  type Form,
  type InspectedPart,
  type Inspection,
  type Method,
  type SymbolRole,
} from 'thalweg';
import { everyMethod } from './support/plan-snapshot.ts';

const partsOf = ({ groups: all }: Inspection): readonly InspectedPart[] => all.flatMap(({ parts }) => parts);

describe('AdamW, told whole', () => {
  const schedule = cosine({ peak: 0.1, total: 10 });
  const [part] = partsOf(inspect(adamw({ lr: schedule, decay: 'independent' })));

  test('its equations', () => {
    assert.deepEqual(
      part!.equations.map(({ target, kind, form, line }) => [target.written, target.role, kind, form, line]),
      [
        ['m', 'state', 'array', 'rc', 2],
        ['v', 'state', 'array', 'rc', 3],
        ['m̂', 'temporary', 'array', 'rc', 5],
        ['v̂', 'temporary', 'array', 'rc', 6],
        ['w', 'parameter', 'array', 'rc', 8],
      ],
    );
    const [, , mHat, , w] = part!.equations;
    assert.equal(mHat!.text, 'm̂ = m / (1 − β₁ᵗ)');
    assert.deepEqual(mHat!.latex, { name: '\\hat{m}', sign: '=', value: '\\frac{m}{1 - \\beta_{1}^{t}}' });
    const roles = w!.reads.map(({ written, role, key }): [string, SymbolRole, string | undefined] => [written, role, key]);
    assert.deepEqual(roles, [
      ['w', 'parameter', undefined],
      ['η', 'hyperparameter', 'lr'],
      ['m̂', 'temporary', undefined],
      ['v̂', 'temporary', undefined],
      ['ε', 'hyperparameter', 'eps'],
      ['s', 'factor', 'lr'],
      ['λ', 'hyperparameter', 'weightDecay'],
    ]);
  });
  test('its states, hyperparameters and choices', () => {
    assert.deepEqual(part!.states.map(({ symbol, kind, form, init }) => [symbol.key, kind, form, init]), [['adamw.m', 'array', 'rc', undefined], ['adamw.v', 'array', 'rc', undefined]]); // prettier-ignore
    const [lr, beta1] = part!.hyper;
    assert.deepEqual([lr!.option, lr!.symbol, lr!.fallback, lr!.range, lr!.schedule, lr!.read], ['lr', 'η', 1e-3, '[0, ∞)', schedule, true]); // prettier-ignore
    assert.deepEqual([beta1!.range, beta1!.value, beta1!.schedule], ['[0, 1)', 0.9, undefined]);
    assert.equal(part!.choices['decay'], 'independent');
  });
});

describe('kinds', () => {
  const extents = (equations: string): Record<string, string> => {
    const [{ equations: all }] = partsOf(inspect(optimizer({ name: 'own', hyper: { lr: ['η', 1] }, equations })())) as [InspectedPart];
    return Object.fromEntries(all.map(({ target, kind, form }) => [target.name, form ?? kind]));
  };
  test('of temporaries, as of states', () => {
    const all = extents(
      'a = 1 − t\nb = ‖g‖_all\nc = ‖g‖_group\nd = a·‖g‖\ne = rowMean(g)\nf = colSum(g)\nh = g @ gᵀ\nk ← k + e·f\nw ← w − η·k',
    );
    assert.deepEqual(all, { a: 'host', b: 'all', c: 'group', d: 'tensor', e: 'r1', f: '1c', h: 'rr', k: 'rc', w: 'rc' });
  });
  test('of every expression inside', () => {
    const { groups: [group] } = inspect(adam()); // prettier-ignore
    const { value } = group!.parts[0]!.equations[0]!.equation; // β₁·m + (1 − β₁)·g
    assert.ok(value.kind === 'apply');
    const kinds = value.operands.flatMap((one) => (one.kind === 'apply' ? [one, ...one.operands] : [one])).map((one) => group!.extentOf(one).kind); // prettier-ignore
    assert.deepEqual(kinds, ['array', 'host', 'array', 'array', 'host', 'array']);
    assert.throws(() => group!.extentOf(nameNode('m')), RangeError);
  });
  test('a first value is an expression', () => {
    const method = optimizer({ name: 'own', hyper: {}, init: { z: '2·w' }, equations: 'z ← z − g; w ← z' })();
    const [state] = partsOf(inspect(method))[0]!.states;
    assert.equal(printExpression(state!.init!), '2·w');
  });
  test('an input, and where to evaluate', () => {
    const f = partsOf(inspect(polyak()))[0]!;
    assert.deepEqual(f.inputs, [{ name: 'loss', symbol: 'f', kind: 'scalar' }]);
    assert.ok([...f.symbols.values()].some(({ name, role, key }) => name === 'f' && role === 'input' && key === 'loss'));
    const method = optimizer({ name: 'own', hyper: {}, evaluate: 'a', equations: 'a ← a + w; w ← w − g' })();
    assert.deepEqual(namesIn(partsOf(inspect(method))[0]!.evaluate!), ['a']);
  });
});

/** How many elements a state of a matrix of 3 × 2 has. */
const counts: Readonly<Partial<Record<Form, number>>> = { rc: 6, r1: 3, '1c': 2, rr: 9, cc: 4 };

describe('is what the optimizer has', () => {
  const decaying = groups([
    { match: 'W', use: chain(weightDecay(0.1), adam()), name: 'matrix' },
    { match: otherwise, use: sgd({ momentum: 0.9 }) },
  ]);
  for (const [name, method] of [...everyMethod(), ['groups', chain(clipByGlobalNorm(1), decaying)] as const]) {
    test(name, async () => {
      const inspection = inspect(method);
      const opt = await method.init({ W: tensor([3, 2]) }, { threads: 1 });
      const states = inspection.groups.slice(0, 1).flatMap(({ parts }) => parts.flatMap((part) => part.states));
      // What only tensors of another shape need is no state of this one.
      const known = new Set(states.map(({ symbol }) => symbol.key));
      assert.deepEqual(Object.keys(opt.state).filter((key) => !known.has(key)), []); // prettier-ignore
      const shaped = partsOf(inspection).some(({ symbols }) => symbols.has('rank'));
      if (!shaped) assert.equal(known.size, Object.keys(opt.state).length);
      for (const { symbol, form, kind } of states) {
        const [array] = Object.values(opt.state[symbol.key!] ?? {});
        if (array !== undefined) assert.equal(array.length, form === undefined ? 1 : counts[form], `${symbol.key!} ${form ?? kind}`);
      }
      const read = partsOf(inspection).flatMap((part) => [...part.symbols.values()].filter(({ role }) => role === 'hyperparameter'));
      assert.deepEqual(new Set(read.map(({ key }) => key)), new Set(Object.keys(opt.hyper)));
      for (const { parts } of inspection.groups) {
        const own = parts.flatMap(({ owner, symbols }) => [...symbols.values()].map((one) => ({ ...one, owner })));
        const meanings = new Map<string, string>();
        for (const { unique, role, key, owner, name: spelling } of own) {
          const meant = role === 'temporary' ? `${owner} ${spelling}` : `${role} ${key ?? spelling}`;
          assert.equal(meanings.get(unique) ?? meant, meant, unique);
          meanings.set(unique, meant);
        }
      }
      opt.dispose();
    });
  }
});

describe('names that no other part has', () => {
  /** The equations of a chain as those of one optimizer, every name by the spelling that no other has. */
  function flat(method: Method): Method {
    const [group] = inspect(method).groups as [Inspection['groups'][number]];
    const hyper: Record<string, [string, number]> = {};
    for (const { role, unique, key } of group.parts.flatMap(({ symbols }) => [...symbols.values()]))
      if (role === 'hyperparameter') hyper[key!] = [unique, method.hyper.get(key!) as number];
    return optimizer({ name: 'flat', hyper, equations: printEquations(flatten(group)) })();
  }
  test('make one optimizer of a chain, which steps to the same bits', async () => {
    const method = chain(clipByGlobalNorm(0.5), adam({ lr: 0.1 }), adamw({ lr: 0.01, beta1: 0.5 }), sgd({ momentum: 0.9 }));
    const run = async (one: Method): Promise<Float64Array> => {
      const opt = await one.init({ w: Float64Array.of(1, -2, 3) });
      for (let t = 1; t <= 20; t++) {
        opt.grads.w.forEach((_, i) => (opt.grads.w[i] = Math.sin(t + i) + opt.params.w[i]!));
        opt.step();
      }
      return opt.params.w.slice();
    };
    assert.deepEqual(await run(flat(method)), await run(method));
  });
});
