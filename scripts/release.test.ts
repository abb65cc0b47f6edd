/**
 * A release, in a small repository of its own with an npm that writes down what it is asked for: nothing is published, no registry is asked. What it
 * packs is packed by the real one.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, cpSync, existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { edits } from './release/edits.ts';
import { compareVersions, distTag, parseVersion } from './release/version.ts';

const root = join(import.meta.dirname, '..');
const places: string[] = [];
after(() => {
  for (const place of places) rmSync(place, { recursive: true, force: true });
});

const changelog = '# Changelog\n\n## [Unreleased]\n\n### Added\n\n- Something.\n\n## [0.0.9] - 2026-01-01\n\n- Older.\n';

/** An npm that notes what it is asked for. Its build writes what package.json exports; it fails or waits where a test says so. */
const fakeNpm = `#!${process.execPath}
const fs = require('node:fs'), path = require('node:path'), { execFileSync } = require('node:child_process');
const args = process.argv.slice(2), asked = args.join(' ');
fs.appendFileSync(process.env.ASKED, asked + '\\n');
if (process.env.FAIL !== undefined && asked.includes(process.env.FAIL)) process.exit(3);
if (process.env.WAIT !== undefined && asked.includes(process.env.WAIT)) setTimeout(() => {}, 60_000);
if (asked === 'run build') {
  for (const name of fs.readdirSync('packages')) {
    const fields = JSON.parse(fs.readFileSync(path.join('packages', name, 'package.json'), 'utf8'));
    const named = [...Object.values(fields.exports), fields.bin ?? {}].flatMap((one) => (typeof one === 'string' ? [one] : Object.values(one)));
    for (const file of named.filter((one) => one.startsWith('./dist'))) {
      fs.mkdirSync(path.dirname(path.join('packages', name, file)), { recursive: true });
      fs.writeFileSync(path.join('packages', name, file), 'export {};');
    }
  }
}
if (args[0] === 'pack') process.stdout.write(execFileSync(process.env.REAL_NPM, args, { stdio: ['ignore', 'pipe', 'ignore'] }));
`;

const realNpm = (process.env['PATH'] ?? '')
  .split(delimiter)
  .map((place) => join(place, 'npm'))
  .find((file) => existsSync(file));

class Repository {
  readonly folder = mkdtempSync(join(tmpdir(), 'thalweg-release-'));
  readonly tree = join(this.folder, 'tree');

  /** A clean tree on main, with a remote, of the files that a release is about. */
  constructor() {
    places.push(this.folder);
    const files = ['.gitignore', 'package.json', 'package-lock.json', 'CITATION.cff', ...globSync('apps/*/package.json', { cwd: root })];
    files.push(...globSync(['packages/*/{package.json,README.md,LICENSE}', 'scripts/**/*.ts', 'examples/start/*.*'], { cwd: root }));
    for (const file of files) cpSync(join(root, file), join(this.tree, file), { recursive: true });
    for (const file of globSync('packages/*/package.json', { cwd: root })) {
      const { exports } = JSON.parse(readFileSync(join(root, file), 'utf8')) as { exports: Record<string, string | { source: string }> };
      for (const one of Object.values(exports)) if (typeof one !== 'string') this.write(join(dirname(file), one.source), 'export {};\n');
    }
    this.write('CHANGELOG.md', changelog);
    mkdirSync(join(this.folder, 'bin'));
    writeFileSync(join(this.folder, 'bin/npm'), fakeNpm);
    chmodSync(join(this.folder, 'bin/npm'), 0o755);
    writeFileSync(join(this.folder, 'asked'), '');
    execFileSync('git', ['init', '--quiet', '--bare', join(this.folder, 'remote')]);
    this.git('init', '--quiet', '--initial-branch', 'main');
    this.git('config', 'user.name', 'A tester');
    this.git('config', 'user.email', 'tester@example.org');
    this.git('remote', 'add', 'origin', join(this.folder, 'remote'));
    this.commit();
  }

