/** The palette: told apart by every reader on both grounds, the same everywhere, without collisions. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  differenceCiede2000,
  filterDeficiencyDeuter,
  filterDeficiencyProt,
  filterDeficiencyTrit,
  rgb,
  wcagContrast,
  type Rgb,
} from 'culori';
import { middle, paintOf } from '../src/report/paint.ts';
import { knownIds, looks, type Look } from '../src/report/palette.ts';
import { pens } from '../src/report/pens.ts';

const grounds = { light: '#fbfaf6', dark: '#11181c' } as const;
const parse = (hex: string): Rgb => rgb(hex) ?? assert.fail(`${hex} is no colour`);
/** Complete colour blindness of each kind after Machado, Oliveira & Fernandes (2009). */
const sights: Readonly<Record<string, (colour: Rgb) => Rgb>> = {
  full: (colour) => colour,
  red: filterDeficiencyProt(1),
  green: filterDeficiencyDeuter(1),
  blue: filterDeficiencyTrit(1),
};
const difference = differenceCiede2000();
const guide = ['sgd', 'sgd-momentum', 'adagrad', 'rmsprop', 'adam', 'adamw'];
const unknown = Array.from({ length: 60 }, (_, i) => `mine-${String(i)}`);

function lookOf(id: string, among: readonly string[] = [id]): Look {
  return looks(among).get(id) ?? assert.fail(`no look for ${id}`);
}

/** The least distance between any two, with who they are. */
function closest(ids: readonly string[], ground: 'light' | 'dark', sight: (colour: Rgb) => Rgb): { apart: number; pair: string } {
  const all = looks(ids);
  let least = { apart: Infinity, pair: '' };
  ids.forEach((a, i) => {
    for (const b of ids.slice(0, i)) {
      const [one, other] = [all.get(a), all.get(b)];
      if (one === undefined || other === undefined || one[ground] === other[ground]) continue;
      const apart = difference(sight(parse(one[ground])), sight(parse(other[ground])));
      if (apart < least.apart) least = { apart, pair: `${a} and ${b}` };
    }
  });
  return least;
}

for (const ground of ['light', 'dark'] as const) {
  describe(`colours on ${ground} ground`, () => {
    for (const [name, sight] of Object.entries(sights)) {
      test(`are apart in ${name === 'full' ? 'full sight' : `${name} blindness`}`, () => {
        const [six, named, all] = [guide, knownIds, [...knownIds, ...unknown]].map((ids) => closest(ids, ground, sight));
        assert.ok(six !== undefined && six.apart >= 15, `the guide's: ${JSON.stringify(six)}`);
        assert.ok(named !== undefined && named.apart >= 11, `the named: ${JSON.stringify(named)}`);
        assert.ok(all !== undefined && all.apart >= 7, `with a user's own: ${JSON.stringify(all)}`);
      });
    }
    test('stand out from it', () => {
      for (const [id, look] of looks([...knownIds, ...unknown])) {
        assert.ok(wcagContrast(look[ground], grounds[ground]) >= 3, `${id}: ${String(wcagContrast(look[ground], grounds[ground]))}`);
      }
    });
  });
}

describe('looks', () => {
  test('a known id looks the same in any company', () => {
    for (const id of knownIds) assert.deepEqual(lookOf(id), lookOf(id, ['mine', ...knownIds.toReversed()]));
  });
  test('the known differ in their dashes, and in a terminal', () => {
    assert.equal(new Set(knownIds.map((id) => lookOf(id).dash)).size, knownIds.length);
    assert.equal(new Set(knownIds.map((id) => lookOf(id).rule)).size, knownIds.length);
    for (const id of [...knownIds, ...unknown]) assert.equal(lookOf(id).rule.length, 3, id);
  });
  test('an unknown id keeps its look as long as no other takes it first', () => {
    assert.deepEqual(lookOf('mine'), lookOf('mine', ['adam', 'mine', 'sgd']));
  });
  test('no two of a report are alike, however many', () => {
    const ids = [...knownIds, ...Array.from({ length: 200 }, (_, i) => `mine-${String(i)}`)];
    const seen = [...looks(ids).values()].map(({ light, dash }) => `${light} ${dash}`);
    assert.equal(new Set(seen).size, ids.length);
  });
  test('names of properties that every object has are ids like any other', () => {
    for (const id of ['constructor', '__proto__', 'toString', '']) assert.match(lookOf(id).light, /^#[0-9a-f]{6}$/);
  });
});

describe('in a terminal', () => {
  test('colours stand out from black and from white', () => {
    for (const id of [...knownIds, ...unknown]) {
      const hex = `#${middle(lookOf(id)).map((value) => value.toString(16).padStart(2, '0')).join('')}`; // prettier-ignore
      assert.ok(wcagContrast(hex, '#ffffff') >= 3 && wcagContrast(hex, '#000000') >= 3, `${id}: ${hex}`);
    }
  });
  test('the code suits the terminal', () => {
    const paint = (depth: 1 | 4 | 8 | 24): string => paintOf(lookOf('adam'), depth)('x');
    assert.equal(paint(1), 'x');
    assert.equal(paint(4), 'x');
    assert.match(paint(8), /^\S\[38;5;\d+mx\S\[39m$/);
    assert.match(paint(24), /^\S\[38;2;\d+;\d+;\d+mx\S\[39m$/);
  });
});

test('ids never become CSS', () => {
  const hostile = ['</style><script>', 'a.b', 'a-b', 'ink'];
  const all = pens(hostile);
  assert.doesNotMatch(all.css, /script|ink|a\.b/);
  assert.equal(new Set(hostile.map((id) => all.of(id).name)).size, hostile.length);
  assert.throws(() => all.of('another'), /no pen for another/);
});
