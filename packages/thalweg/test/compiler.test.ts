/**
 * Compiling is bounded, and whatever a text is, it compiles on all backends alike or is refused at its place. Work is counted: nodes that the search
 * looked at, instructions, bytes of code; never time.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { adam, chain, EquationError, join, linear, optimizer, OptionError, schedule, tensor, UnsupportedError, type Backend, type Method } from 'thalweg'; // prettier-ignore
import { programOf } from '../src/define/program.ts';
import { limits } from '../src/language/limits.ts';
import { lowerToWasm } from '../src/targets/loops/wasm/wasm.ts';
import { cohorts } from '../src/plan/cohort.ts';
import type { DType } from '../src/plan/dtype.ts';
import { traffic } from '../src/plan/kernel.ts';
import { searchBudget } from '../src/plan/placement.ts';
import { planFor, prepare, type Plan } from '../src/plan/plan.ts';
import { damagedText, randomText } from './support/random-text.ts';

const runs = Number(process.env['THALWEG_FUZZ'] ?? 150);
const hyper = { lr: ['η', 0.1], beta1: ['β₁', 0.9, '[0, 1)'] } as const;
const define = (equations: string, more: object = {}): Method => optimizer({ name: 'mine', hyper, equations, ...more })();
const count = (n: number, line: (i: number) => string, separator = '\n'): string =>
  Array.from({ length: n }, (_, i) => line(i)).join(separator);

function refusal(make: () => unknown): EquationError {
  try {
    make();
  } catch (error) {
    assert.ok(error instanceof EquationError, `${String(error)} is an EquationError`);
    assertPlaced(error);
    return error;
  }
  return assert.fail('it was not refused');
}

/** Whether an error names its owner, line and column, and points there on a screen. */
function assertPlaced(error: EquationError): void {
  const { line, column, message } = error;
  const [head = '', shown = '', caret = '', ...more] = message.split('\n');
  assert.ok(line >= 1 && column >= 1, message);
  assert.ok(head.includes(`line ${String(line)}, column ${String(column)}: `), message);
  assert.match(caret, /^ *\^+$/);
  assert.ok(shown.startsWith(`  ${String(line)} | `) && more.length === 0, message);
  for (const one of [head, shown, caret]) assert.ok(one.length <= 400, `${String(one.length)} characters in one line`);
}

/** The plans of a few steps, with the work that placing writes took. */
function compiled(
  method: Method,
  dtype: DType,
  gated: boolean,
): { readonly plans: readonly Plan[]; readonly instructions: number; readonly bytes: number } {
  const [group = assert.fail()] = method.groups;
  const plans = cohorts(programOf(group), new Map([['w', [6, 4]]])).flatMap(({ program }) => {
    const variants = prepare(program, dtype, { gated });
    return [true, false].map((outcome) =>
      planFor(
        variants,
        variants.conditions.map(() => outcome),
      ),
    );
  });
  const kernels = plans.flatMap(({ passes }) => passes.map(({ kernel }) => kernel));
  return {
    plans,
    instructions: Math.max(0, ...plans.map(({ passes }) => passes.reduce((sum, { kernel }) => sum + kernel.code.length, 0))),
    bytes: Math.max(0, ...kernels.map((kernel) => lowerToWasm(kernel, { address: 'i32', shared: false }).length)),
  };
}

const sums = (n: number): string =>
  `x0 ← g\n${count(n - 1, (i) => `x${String(i + 1)} ← sum(x${String(i)}) + x${String(i)}`)}\nw ← w − η·x${String(n - 1)}`;

