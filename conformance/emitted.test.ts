/** Files that `thalweg/emit` writes do what the rows say: in NumPy here, in PyTorch and Optax by a proof that is renewed whenever a text changes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beyondBounds, fileOf, hashOf, proofOf, proven, pythonWith, runEmitted, type Proven } from './emitted.ts';
import { table, type Case } from './table.ts';

const inCI = (process.env['CI'] ?? '') !== '';
const python = pythonWith('numpy');

/** How many rows each target expresses at least; a new target says its own number. */
const fewest: Readonly<Record<Proven, number>> = { c: 300, numpy: 300, optax: 300, pytorch: 300 };

for (const target of Object.keys(proven) as Proven[]) {
  test(`every text of ${target} is the one that was proven, and every row has one or is refused by name`, () => {
    const { rows, refused } = proofOf(target);
    // Who adds an optimizer may have NumPy alone: the other files of its rows are proven by whoever has the libraries.
    const isNew = (id: string): boolean => rows[id] === undefined && refused[id] === undefined;
    const added = table.cases.filter(({ id }) => isNew(id)).map(({ id }) => id);
    assert.ok(added.length <= (target === 'numpy' ? 0 : 12), `${added.join(', ')}: npm run prove -- ${target}`);
    for (const row of table.cases) {
      if (isNew(row.id)) continue;
      const made = fileOf(row, target);
      if ('refused' in made) {
        assert.equal(refused[row.id], made.refused);
        continue;
      }
      assert.equal(rows[row.id]?.hash, hashOf(made.text), `${row.id} has another text than what was proven: npm run prove -- ${target}`);
      assert.ok(Number(rows[row.id]?.off) <= (row.tolerance ?? table.tolerance), row.id);
    }
    const known = new Set(table.cases.map(({ id }) => id));
    assert.deepEqual(Object.keys({ ...rows, ...refused }).filter((id) => !known.has(id)), []); // prettier-ignore
    assert.ok(Object.keys(rows).length > fewest[target], `${target} refuses more rows than before`);
  });
}

test('the files of NumPy meet every row', { skip: python === undefined && !inCI ? 'no Python here has numpy' : false }, () => {
  assert.ok(python !== undefined, 'CI needs python3-numpy');
  assert.deepEqual(beyondBounds(table.cases, runEmitted(table.cases, 'numpy', python)), []);
});

test('a file that computes something else is noticed', { skip: python === undefined && !inCI ? 'no Python here has numpy' : false }, () => {
  assert.ok(python !== undefined, 'CI needs python3-numpy');
  const row = table.cases.find(({ id }) => id === 'adamw') ?? assert.fail();
  const other: Case = { ...row, ours: ['adamw', { lr: 0.01, eps: 1e-7 }] };
  const [said] = beyondBounds([row], runEmitted([other], 'numpy', python));
  assert.match(said ?? '', /^adamw: .*bound 1e-12/);
});
