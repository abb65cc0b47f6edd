/** Checks what `npm pack` would publish: the built files, the license and the README; no tests, no machine's leftovers. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

for (const workspace of ['thalweg', '@thalweg/compare']) {
  const text = execFileSync('npm', ['pack', '--dry-run', '--json', '-w', workspace], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const parsed = JSON.parse(text) as Record<string, unknown>;
  const [pack] = (Array.isArray(parsed) ? parsed : Object.values(parsed)) as { files: { path: string }[]; size: number }[];
  const paths = pack?.files.map((file) => file.path) ?? [];
  const wanted = ['package.json', 'README.md', 'LICENSE', workspace === 'thalweg' ? 'dist/index.js' : 'dist/bin/thalweg.js'];
  const missing = wanted.filter((path) => !paths.includes(path));
  const strange = paths.filter((path) => /(^|\/)test\/|\.test\.|\.tsbuildinfo|node_modules/.test(path));
  if (missing.length > 0 || strange.length > 0) {
    console.error(`${workspace}: missing ${missing.join(', ') || 'nothing'}; should not be there: ${strange.join(', ') || 'nothing'}`);
    process.exitCode = 1;
  }
  console.log(`${workspace}: ${String(paths.length)} files, ${String(Math.round((pack?.size ?? 0) / 1000))} kB packed`);
}
