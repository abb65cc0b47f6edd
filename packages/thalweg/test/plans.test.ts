/** What steps cost: the passes, arrays and instructions of every optimizer and transform, as committed. After a change that is meant, `npm run snapshots`. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { adamw } from 'thalweg';
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
