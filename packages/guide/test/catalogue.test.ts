/** The catalogue of the guide and the lab against the library: what it offers, and what it leaves out. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { catalogue, measured, optimizers } from '@thalweg/guide';

/** What is left out: what steps matrices alone or is another optimizer on a point of two coordinates, and what needs a Hessian. */
const leftOut = ['muon', 'shampoo', 'soap', 'sophia'];

test('every optimizer can be chosen, by a name of its own', () => {
  const offered = new Set(catalogue.map(({ call }) => call.factory));
  const missing = [...optimizers.keys()].filter((name) => !offered.has(name));
  assert.ok(optimizers.size > 40);
  assert.deepEqual(missing, leftOut, 'run npm run reference -- NAME');
  for (const key of ['id', 'label'] as const) {
    const all = catalogue.map((entry) => entry[key]);
    assert.deepEqual(all.filter((one, i) => all.indexOf(one) !== i), [], key); // prettier-ignore
  }
});

test('what was measured is of optimizers that there are', () => {
  assert.deepEqual(Object.keys(measured).filter((name) => !optimizers.has(name)), [], 'run npm run reference'); // prettier-ignore
  for (const [name, { label, lr }] of Object.entries(measured)) {
    assert.match(label, /^[A-Z][\w .'-]{1,24}$/, name);
    assert.ok(lr > 0 && lr <= 1000, name);
  }
});