  git(...args: string[]): string {
    return execFileSync('git', args, { cwd: this.tree, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trimEnd();
  }

  commit(): void {
    this.git('add', '-A');
    this.git('commit', '--quiet', '-m', 'A change');
  }

  read(file: string): string {
    return readFileSync(join(this.tree, file), 'utf8');
  }

  write(file: string, text: string): void {
    mkdirSync(dirname(join(this.tree, file)), { recursive: true });
    writeFileSync(join(this.tree, file), text);
  }

  /** The checkers of packages, which find nothing. */
  addCheckers(): void {
    for (const name of ['publint', 'attw']) {
      const file = `environments/node_modules/.bin/${name}`;
      this.write(file, `#!/bin/sh\necho ${name} "$@" >> "$ASKED"\n`);
      chmodSync(join(this.tree, file), 0o755);
    }
  }

  /** What npm and the checkers were asked for. */
  asked(): string[] {
    return readFileSync(join(this.folder, 'asked'), 'utf8').trim().split('\n').filter(Boolean);
  }

  release(args: string[], env: Record<string, string> = {}, signalAt?: string): Promise<{ code: number | null; said: string }> {
    const child = spawn(process.execPath, ['scripts/release.ts', ...args], {
      cwd: this.tree,
      env: {
        ...process.env,
        ACTIONS_ID_TOKEN_REQUEST_URL: '',
        SIGSTORE_ID_TOKEN: '',
        PATH: `${join(this.folder, 'bin')}${delimiter}${process.env['PATH'] ?? ''}`,
        ASKED: join(this.folder, 'asked'),
        REAL_NPM: realNpm ?? '',
        ...env,
      },
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said += text));
    const watch = setInterval(() => {
      if (signalAt !== undefined && this.asked().includes(signalAt)) child.kill('SIGINT');
    }, 20);
    return new Promise((resolve) => {
      child.on('close', (code) => {
        clearInterval(watch);
        resolve({ code, said });
      });
    });
  }
}

const inCI = { ACTIONS_ID_TOKEN_REQUEST_URL: 'https://example.org' };
const names = ['thalweg', 'thalweg-guide', 'thalweg-compare'];

test('versions are ordered as npm orders them', () => {
  const rising = [
    '0.1.0',
    '0.1.1-1',
    '0.1.1-2',
    '0.1.1-10',
    '0.1.1-alpha',
    '0.1.1-alpha.1',
    '0.1.1-rc.1',
    '0.1.1',
    '0.2.0',
    '0.10.0',
    '1.0.0',
  ];
  const versions = rising.map((text) => parseVersion(text)!);
  for (const [i, a] of versions.entries())
    for (const [j, b] of versions.entries()) assert.equal(Math.sign(compareVersions(a, b)), Math.sign(i - j));
  assert.deepEqual(
    versions.map(distTag),
    rising.map((text) => (text.includes('-') ? 'next' : 'latest')),
  );
  for (const wrong of ['', '1', '1.2', 'v1.2.3', '1.2.3.4', '01.2.3', '1.2.3-', '1.2.3-01', '1.2.3 ', '1.2.x', 'latest'])
    assert.equal(parseVersion(wrong), undefined, wrong);
});

test('no file of the repository keeps the old version where it is the version of the project', () => {
  const texts = edits(root, '7.8.9-rc.1', '2031-02-03');
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const own = new RegExp(
    `"(?:version|thalweg|@thalweg/\\w+)": "\\^?${version.replaceAll('.', '\\.')}"|thalweg@${version.replaceAll('.', '\\.')}`,
  );
  const lock = JSON.parse(texts.get('package-lock.json') ?? '') as { packages: Record<string, { version?: string }> };
  for (const [file, text] of texts) if (file !== 'package-lock.json') assert.doesNotMatch(text, own, file);
  for (const [place, entry] of Object.entries(lock.packages))
    if (/^((packages|apps)\/\w+)?$/.test(place)) assert.equal(entry.version, '7.8.9-rc.1');
  assert.match(texts.get('CITATION.cff') ?? '', /^version: 7\.8\.9-rc\.1\ndate-released: '2031-02-03'$/m);
  assert.match(texts.get('CHANGELOG.md') ?? '', /^## \[Unreleased\]\n\n## \[7\.8\.9-rc\.1\] - 2031-02-03$/m);
  assert.match(texts.get('examples/start/import-map.html') ?? '', /thalweg@7\.8\.9-rc\.1\/dist/);
  const named = [
    'packages/*/package.json',
    'apps/*/package.json',
    'package.json',
    'examples/**/*.{html,js}',
    'packages/*/README.md',
    '*.cff',
  ];
  for (const file of globSync(named, { cwd: root, exclude: ['**/node_modules/**'] })) {
    const stale = own.test(readFileSync(join(root, file), 'utf8'));
    assert.ok(!stale || texts.has(file), `${file} has the version and a release does not set it`);
  }
});

test('a release without --publish shows everything and leaves the tree as it was', async () => {
  const repository = new Repository();
  const head = repository.git('rev-parse', 'HEAD');
  const { code, said } = await repository.release(['0.2.0']);
  assert.equal(code, 0, said);
  assert.equal(repository.git('status', '--porcelain'), '');
  assert.equal(repository.git('rev-parse', 'HEAD'), head);
  assert.equal(repository.git('tag'), '');
  assert.deepEqual(
    repository.asked().map((line) => line.replace(/ --pack-destination .*/, '')),
    ['test', 'run build', 'run sizes', ...names.map(() => 'pack --json --loglevel=error')],
  );
  for (const name of names)
    assert.match(said, new RegExp(`npm publish \\./\\.release/${name}-0\\.2\\.0\\.tgz --provenance --access public --tag latest`));
  for (const name of ['thalweg', '@thalweg/guide', '@thalweg/compare'])
    assert.match(said, new RegExp(`^${name}@0\\.2\\.0, dist-tag latest$`, 'm'));
  for (const words of [
    /^ +0\.0 kB {2}dist\/index\.js$/m,
    /\d+ files, [\d.]+ kB; packed [\d.]+ kB/,
    /- Something\./,
    /left out: publint thalweg/,
    /Nothing is published/,
  ])
    assert.match(said, words);
  // What was packed has the new version, and depends on it.
  const packed = execFileSync('tar', ['xzOf', join(repository.tree, '.release/thalweg-compare-0.2.0.tgz'), 'package/package.json'], {
    encoding: 'utf8',
  });
  assert.match(packed, /"version": "0\.2\.0"[\s\S]*"@thalweg\/guide": "\^0\.2\.0"[\s\S]*"thalweg": "\^0\.2\.0"/);
});

test('with --publish it commits, tags, publishes in the order of dependencies and pushes', async () => {
  const repository = new Repository();
  repository.addCheckers();
  const { code, said } = await repository.release(['0.2.0-rc.1', '--publish'], inCI);
  assert.equal(code, 0, said);
  assert.equal(repository.git('status', '--porcelain'), '');
  assert.equal(repository.git('log', '--format=%s', '-1'), 'Release 0.2.0-rc.1');
  assert.equal(repository.git('rev-parse', 'HEAD'), repository.git('rev-parse', 'v0.2.0-rc.1^{commit}'));
  assert.match(repository.git('tag', '-l', '--format=%(contents)'), /^0\.2\.0-rc\.1\n\n### Added\n\n- Something\.$/);
  const today = new Date().toISOString().slice(0, 10);
  assert.equal(repository.read('CHANGELOG.md'), changelog.replace('[Unreleased]\n', `[Unreleased]\n\n## [0.2.0-rc.1] - ${today}\n`));
  assert.match(repository.read('packages/compare/package.json'), /"version": "0\.2\.0-rc\.1"[\s\S]*"thalweg": "\^0\.2\.0-rc\.1"/);
  const asked = repository.asked();
  assert.deepEqual(
    asked.slice(-3),
    names.map((name) => `publish ./.release/${name}-0.2.0-rc.1.tgz --provenance --access public --tag next`),
  );
  for (const name of names) {
    assert.ok(asked.includes(`publint run .release/${name}-0.2.0-rc.1.tgz --strict`), asked.join('\n'));
    assert.ok(asked.includes(`attw .release/${name}-0.2.0-rc.1.tgz --profile esm-only`), asked.join('\n'));
  }
  const remote = (...args: string[]): string =>
    execFileSync('git', args, { cwd: join(repository.folder, 'remote'), encoding: 'utf8' }).trim();
  assert.equal(remote('rev-parse', 'main'), repository.git('rev-parse', 'HEAD'));
  assert.equal(remote('tag'), 'v0.2.0-rc.1');
});

test('what stands in the way is named, all of it, before anything is run or changed', async () => {
  const repository = new Repository();
  const refused = async (args: string[], env: Record<string, string>, ...words: RegExp[]): Promise<void> => {
    const before = repository.git('status', '--porcelain');
    const { code, said } = await repository.release(args, env);
    assert.equal(code, 1, said);
    for (const word of words) assert.match(said, word);
    assert.doesNotMatch(said, /^ +at /m);
    assert.equal(repository.git('status', '--porcelain'), before);
  };
  await refused(['0.1.0'], {}, /0\.1\.0 is not higher than 0\.1\.0/);
  await refused(['0.1.0-rc.1'], {}, /not higher/);
  await refused(['0.2.0', '--publish'], {}, /provenance only from a CI/, /publint and attw must check/);
  repository.git('tag', 'v0.2.0');
  repository.git('switch', '--quiet', '-c', 'other');
  await refused(['0.2.0', '--publish'], inCI, /the tag v0\.2\.0 exists/, /made on main, and this is other/);
  repository.write('CHANGELOG.md', '# Changelog\n\n## [Unreleased]\n\n### Added\n\n## [0.1.0] - 2026-01-01\n\n- Old.\n');
  await refused(['0.0.1'], {}, /the tree has changes[^]*^ +M CHANGELOG\.md$/m, /no entry under/, /not higher/);
  assert.deepEqual(repository.asked(), []);
});

test('wrong usage is answered with the usage and exit code 2', async () => {
  const repository = new Repository();
  for (const args of [[], ['0.2.0', '0.3.0'], ['v0.2.0'], ['--dry-run', '0.2.0'], ['minor']]) {
    const { code, said } = await repository.release(args);
    assert.equal(code, 2, said);
    assert.match(said, /npm run release -- VERSION|valid are 0\.2\.0/);
  }
  const { code, said } = await repository.release(['--help']);
  assert.equal(code, 0);
  assert.match(said, /Exit codes: 0 success/);
});

for (const step of ['test', 'run build', 'run sizes', 'pack']) {
  test(`where npm ${step} fails there is no release, and the tree is as it was`, async () => {
    const repository = new Repository();
    repository.addCheckers();
    const { code, said } = await repository.release(['0.2.0', '--publish'], { ...inCI, FAIL: step });
    assert.equal(code, 1, said);
    assert.match(said, new RegExp(`npm ${step}.* failed`));
    assert.equal(repository.git('status', '--porcelain'), '');
    assert.equal(repository.git('log', '--format=%s'), 'A change');
    assert.ok(!repository.asked().some((line) => line.startsWith('publish')));
  });
}

test('where a package is incomplete, or a checker or the commit fails, there is no release either', async () => {
  const repository = new Repository();
  repository.addCheckers();
  const refused = async (words: RegExp): Promise<void> => {
    const { code, said } = await repository.release(['0.2.0', '--publish'], inCI);
    assert.equal(code, 1, said);
    assert.match(said, words);
    assert.equal(repository.git('status', '--porcelain'), '');
    assert.equal(repository.git('tag'), '');
  };
  repository.write('.git/hooks/pre-commit', '#!/bin/sh\nexit 1\n');
  chmodSync(join(repository.tree, '.git/hooks/pre-commit'), 0o755);
  await refused(/git commit .* failed/);
  repository.git('rm', '--quiet', 'packages/guide/README.md');
  repository.git('commit', '--quiet', '--no-verify', '-m', 'No page');
  await refused(/@thalweg\/guide: missing README\.md/);
  repository.write('environments/node_modules/.bin/attw', '#!/bin/sh\nexit 1\n');
  await refused(/attw .* failed \(exit code 1\)/);
});

test('where publishing fails half-way, what is left to do is said', async () => {
  const repository = new Repository();
  repository.addCheckers();
  const { code, said } = await repository.release(['0.2.0', '--publish'], { ...inCI, FAIL: 'publish ./.release/thalweg-guide' });
  assert.equal(code, 1, said);
  const [, left = ''] = said.split('What is left to do:\n');
  assert.deepEqual(left.trim().split(/\s*\n\s*/), [
    'npm publish ./.release/thalweg-guide-0.2.0.tgz --provenance --access public --tag latest',
    'npm publish ./.release/thalweg-compare-0.2.0.tgz --provenance --access public --tag latest',
    'git push --atomic origin HEAD v0.2.0',
  ]);
  assert.equal(repository.git('tag'), 'v0.2.0');
});

test('Ctrl-C leaves the tree as it was', async () => {
  const repository = new Repository();
  const { code, said } = await repository.release(['0.2.0'], { WAIT: 'test' }, 'test');
  assert.equal(code, 130, said);
  assert.match(said, /all changes were reverted/);
  assert.equal(repository.git('status', '--porcelain'), '');
});
