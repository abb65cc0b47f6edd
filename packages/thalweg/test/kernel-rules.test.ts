/** Every kernel of every optimizer and of random programs follows the rules that targets rely on, and each rule refuses a kernel that breaks it. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { optimizer } from 'thalweg';
import { programOf } from '../src/define/program.ts';
import { cohorts } from '../src/plan/cohort.ts';
import { blockOf, foldOf, type DType, type Fold } from '../src/plan/dtype.ts';
import { codingsOf, type StorageType } from '../src/plan/format.ts';
import { makeKernel, type Instruction, type Kernel } from '../src/plan/kernel.ts';
import { planFor, prepare } from '../src/plan/plan.ts';
import { kernelRules, verifyKernel } from '../src/plan/verify-kernel.ts';
import type { Program } from '../src/language/program.ts';
import { methods, planOf } from './support/plan-snapshot.ts';
import { randomEquations } from './support/random-program.ts';

const runs = Number(process.env['THALWEG_FUZZ'] ?? 150);

const types = [['float32', 'float32'], ['float32', 'bfloat16'], ['float32', 'float8'], ['float64', 'float32']] as const; // prettier-ignore

/** Verifies the kernels of a program for the outcomes that are all alike, and with every rule of the exact plan and without. */
function verifyProgram(program: Program, dtype: DType, state: StorageType): number {
  let verified = 0;
  const quantizations = codingsOf(program, dtype === 'float32' ? state : 'float32');
  for (const exact of [true, false]) {
    for (const gated of [true, false]) {
      const variants = prepare(program, dtype, { gated, quantizations, exact });
      for (const outcome of [true, false]) {
        const { passes } = planFor(variants, variants.conditions.map(() => outcome)); // prettier-ignore
        for (const { kernel } of passes) verifyKernel(kernel);
        verified += passes.length;
      }
    }
  }
  return verified;
}

test('the kernels of every optimizer and transform, in each type and each format of states', () => {
  let verified = 0;
  for (const [, method] of methods()) {
    for (const shape of [[6, 4], [5]]) {
      try {
        for (const { kernel } of planOf(method, shape, 3, true).passes) verifyKernel(kernel);
        for (const { program } of method.groups.flatMap((group) => cohorts(programOf(group), new Map([['w', shape]]))))
          for (const [dtype, state] of types) verified += verifyProgram(program, dtype, state);
      } catch (error) {
        if (!(error instanceof Error && error.name === 'UnsupportedError')) throw error;
      }
    }
  }
  assert.ok(verified > 3000, String(verified));
});

test('the kernels of random programs', () => {
  fc.assert(
    fc.property(randomEquations, (equations) => {
      const hyper = { lr: ['η', 0.01], beta: ['β', 0.9, '[0, 1)'] } as const;
      const method = optimizer({ name: 'random', hyper, init: { c: '2·w − η' }, equations })();
      for (const { program } of method.groups.flatMap((group) => cohorts(programOf(group), new Map([['w', [5]]]))))
        for (const [dtype, state] of types) verifyProgram(program, dtype, state);
    }),
    { numRuns: Math.ceil(runs / 5) },
  );
});

const load = (array: number): Instruction => ({ op: 'load', array });
const store = (array: number, operand: number): Instruction => ({ op: 'store', array, operand });
const scaled = { format: 'float8', draw: undefined, scales: 1 } as const;
const right: readonly Instruction[] = [
  load(0),
  { op: 'scalar', scalar: 0 },
  { op: 'lt', operands: [0, 1] },
  { op: 'select', operands: [2, 0, 1] },
  { op: 'dot', operands: [3, 0], sum: 0 },
  store(0, 3),
];

/** Code that breaks a rule, and no other before it; or a kernel. */
const broken: Readonly<Record<keyof typeof kernelRules, readonly Instruction[] | Kernel>> = {
  'an operand is the value of an earlier instruction': [load(0), { op: 'neg', operands: [2] }, store(0, 1)],
  'an operation has as many operands as it takes': [load(0), { op: 'add', operands: [0] }, store(0, 1)],
  'a condition is a comparison, and a comparison is a condition': [load(0), { op: 'select', operands: [0, 0, 0] }, store(0, 1)],
  'stores come last': [load(0), store(0, 0), { op: 'neg', operands: [0] }, store(1, 2)],
  'an array is loaded once and stored once, a scalar, a constant and a sum are there once': [load(0), load(0), { op: 'add', operands: [0, 1] }, store(0, 2)],
  'no operation on elements is computed twice': [load(0), { op: 'neg', operands: [0] }, { op: 'neg', operands: [0] }, { op: 'mul', operands: [1, 2] }, store(0, 3)],
  'every value is used': [load(0), { op: 'neg', operands: [0] }, store(0, 0)],
  'arrays, scalars and sums are numbered without gaps': [load(1), store(1, 0)],
  'the numbers and the key of a kernel are those of its code': { ...makeKernel('float32', right), scalars: 2 },
  'an algorithm in float32 works on float32': makeKernel('float64', [load(0), { op: 'cbrt', operands: [0] }, store(0, 1)]),
  'a format is for float32, has scales if it needs some, and rounds only what is stored': [load(0), { op: 'store', array: 1, operand: 0, coded: { format: 'float8', draw: 0, scales: undefined } }],
  'scales are of one array, and are no values': [{ op: 'load', array: 0, coded: scaled }, load(1), { op: 'add', operands: [0, 1] }, store(2, 2)],
}; // prettier-ignore

describe('a kernel is refused where', () => {
  for (const [rule, code] of Object.entries(broken)) {
    test(`it does not hold that ${rule}`, () => {
      const kernel = 'code' in code ? code : makeKernel('float32', code);
      assert.throws(() => { verifyKernel(kernel); }, new RegExp(rule)); // prettier-ignore
    });
  }
  test('but a right one is not', () => {
    verifyKernel(makeKernel('float32', right));
  });
});

test('the lanes of a sum are folded each once, in pairs', () => {
  const lanesOf = (fold: Fold): number[] => (typeof fold === 'number' ? [fold] : fold.flatMap(lanesOf));
  for (const dtype of ['float32', 'float64'] as const)
    assert.deepEqual(
      lanesOf(foldOf[dtype]).toSorted(),
      Array.from({ length: blockOf[dtype] }, (_, i) => i),
    );
});

test('with THALWEG_DEBUG each plan is printed and verified', () => {
  const script = `import { adamw, tensor } from 'thalweg'; (await adamw().init({ w: tensor([4]) })).dispose();`;
  const env = { ...process.env, THALWEG_DEBUG: '1' };
  const options = ['--conditions=source', '--input-type=module', '--eval', script];
  const text = execFileSync('sh', ['-c', '"$0" "$@" 2>&1', process.execPath, ...options], {
    env,
    cwd: import.meta.dirname,
    encoding: 'utf8',
  });
  assert.match(text, /thalweg: adamw\ndecide[\s\S]*pass over rc: a0=adamw\.m a1=g a2=adamw\.v a3=w/);
});
