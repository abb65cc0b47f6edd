/** The stream that both languages compute: every bit as Python had it when the traces were made. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { read } from './table.ts';
import { gradient, loss, weight } from './stream.ts';

const { count, sha256, sample } = read('traces/stream.json') as {
  readonly count: number;
  readonly sha256: string;
  readonly sample: readonly (readonly [step: number, element: number, gradient: number])[];
};
const elements = Array.from({ length: 300 }, (_, e) => e);
const steps = Array.from({ length: 320 }, (_, t) => t + 1);
const plain = steps.map((t) => elements.map((e) => gradient(t, e)));
const gaps = steps.map((t) => elements.map((e) => gradient(t, e, 'gaps')));
const even = steps.map((t) => elements.map((e) => gradient(t, e, 'even')));

test('a sample of the gradients is that of Python', () => {
  for (const [t, e, expected] of sample) assert.equal(gradient(t, e), expected, `step ${t}, element ${e}`);
});

test('all bytes of weights, gradients and losses are those of Python', () => {
  const numbers = [...elements.map(weight), ...plain.flat(), ...gaps.flat(), ...even.flat(), ...steps.map(loss)];
  assert.equal(numbers.length, count);
  const bytes = new DataView(new ArrayBuffer(8 * count));
  numbers.forEach((number, i) => bytes.setFloat64(8 * i, number, true));
  assert.equal(createHash('sha256').update(bytes).digest('hex'), sha256);
});

test('the gradients are what the table says of them', () => {
  const sizes = plain.flat().map(Math.abs);
  const nonzero = sizes.filter((size) => size > 0);
  const share = 1 - nonzero.length / sizes.length;
  assert.ok(share > 0.05 && share < 0.07, 'one in 17 is zero');
  assert.ok(Math.max(...nonzero.slice(0, 20_000)) > 2 ** 14 && Math.min(...nonzero.slice(0, 20_000)) < 2 ** -30, '40 powers of two');
  assert.ok(
    plain.slice(99, 149).every((row) => row.every((g) => g >= 0)),
    'one sign from step 100 to 149',
  );
  const changes = elements.filter((e) => plain.some((row, t) => row[e]! * (plain[t + 1]?.[e] ?? 0) < 0));
  assert.equal(changes.length, elements.length, 'signs change elsewhere');
  assert.ok([...gaps.slice(0, 3), ...gaps.slice(20, 300)].flat().every((g) => g === 0) && gaps[3]?.some((g) => g !== 0));
});
