/** The catalogue of the guide and the lab against the library: what it offers, and what it leaves out and why. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { catalogue } from '@thalweg/guide';
import * as library from 'thalweg';

/** What is not offered, with the reason. */
const leftOut: Readonly<Record<string, string>> = {
  muon: 'steps matrices alone',
  shampoo: 'is AdaGrad on a point of two coordinates',
  soap: 'is Adam on a point of two coordinates',
  sophia: 'needs the diagonal of the Hessian',
};

/** The optimizers of the library: what has a learning rate and assigns w. */
const optimizers = Object.entries<unknown>(library).flatMap(([name, make]) => {
  if (typeof make !== 'function' || !('definition' in make)) return [];
  const method: unknown = (make as unknown as () => unknown)();
  if (!(method instanceof library.Method) || !method.trains) return [];
  return method.hyper.has('lr') ? [name] : [];
});

test('every optimizer can be chosen, or there is a reason why not', () => {
  const offered = new Set(catalogue.map(({ call }) => call.factory));
  const missing = optimizers.filter((name) => !offered.has(name) && !Object.hasOwn(leftOut, name));
  assert.ok(optimizers.length > 40);
  assert.deepEqual(missing, [], 'these need an entry in packages/guide/src/further.ts, or a reason here');
  assert.deepEqual(Object.keys(leftOut).filter((name) => offered.has(name)), []); // prettier-ignore
});
