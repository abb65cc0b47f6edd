/** Equations of the reader's own as an entrant: what was tuned stays, what is refused is said. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { catalogue, defaults } from '@thalweg/guide';
import { entrantOf, examples, refusal } from '../src/lab/own.ts';
import { choices, takeAway } from '../src/lab/take-away.ts';
import { LinkError, checkState } from '../src/lab/state.ts';
import { steady } from '../src/race/pace.ts';
import { dataFiles } from '../data.ts';
import { megabytes } from '../src/parts/sizes.ts';

const own = { equations: 'w ← w − η·g', hyper: { lr: ['η', 0.1], beta: ['β', 0.9] } } as const;

test('whatever is typed next, a value that was tuned stays; another declaration, and a new name, have their own', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-9, max: 10, noNaN: true }), fc.string(), (tuned, text) => {
      const before = { ...entrantOf(own), values: { lr: tuned, beta: 0.9 }, pace: { ...steady, shape: 'cosine' as const }, shown: false };
      const after = entrantOf({ ...own, equations: text, hyper: { lr: ['η', 0.1], beta: ['β', 0.5], c: ['c', 3] } }, before);
      assert.deepEqual(after.values, { lr: tuned, beta: 0.5, c: 3 });
      assert.deepEqual([after.pace.shape, after.shown, after.own?.equations], ['cosine', false, text]);
    }),
  );
});

test('a hyperparameter that cannot be added is refused in words, whatever is wrong with it', () => {
  for (const [symbol, name, words] of [
    ['', 'gamma', /needs a symbol/],
    ['γ', '', /needs a name/],
    ['γ', '1st', /no name: a letter/],
    ['γ', 'weight_decay', /no name/],
    ['γ', 'momentum!', /no name/],
    ['γ', 'lr', /already/],
    ['beta', 'other', /symbol of beta already/],
    ['w', 'weight', /./],
    ['g', 'slope', /./],
    ['t', 'time', /./],
    ['1', 'one', /./],
    ['a b', 'two', /./],
  ] as const)
    assert.match(refusal(own.hyper, symbol, name, 12) ?? 'accepted', words, `${symbol} ${name}`);
  assert.match(refusal(own.hyper, 'γ', 'gamma', 2) ?? '', /as many as fit/);
  assert.equal(refusal(own.hyper, 'γ', 'gamma', 12), undefined);
  const accepted = ['w', 'g', 't', '1', 'a b'].filter((symbol) => refusal(own.hyper, symbol, 'other', 12) === undefined);
  assert.deepEqual(accepted, []);
});

test('a link that names a hyperparameter which the optimizer has not is refused', () => {
  const adam = { key: 'adam', id: 'adam', label: 'Adam', values: { lr: 0.1 }, pace: steady, shown: true };
  const state = (entrant: object): unknown => ({ surface: { kind: 'named', id: 'beale' }, start: [1, 1], steps: 9, noise: 0, batch: 1, seed: 1, t: 0, entrants: [entrant] }); // prettier-ignore
  assert.equal(checkState(state(adam)).entrants.length, 1);
  assert.throws(() => checkState(state({ ...adam, values: { learningRate: 1 } })), LinkError);
  assert.throws(() => checkState(state({ ...entrantOf(own), values: { momentum: 1 } })), LinkError);
});

test('every optimizer of the lab, and every example of equations, can be taken away for every target or is refused in words', () => {
  const library = catalogue.map((entry) => ({ key: entry.id, id: entry.id, label: entry.label, values: defaults(entry), pace: { ...steady, shape: 'cosine' as const }, shown: true })); // prettier-ignore
  let files = 0;
  for (const one of [...library, ...examples.map(({ own: equations }) => entrantOf(equations))]) {
    for (const { name } of choices) {
      const made = takeAway(one, 100, name);
      if ('problem' in made) {
        assert.match(made.problem, /^emit/, `${one.key} for ${name}`);
        continue;
      }
      files += 1;
      assert.match(made.name, /^[a-z0-9_]+\.[a-z]+$/);
      assert.ok(made.text.length > 1000, `${one.key} for ${name}`);
    }
  }
  assert.ok(files > 3 * library.length, String(files));
});

test('what a page says that it fetches is what it fetches', () => {
  const files = dataFiles();
  for (const [name, said] of Object.entries(megabytes)) assert.equal((files[`${name}.bin`]!.length / 1e6).toFixed(1), said.toFixed(1));
});
