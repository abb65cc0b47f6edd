/** The formula with live numbers, for every optimizer that can be chosen: each line is there, typeset, and says what the run says. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { catalogue, defaults, surfaces, trace } from '@thalweg/guide';
import { spell } from 'thalweg';
import { decay, piecesOf, update } from '../src/lab/anatomy.ts';
import { liveLines } from '../src/lab/substitute.ts';
import { methodOf, type Entrant } from '../src/race/entrant.ts';
import { steady } from '../src/race/pace.ts';

const beale = surfaces.find(({ id }) => id === 'beale')!;
const steps = 40;
const row = 30;

describe('a step taken apart', () => {
  for (const entry of catalogue) {
    it(entry.id, async () => {
      const values = { ...defaults(entry), lr: Math.min(0.001, entry.knobs.find(({ name }) => name === 'lr')?.fallback ?? 1) };
      const one: Entrant = { key: entry.id, id: entry.id, label: entry.label, values, pace: steady, shown: true };
      const method = methodOf(one, steps);
      const run = await trace(method, beale.objective, beale.start, { steps, anatomy: true });
      assert.equal(run.rows, steps + 1);
      const lines = liveLines(method, run, row, 0);
      const written = method.equations.split(/[\n;]/).filter((line) => line.trim() !== '');
      assert.equal(lines.length, written.length);
      written.forEach((line, i) => {
        const target = /^\s*(\S+?)\s*(?:←|=)/u.exec(line)![1]!;
        const { latex, value } = lines[i]!;
        assert.ok(latex.length > 3, line);
        const expected = { w: run.w, g: run.g }[target] ?? run.names.get(spell(target));
        if (expected !== undefined) assert.deepEqual(value, expected[2 * row], line);
      });
      const pieces = new Map(piecesOf(one, run, steps).map((piece) => [piece.name, piece]));
      assert.deepEqual(pieces.get('g')!.read(row), [run.g[2 * row], run.g[2 * row + 1]]);
      assert.deepEqual(pieces.get('update')!.read(row), update(run, row));
      assert.ok(pieces.get('g')!.longest > 0 && pieces.get('w')!.longest === 0);
      for (const name of run.scalars) assert.equal(pieces.get(name)!.longest, 0, `${name} is one number`);
      assert.equal(decay(one, run, row, steps) !== undefined, entry.decay !== undefined);
    });
  }
});
