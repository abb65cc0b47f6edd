/** `npm run control` makes every figure of how often the protocol errs, runs and searches included: rehearsed on a small problem, in a folder of its own. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '..');

test('npm run control -- --run makes all that is committed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'thalweg-control-'));
  try {
    execFileSync(process.execPath, ['--conditions=source', join(import.meta.dirname, 'control.ts'), '--rehearse', folder], { stdio: 'pipe' });
    const parsed = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));
    const membersOf = (value: unknown): string[] => Object.keys(Array.isArray(value) ? (value[0] as object) : (value as object)).toSorted();
    // The same files as those of the package, with the same members.
    for (const name of readdirSync(join(root, 'packages/compare/control')).map((one) => `control/${one}`).concat('src/report/errors.json', 'src/report/searches.json'))
      assert.deepEqual(membersOf(parsed(join(folder, name))), membersOf(parsed(join(root, 'packages/compare', name))), name);
    const { testMetrics } = parsed(join(folder, 'control/search.json')) as { testMetrics: Readonly<Record<string, readonly number[]>> };
    assert.deepEqual(Object.entries(testMetrics).map(([id, { length }]) => [id, length]).toSorted(), [['adamw', 12], ['sgd', 12]]);
    const page = readFileSync(join(folder, 'docs/compare.md'), 'utf8');
    assert.match(page, /<!-- control -->\s+\| problem [^]*\| valley +\| sgd, twice [^]*<!-- \/control -->/);
    assert.match(page, /<!-- searches -->\s+Measured with 12 seeds \(`compare valley [^]*<!-- \/searches -->/);
  } finally {
    rmSync(folder, { recursive: true });
  }
}); // prettier-ignore