const large: Readonly<Record<string, string>> = {
  'sums that need each other': sums(60),
  'sums that need each other, in other order': `${count(60, (i) => `a${String(i)} ← a${String(i)} + sum(a${String((i * 7) % 60)}·g)·${i === 0 ? 'g' : `a${String(i - 1)}`}`)}\nw ← w − η·a59`,
  'remainders of remainders': `a = g${' mod w'.repeat(330)}\nb = w${' mod a'.repeat(330)}\nw ← w − b${' mod g'.repeat(330)}`,
  'remainders by numbers': `w ← w − g${count(490, (i) => ` mod ${String(i + 2)}`, '')}`,
  'powers of powers': `w ← ${'w^'.repeat(190)}w`,
  'many elementary functions':
    count(120, (i) => `x${String(i)} = exp(g·${String(i)}) + log(w) + cos(g)^η`) +
    `\nw ← w − η·(${count(120, (i) => `x${String(i)}`, ' + ')})`,
  'many states': `${count(190, (i) => `s${String(i)} ← 0.9·s${String(i)} + g·${String(i)}`)}\nw ← w − η·s0`,
  'states of states': `${count(190, (i) => `s${String(i)} ← s${String(i + 1)} + 1`)}\ns190 ← g\nw ← w − η·s0`,
  'conditions of the step': `w ← w − ${count(25, (i) => `(t > ${String(i)} ? g : w)`, ' + ')}`,
  'numbers that double': `x = rank\n${'x = x + x\n'.repeat(200)}w ← x > 5 ? g : w`,
  'matrices of matrices': `x0 = g\n${count(12, (i) => `x${String(i + 1)} = (x${String(i)} @ transpose(x${String(i)})) @ x${String(i)}`)}\nw ← w − η·x12`,
  'a deep text': `w ← w − ${'('.repeat(190)}g${')'.repeat(190)}`,
  'a long sum': `x = g\n${('x = x' + ' + g'.repeat(490) + '\n').repeat(3)}w ← w − x`,
  'scalars of scalars': `x = η\n${count(3, () => `x = x${' + sum(g)·t'.repeat(120)}`)}\nw ← w − x·g`,
};

describe('whatever is within the limits compiles with bounded work', () => {
  for (const [what, equations] of Object.entries(large)) {
    test(what, async () => {
      const method = define(equations);
      for (const dtype of ['float32', 'float64'] as const) {
        const { plans, instructions, bytes } = compiled(method, dtype, true);
        assert.ok(plans.length > 0);
        assert.ok(instructions <= 3 * limits.recomputed, `${String(instructions)} instructions`);
        assert.ok(bytes <= 2 ** 20, `${String(bytes)} bytes of code in one kernel`);
      }
      for (const [backend, make] of [
        ['wasm', Float32Array],
        ['fround', Float32Array],
        ['wasm', Float64Array],
        ['reference', Float64Array],
      ] as const) {
        for (const nonFinite of ['skip', 'propagate'] as const) {
          const opt = await method.init({ w: tensor([6, 4], { values: new make(24).fill(0.5) as Float32Array }) }, { backend, nonFinite });
          if (nonFinite === 'propagate') opt.step({ w: new make(24).fill(0.25) as Float32Array });
          opt.dispose();
        }
      }
    });
  }
});

test('a search for placements looks at a number of nodes that grows no faster than its share', () => {
  const workOf = (n: number): number => {
    const [group = assert.fail()] = define(sums(n)).groups;
    const program = programOf(group);
    return planFor(prepare(program, 'float64'), []).searched;
  };
  for (const n of [10, 20, 40, 60]) assert.ok(workOf(n) <= 1.2 * searchBudget, `${String(n)} sums: ${String(workOf(n))}`);
});

test('each sum of a chain reads one array and writes one, however long the chain is', () => {
  for (const n of [3, 10, 20, 40, 60]) {
    const { plans } = compiled(define(sums(n)), 'float64', false);
    const moved = plans[0]!.passes.reduce((sum, { kernel }) => sum + traffic(kernel).loads + traffic(kernel).stores, 0);
    assert.ok(moved <= 2 * n + 2, `${String(moved)} arrays for ${String(n)} sums`);
  }
});

