/** The command that measures how the backend native starts. Its figures are for itself to tell, never for a test to judge. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const inCI = (process.env['CI'] ?? '') !== '';
const compiles = inCI || ['/usr/bin/cc', '/usr/bin/gcc'].some((path) => existsSync(path));

test('a smoke run has a row for each method', { skip: compiles ? false : 'there is no C compiler' }, () => {
  const text = execFileSync(process.execPath, ['--conditions=source', join(import.meta.dirname, 'native.ts'), '--smoke'], {
    encoding: 'utf8',
  });
  assert.equal([...text.matchAll(/^\| (?:adamw|clip, adamw|lamb) +\|(?: [\d.,]+ \([^)]*\) +\|){3}$/gm)].length, 3, text);
});
