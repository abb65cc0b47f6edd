/** Shorter SVG shows the same: every point of a line stays within half a unit of it, dots stay where they are, and the rest is untouched. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { shortened } from '../src/report/shorten.ts';

type Point = readonly [number, number];

/** The lines of path data with relative or absolute commands. */
function linesOf(data: string): Point[][] {
  const lines: Point[][] = [];
  let at: [number, number] = [0, 0];
  for (const [, letter = '', numbers = ''] of data.matchAll(/([MLmlhZz])([^MLmlhZz]*)/g)) {
    if (letter === 'h') continue;
    if (letter.toLowerCase() === 'z') {
      at = [...(lines.at(-1)?.[0] ?? at)];
      lines.at(-1)?.push([...at]);
      continue;
    }
    const values = [...numbers.matchAll(/-?(?:\d+(?:\.\d+)?|\.\d+)/g)].map(Number);
    const absolute = letter === letter.toUpperCase();
    for (let i = 0; i < values.length; i += 2) {
      at = absolute ? [values[i]!, values[i + 1]!] : [at[0] + values[i]!, at[1] + values[i + 1]!];
      if (letter.toLowerCase() === 'm' && i === 0) lines.push([]);
      lines.at(-1)?.push([...at]);
    }
  }
  return lines;
}

function distance([x, y]: Point, line: readonly Point[]): number {
  const parts = line.length === 1 ? [[line[0]!, line[0]!]] : line.slice(1).map((end, i) => [line[i]!, end]);
  return Math.min(
    ...parts.map(([[ax, ay] = [0, 0], [bx, by] = [0, 0]]) => {
      const length = (bx - ax) ** 2 + (by - ay) ** 2;
      const along = length === 0 ? 0 : Math.max(0, Math.min(1, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length));
      return Math.hypot(x - ax - along * (bx - ax), y - ay - along * (by - ay));
    }),
  );
}

const dataOf = (svg: string): string => / d="([^"]*)"/.exec(svg)?.[1] ?? '';
const point = fc
  .tuple(fc.integer({ min: -5000, max: 5000 }), fc.integer({ min: -5000, max: 5000 }))
  .map(([x, y]): Point => [x / 10, y / 10]);
const line = fc.record({ points: fc.array(point, { minLength: 1, maxLength: 40 }), closed: fc.boolean() });
// A tolerance of half a unit, and half a unit on each axis where points are rounded.
const most = 0.5 + Math.SQRT1_2 / 2 + 1e-9;

test('lines stay where they are', () => {
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 4 }), (lines) => {
      const data = lines.map(({ points, closed }) => `M${points.map((pair) => pair.join(',')).join('L')}${closed ? 'Z' : ''}`).join('');
      const [before, after] = [linesOf(data), linesOf(dataOf(shortened(`<path d="${data}"/>`)))];
      assert.equal(after.length, before.length);
      before.forEach((points, i) => {
        for (const one of points) assert.ok(distance(one, after[i]!) <= most, `${data}: ${String(one)}`);
        for (const one of after[i]!) assert.ok(distance(one, points) <= most, `${data}: ${String(one)} is nowhere near`);
      });
    }),
  );
});

test('dots stay where they are, each once', () => {
  assert.equal(shortened('<path d="M1.1,2h0M1,2h0M3,-4.5h0"/>'), '<path d="m1 2h0m2-6.5h0"/>');
});

test('a wavy line of a thousand points takes a twentieth of its bytes, and what is no line of this kind is left alone', () => {
  const wave = `M${Array.from({ length: 1000 }, (_, i) => `${String(i / 2)},${(40 * Math.sin(i / 150)).toFixed(1)}`).join('L')}`;
  assert.ok(20 * shortened(`<path d="${wave}"/>`).length < wave.length);
  for (const other of ['<path d="M0,0C1,1,2,2,3,3"/>', '<path d="m0 0l4 5"/>', '<text>M1,2L3,4</text>'])
    assert.equal(shortened(other), other);
});