describe('what is beyond a limit is refused at its place', () => {
  const beyond: Readonly<Record<string, string>> = {
    characters: `w ← w − g #${'x'.repeat(limits.characters)}`,
    symbols: count(800, (i) => `x${String(i)} = g`) + '\nw ← g',
    'symbols of an equation': `w ← g${' + g'.repeat(limits.equation / 2)}`,
    parentheses: `w ← ${'('.repeat(limits.nesting + 1)}g`,
    signs: `w ← ${'−'.repeat(limits.nesting + 1)}g`,
    roots: `w ← ${'√'.repeat(limits.nesting + 1)}g`,
    powers: `w ← ${'g^'.repeat(limits.nesting + 1)}g`,
    'a name': `w ← ${'x'.repeat(limits.name + 1)}`,
    'a number': `w ← ${'1'.repeat(limits.name + 1)}`,
    'an exponent': `w ← g${'ⁿ'.repeat(limits.name + 1)}`,
    'the largest number': 'w ← 1e999·g',
    states: `${count(limits.assignments + 1, (i) => `s${String(i)} ← g`)}\nw ← g`,
    operations: `a = g${' mod w'.repeat(490)}\nb = w${' mod a'.repeat(490)}\nw ← w − b${' mod g'.repeat(490)}`,
    levels: sums(limits.levels + 2),
    'what is computed again': `x = g\n${('x = x' + ' + g'.repeat(400) + '\n').repeat(3)}${count(50, () => 'x = x + sum(x)')}\nw ← w − x`,
    conditions: `w ← w − ${count(limits.conditions + 1, (i) => `(t > ${String(i)} ? g : w)`, ' + ')}`,
    divisors: `w ← w − ${count(limits.conditions + 1, (i) => `g/(η + ${String(i)})`, ' + ')}`,
    bounds: `w ← w − ${count(limits.conditions + 1, (i) => `min(g, η + ${String(i)})`, ' + ')}`,
    'conditions on the shape': `w ← w − ${count(limits.shapes + 1, (i) => `(size > ${String(i)} ? g : w)`, ' + ')}`,
  };
  for (const [what, equations] of Object.entries(beyond)) {
    test(what, () => void refusal(() => define(equations)));
  }
  test('a chain of many', () =>
    void refusal(() => chain(...Array.from({ length: 200 }, () => define('m ← m + g/(1 + t); g = m')), adam())));
  test('schedules in one another', () => {
    let nested = linear({ from: 1, to: 0, steps: 10 });
    refusal(() => { for (let i = 0; i < 400; i++) nested = join([nested, nested], [1 + i]); }); // prettier-ignore
  });
});

describe('mistakes that only kinds and forms show have a place', () => {
  for (const [equations, column, message] of [
    ['w ← w − rowMean(η)', 9, /needs an array/],
    ['w ← w − colMean(3)·g', 9, /needs an array/],
    ['w ← w − (g mod (gᵀ @ g))', 10, /do not broadcast/],
    ['w ← w − g·norm(t)', 11, /needs an array/],
    ['w ← w − (g @ g)', 10, /left matrix must have/],
    ['b ← gᵀ @ g; w ← b', 17, /w is rows × cols/],
    ['w ← b; b ← gᵀ @ g', 5, /w is rows × cols/],
    ['w ← w − newtonSchulz(g, g, 1, 1, 5, 0)', 9, /needs an array and the numbers/],
    ['w ← w − inverseRoot(g, 2, 0)', 9, /square/],
    ['w ← w − noise(g)', 9, /seed/],
    ['a ← g @ transpose(a); w ← w − η·g', 5, /would be transposed|left matrix must have/],
  ] as const) {
    test(equations, () => {
      const error = refusal(() => define(equations));
      assert.match(error.message, message);
      assert.equal(error.column, column);
    });
  }
  test('in init and in evaluate too', () => {
    assert.match(refusal(() => define('m ← m + g; w ← w − η·m', { init: { m: 'w + sum(η)' } })).message, /^mine, init of m, line 1/);
    assert.match(refusal(() => define('m ← m + g; w ← w − η·m', { init: { m: 'w @ w' } })).message, /^mine, init of m, line 1/);
    assert.match(refusal(() => define('m ← m + g; w ← w − η·m', { evaluate: 'w + rowSum(η)' })).message, /^mine, evaluate, line 1/);
    assert.match(
      refusal(() => define('m ← m + gᵀ @ g; w ← w − η·g', { evaluate: 'm' })).message,
      /do not broadcast|where to evaluate is rows × cols/,
    );
    assert.match(refusal(() => define('m ← m + g; w ← w − η·m', { init: { m: '' } })).message, /end of the text/);
    assert.match(refusal(() => define('m ← m + g; w ← w − η·m', { init: { w: '2·w' } })).message, /init names w/);
    assert.match(refusal(() => define('m̂ ← m̂ + g; w ← w − η·m̂', { init: { m̂: 'w', m_hat: 'g' } })).message, /twice/);
    refusal(() => define('a ← a + g; b ← b + a; w ← w − b', { init: { a: 'b', b: 'a' } }));
  });
});

async function stateAfter(method: Method, backend: Backend, wide: boolean): Promise<readonly number[]> {
  const values = [0.5, -1, 2, -0, 3e-3, 1e-40, 7, -0.25, 1, 0, 4, -2];
  const make = (scale: number): Float32Array => (wide ? Float64Array : Float32Array).from(values.map((x) => scale * x)) as Float32Array;
  const opt = await method.init({ w: tensor([4, 3], { values: make(1) }) }, { backend, nonFinite: 'propagate' });
  for (const scale of [1, -2, 0.5]) opt.step({ w: make(scale) });
  const all = [opt.params, ...Object.values(opt.state)].flatMap((views) => Object.values(views).flatMap((view) => [...view]));
  opt.dispose();
  return all;
}

