/** What steps cost: the passes, arrays and instructions of every optimizer and transform, as committed. After a change that is meant, `npm run snapshots`. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { adam, adamw, optimizer, type Method } from 'thalweg';
import { programOf } from '../src/define/program.ts';
import { prepare } from '../src/plan/plan.ts';
import { printStep, stepPlan } from '../src/plan/step.ts';
import { planOf, planSnapshot, snapshotFile } from './support/plan-snapshot.ts';

test('every optimizer and transform takes the passes, arrays and instructions that it took; npm run snapshots writes what it takes now', () => {
  assert.deepEqual(planSnapshot().split('\n'), readFileSync(snapshotFile, 'utf8').split('\n'));
});

test('the plan of AdamW, whole', () => {
  const [pass = assert.fail(), ...others] = planOf(adamw(), [4], 3).passes;
  assert.equal(others.length, 0);
  assert.deepEqual(pass.arrays.map(String), ['adamw.m', 'g', 'adamw.v', 'w']);
  assert.deepEqual(pass.kernel.key.split('\n'), [
    'float32',
    '%0 = scalar s0',
    '%1 = load a0',
    '%2 = mul %0 %1',
    '%3 = scalar s1',
    '%4 = load a1',
    '%5 = mul %3 %4',
    '%6 = add %2 %5',
    '%7 = scalar s2',
    '%8 = load a2',
    '%9 = mul %7 %8',
    '%10 = scalar s3',
    '%11 = mul %4 %4',
    '%12 = mul %10 %11',
    '%13 = add %9 %12',
    '%14 = load a3',
    '%15 = scalar s4',
    '%16 = scalar s5',
    '%17 = mul %6 %16',
    '%18 = scalar s6',
    '%19 = mul %13 %18',
    '%20 = sqrt %19',
    '%21 = scalar s7',
    '%22 = add %20 %21',
    '%23 = div %17 %22',
    '%24 = scalar s8',
    '%25 = mul %24 %14',
    '%26 = add %23 %25',
    '%27 = mul %15 %26',
    '%28 = sub %14 %27',
    'store a0 %6',
    'store a2 %13',
    'store a3 %28',
  ]);
  const text = printStep(stepPlan([{ plan: planOf(adamw(), [4], 3), group: 0, sparse: false }]));
  assert.match(text, /^decide\n {2}\$0 = time\n[\s\S]*\npass over rc: a0=adamw\.m a1=g a2=adamw\.v a3=w s0=\$\d+ [^\n]*\n {2}float32\n/);
});

test('a bias correction is multiplied by without a condition, and a factor that may be 1 keeps its', async () => {
  const conditionsOf = (high: string, dtype: 'float32' | 'float64'): number => {
    const hyper = { lr: ['η', 0.1], beta: ['β', 0.9, `[0, 1${high}`] } as const;
    const [group = assert.fail()] = optimizer({ name: 'corrected', hyper, equations: 'm ← β·m + (1 − β)·g\nw ← w − η·m/(1 − βᵗ)' })().groups;
    return prepare(programOf(group), dtype).conditions.length;
  };
  // In float32 the step's condition besides is that of denormals.
  assert.deepEqual([conditionsOf(')', 'float64'), conditionsOf(']', 'float64')], [0, 1]);
  assert.deepEqual([conditionsOf(')', 'float32'), conditionsOf(']', 'float32')], [1, 2]);
  // At the ends of the interval, and where βᵗ has gone.
  for (const beta of [0, 1e-300, 0.9, 1 - 2 ** -53]) {
    for (const [array, backends] of [[Float32Array, ['wasm', 'fround']], [Float64Array, ['wasm', 'reference']]] as const) {
      const bits = await Promise.all(backends.map(async (backend) => {
        const opt = await adam({ lr: 0.1, beta1: beta, beta2: beta }).init({ w: array.of(1, -2, 3e-30) }, { backend, threads: 1 });
        for (let t = 0; t < 40; t++) opt.step({ w: array.of(1 + t, 1e-20, -3) });
        return [...opt.params.w];
      }));
      assert.deepEqual(bits[0], bits[1]);
      assert.ok(bits[0]!.every(Number.isFinite), `${String(beta)}: ${String(bits[0])}`);
    }
  }
}); // prettier-ignore

test('methods of the same equations share a part and a program, whatever their numbers; those of other equations have their own', () => {
  const shared = (a: Method, b: Method): readonly boolean[] => [
    a.parts[0] === b.parts[0],
    programOf(a.groups[0]!) === programOf(b.groups[0]!),
  ];
  assert.deepEqual(shared(adam({ lr: 0.1 }), adam({ lr: 0.2, eps: 1e-6 })), [true, true]);
  assert.deepEqual(shared(adam(), adam({ amsgrad: true })), [false, false]);
  // What the user defines anew each time, too.
  const make = (factor: number) =>
    optimizer({
      name: 'mine',
      hyper: { lr: ['η', 0.01] },
      variants: { twice: false },
      equations: ({ twice }) => `w ← w − ${twice ? '2·' : ''}${String(factor)}·η·g`,
    });
  assert.deepEqual(shared(make(1)({ lr: 1 }), make(1)()), [false, true]);
  // Numbers in equations, as many as anyone wants: each method has its own.
  const scaled = optimizer({
    name: 'scaled',
    hyper: { lr: ['η', 0.01], rise: ['c', 0] },
    equations: ({ rise }) => `w ← w − ${typeof rise === 'number' ? String(rise) : ''}·c·η·g`,
  });
  const made = Array.from({ length: 40 }, (_, i) => scaled({ rise: i + 1 }));
  made.forEach((one, i) => {
    assert.equal(one.equations, `w ← w − ${String(i + 1)}·c·η·g`);
  });
});
