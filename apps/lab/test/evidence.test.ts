/** The recorded verdicts are those of the claims as they stand: `npm run evidence` makes them again when a claim has changed. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { claims } from '@thalweg/guide';

const lines = JSON.parse(readFileSync(join(import.meta.dirname, '../public/evidence.json'), 'utf8')) as {
  id: string;
  kind: string;
  statement: string;
  figure: string;
  verdict: string;
  holds: boolean;
}[];

test('every claim has its record, word for word', () => {
  assert.deepEqual(
    lines.map(({ id, kind, statement }) => ({ id, kind, statement })),
    claims.map(({ id, kind, statement }) => ({ id, kind, statement })),
  );
});

test('what is mathematics holds, what was measured says whether it was reproduced, and each has its figure', () => {
  for (const { id, kind, figure, verdict, holds } of lines) {
    const [yes, no] = kind === 'mathematics' ? ['holds', 'does not hold'] : ['reproduced', 'not reproduced'];
    assert.equal(verdict, holds ? yes : no, id);
    assert.ok(kind !== 'mathematics' || holds, id);
    assert.match(figure, /\d/, id);
  }
});