/** Whether a text was accepted; one that was has to run, and on all backends alike. */
async function accepted(equations: string): Promise<boolean> {
  let method: Method;
  try {
    method = define(equations);
  } catch (error) {
    assert.ok(error instanceof EquationError, `${equations}\n${error instanceof Error ? (error.stack ?? '') : String(error)}`);
    assertPlaced(error);
    return false;
  }
  method.latex();
  if (!method.trains) return false;
  for (const [wide, script] of [
    [false, 'fround'],
    [true, 'reference'],
  ] as const) {
    assert.deepEqual(await stateAfter(method, 'wasm', wide), await stateAfter(method, script, wide), equations);
  }
  return true;
}

test('random texts of every operation on everything are refused at a place, or run on all backends alike', async () => {
  let ran = 0;
  await fc.assert(fc.asyncProperty(randomText, async (equations) => { if (await accepted(equations)) ran += 1; }), { numRuns: 4 * runs }); // prettier-ignore
  assert.ok(ran > runs / 4, `${String(ran)} texts ran`);
});

test('a number that a condition of the step puts in the place of an array stands for one of its form', async () => {
  const cases: readonly (readonly [equations: string, w: number])[] = [
    // The whole: the largest of each row is η.
    ['m ← −rowMax(η < η ? w : η)\nw ← w − η·m', 1 + 0.01],
    // A column, whose sum over one column is itself: twice η, then the sum of the gradients.
    ['w ← w − η·rowSum(t > 2 ? rowSum(g) : η)', 1 - 0.01 - 0.01 - 0.4],
    // Constants are decided earlier, and so are shapes.
    ['row = colSum(g)\nw ← w − η·colMax(−(pi ≠ 0.5 ? η : row))', 1 + 0.01],
    ['w ← w − η·rowSum(2 > 3 ? rowSum(g) : η)', 1 - 0.01],
    ['w ← w − η·rowSum(rank > 2 ? rowSum(g) : η)', 1 - 0.01],
    // Sums: over one row, and not over two elements.
    ['w ← w − η·sum(2 > 3 ? rowSum(g) : η)', 1 - 0.01],
    ['w ← w − η·sum(rank > 2 ? rowSum(g) : η)', 1 - 0.01],
    ['w ← w − η·sum(−(t > 9 ? rowSum(g) : −η))', 1 - 0.01],
    ['w ← w − η·‖t > 9 ? rowSum(g) : η‖', 1 - 0.01],
    // A square that stands beside a number in a sum: twice η in its one element.
    ['left = g @ transpose(g)\nw ← w − η·sum(η + (η < η ? left : η))', 1 - 0.02],
    ['left = g @ transpose(g)\nw ← w − η·‖η + (η < η ? η : left)‖', 1 - 1.01],
  ];
  for (const [equations, expected] of cases) {
    for (const backend of ['wasm', 'reference'] as const) {
      const opt = await define(equations).init({ w: tensor([1, 2], { values: Float64Array.of(1, 1) }) }, { backend });
      const steps = equations.includes('t > 2') ? 3 : 1;
      for (let t = 1; t <= steps; t++) opt.step({ w: Float64Array.of(1, 3) });
      for (const w of opt.params.w) assert.ok(Math.abs(w - expected) < 1e-15, `${equations} on ${backend}: ${String(w)}`);
    }
  }
});

test('damaged texts are refused at a place, or run on all backends alike', async () => {
  await fc.assert(fc.asyncProperty(damagedText, async (equations) => { await accepted(equations); }), { numRuns: 4 * runs }); // prettier-ignore
});

test('schedules are read with the same care', () => {
  fc.assert(
    fc.property(damagedText, (text) => {
      try {
        schedule(
          text
            .split('\n')
            .at(-1)!
            .replace(/^[^=←]*[=←]/, ''),
          { a: 0.1 },
        ).at(3);
      } catch (error) {
        assert.ok(error instanceof EquationError, error instanceof Error ? (error.stack ?? '') : '');
        assertPlaced(error);
      }
    }),
    { numRuns: 2 * runs },
  );
});

describe('definitions are checked before their equations are read', () => {
  const base = { name: 'mine', hyper, equations: 'w ← w − η·g' };
  const wrong: Readonly<Record<string, object>> = {
    'no name': { ...base, name: '' },
    'a name that is no text': { ...base, name: 3 },
    'a name with a line break': { ...base, name: 'a\nb' },
    'a name of many characters': { ...base, name: 'x'.repeat(10_000) },
    'no equations': { ...base, equations: undefined },
    'equations that give no text': { ...base, equations: () => 3 },
    'no hyperparameters': { ...base, hyper: null },
    'a hyperparameter without a default': { ...base, hyper: { lr: ['η'] } },
    'a default that is no number': { ...base, hyper: { lr: ['η', '1'] } },
    'a symbol that is no text': { ...base, hyper: { lr: [3, 1] } },
    'a symbol that is no name': { ...base, hyper: { lr: ['η + 1', 1] } },
    'an empty symbol': { ...base, hyper: { lr: ['', 1] } },
    'a symbol of odd characters': { ...base, hyper: { lr: ['😀', 1] } },
    'a symbol that is given': { ...base, hyper: { lr: ['w', 1] } },
    'the step as a symbol': { ...base, hyper: { lr: ['t', 1] } },
    'two symbols that are one': { ...base, hyper: { lr: ['η', 1], other: ['eta', 1] } },
    'a symbol of a hyperparameter and an input': { ...base, inputs: { loss: ['η', 'scalar'] } },
    'a name of a hyperparameter and an input': { ...base, inputs: { lr: ['ℓ', 'scalar'] } },
    'a name of a hyperparameter and a variant': { ...base, variants: { lr: false } },
    'an input of another kind': { ...base, inputs: { loss: ['ℓ', 'matrix'] } },
    'an input that is no declaration': { ...base, inputs: { loss: 'ℓ' } },
    'an option called __proto__': { ...base, hyper: JSON.parse('{"__proto__": ["η", 1]}') as object },
    'an option that is no name': { ...base, hyper: { 'a b': ['η', 1] } },
    'a variant that is no list': { ...base, variants: { form: 'a' } },
    'init that is no text': { ...base, init: { m: 3 } },
    'evaluate that is no text': { ...base, evaluate: 3 },
    'keep that is no list': { ...base, keep: 'm' },
  };
  for (const [what, definition] of Object.entries(wrong)) {
    test(what, () => {
      assert.throws(
        () => optimizer(definition as typeof base)(),
        (error) => error instanceof OptionError && error.message.length < 400,
      );
    });
  }
  test('constants of schedules', () => {
    for (const constants of [{ t: 1 }, { pi: 1 }, { 'a b': 1 }, { 'β₁': 1, beta1: 2 }, null, 3, { a: NaN }]) {
      assert.throws(() => schedule('1/t', constants as Record<string, number>), OptionError, JSON.stringify(constants));
    }
    assert.throws(() => schedule(3 as unknown as string), OptionError);
  });
  test('one input of two kinds in a chain', () => {
    const part = (kind: 'scalar' | 'tensor'): Method =>
      optimizer({ name: kind, hyper: {}, inputs: { h: ['h', kind] }, equations: 'g = g·h' })();
    assert.throws(() => chain(part('scalar'), part('tensor'), adam()), OptionError);
  });
});

test('what a message says of a long text, name or value fits on a screen', async () => {
  const long = 'x'.repeat(9612);
  const errors = [
    () => define(`w ← w − η·(${'g + '.repeat(200)}q)`),
    () => define(`w ← w − ${long}`),
    () => define(`w ← w − g ${' '.repeat(9000)} $`),
    () => adam({ [long]: 1 }),
    () => adam({ lr: long as unknown as number }),
    () => adam({ compat: long as 'torch' }),
    () => optimizer({ name: 'mine', hyper: { lr: ['η', 1, long] }, equations: 'w ← g' })(),
  ];
  for (const make of errors) {
    assert.throws(
      make,
      (error) => error instanceof Error && error.message.split('\n').every((line) => line.length <= 400) && error.message.length < 1200,
    );
  }
  await assert.rejects(
    adam().init({ [long]: Float32Array.of(1), w: long } as never),
    (error) => error instanceof Error && error.message.length < 1200,
  );
  await assert.rejects(
    adam().init({ w: Float32Array.of(1) }, { backend: long as 'wasm' }),
    (error) => error instanceof Error && error.message.length < 1200,
  );
});

test('a vector that would need a matrix is refused as documented', async () => {
  await assert.rejects(define('w ← w − η·(g @ gᵀ) @ g').init({ b: tensor([3]) }), UnsupportedError);
});
