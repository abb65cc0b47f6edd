/**
 * A release is one command: `npm run release -- 0.2.0`. It tests, builds, packs and checks what would be published, shows it, and leaves the tree as it
 * was. With `--publish` it then commits, tags, publishes with provenance and pushes.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { publishedPackages } from './address.ts';
import { takenByNpm } from './asked.ts';
import { changesOf, edits, hasEntries } from './release/edits.ts';
import { Refusal, run as runIn, stop } from './release/run.ts';
import { kilobytes, pack, problemOf, type Tarball } from './release/tarball.ts';
import { compareVersions, distTag, parseVersion, type Version } from './release/version.ts';

const root = join(import.meta.dirname, '..');
const folder = '.release';

const help = `npm run release -- VERSION [--publish]

Releases all packages: sets VERSION everywhere, dates the changelog, runs all tests, builds, packs, checks the packages and their sizes,
and shows what would be published. Without --publish, it then reverts all changes; with --publish, it commits, tags, publishes with npm's
provenance, and pushes the commit and the tag. A version such as 0.2.0-rc.1 is published as "next", others as "latest".

Requires a clean working tree, a version higher than that of package.json, and entries under Unreleased in CHANGELOG.md.
--publish requires the branch main, the package checkers (npm ci --prefix environments), and a CI system from which npm accepts provenance:
GitHub Actions with "id-token: write", or GitLab CI with SIGSTORE_ID_TOKEN.

Exit codes: 0 success, 1 refused or a check failed, 2 wrong usage, 130 interrupted. The tarballs are in ${folder}/.`;

const run = (command: string, args: readonly string[], show = false, env = process.env): Promise<string> =>
  runIn(command, args, { cwd: root, show, env });
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

const git = (...args: readonly string[]): Promise<string> => run('git', args);
// With CI set, a test that cannot run is a failure.
const npm = (...args: readonly string[]): Promise<string> => run('npm', args, true, { ...process.env, CI: 'true' });

/** The programs that check packages, where they are installed. */
const checkers = [
  { name: 'publint', args: (tarball: string) => ['run', tarball, '--strict'] },
  { name: 'attw', args: (tarball: string) => [tarball, '--profile', 'esm-only'] },
].map(({ name, args }) => ({ name, args, bin: join(root, 'environments/node_modules/.bin', name) }));

/** The version and what to do with it. Throws a Refusal where it cannot be told. */
function request(): { text: string; version: Version; publish: boolean } | 'help' {
  const options = { publish: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false } } as const;
  let parsed;
  try {
    parsed = parseArgs({ options, allowPositionals: true });
  } catch (error) {
    throw new Refusal(`${error instanceof Error ? error.message : String(error)}\n\n${help}`, 2);
  }
  const { values, positionals } = parsed;
  const taken = takenByNpm(['publish']);
  if (taken !== undefined) throw new Refusal(taken, 2);
  if (values.help) return 'help';
  const [text, ...more] = positionals;
  if (text === undefined || more.length > 0) throw new Refusal(`Give one version.\n\n${help}`, 2);
  const version = parseVersion(text);
  if (version === undefined)
    throw new Refusal(`${text} is not a valid version; valid are 0.2.0 and 0.2.0-rc.1, for example, without a v`, 2);
  return { text, version, publish: values.publish };
}

/** Throws a Refusal that names everything that stands in the way. */
async function checkState(text: string, version: Version, publish: boolean): Promise<void> {
  const wrong: string[] = [];
  const changed = await git('status', '--porcelain');
  if (changed !== '') wrong.push(`the tree has changes; commit or stash them:\n${changed.replaceAll(/^/gm, '    ')}`);
  const { version: current } = JSON.parse(read('package.json')) as { version: string };
  const before = parseVersion(current);
  if (before === undefined || compareVersions(version, before) <= 0)
    wrong.push(`${text} is not higher than ${current}, the version of package.json`);
  if ((await git('tag', '--list', `v${text}`)) !== '') wrong.push(`the tag v${text} exists`);
  if (!hasEntries(read('CHANGELOG.md'))) wrong.push('CHANGELOG.md has no entry under ## [Unreleased]');
  if (publish) {
    const branch = await git('rev-parse', '--abbrev-ref', 'HEAD');
    if (branch !== 'main') wrong.push(`releases are made on main, and this is ${branch}`);
    const { ACTIONS_ID_TOKEN_REQUEST_URL: github = '', SIGSTORE_ID_TOKEN: gitlab = '' } = process.env;
    if (github === '' && gitlab === '')
      wrong.push('npm takes provenance only from a CI: GitHub Actions with "id-token: write", or GitLab CI with SIGSTORE_ID_TOKEN');
    const absent = checkers.filter(({ bin }) => !existsSync(bin)).map(({ name }) => name);
    if (absent.length > 0) wrong.push(`${absent.join(' and ')} must check the packages: npm ci --prefix environments`);
  }
  if (wrong.length > 0) throw new Refusal(`No release of ${text}:\n${wrong.map((one) => `  - ${one}`).join('\n')}`);
}

/** The published packages, each after those that it depends on. */
function inOrder(): string[] {
  const all = publishedPackages(root).map((place) => ({
    place,
    ...(JSON.parse(read(join(place, 'package.json'))) as { name: string; dependencies?: Record<string, string> }),
  }));
  const placed: string[] = [];
  const visit = ({ place, dependencies = {} }: (typeof all)[number]): void => {
    all.filter(({ name }) => name in dependencies).forEach(visit);
    if (!placed.includes(place)) placed.push(place);
  };
  all.forEach(visit);
  return placed;
}

/** Tests, builds, packs and checks. Gives the tarballs in the order in which to publish them. */
async function prepare(): Promise<Tarball[]> {
  await npm('test');
  for (const place of publishedPackages(root)) {
    for (const old of ['dist', 'build.tsbuildinfo']) rmSync(join(root, place, old), { recursive: true, force: true });
  }
  await npm('run', 'build');
  await npm('run', 'sizes');
  rmSync(join(root, folder), { recursive: true, force: true });
  mkdirSync(join(root, folder));
  const tarballs: Tarball[] = [];
  for (const place of inOrder()) {
    const tarball = await pack(root, place, join(root, folder));
    const problem = problemOf(tarball, root, place);
    if (problem !== undefined) throw new Refusal(problem);
    for (const { name, bin, args } of checkers) {
      if (existsSync(bin)) await run(bin, args(join(folder, tarball.filename)), true);
      else console.log(`left out: ${name} ${tarball.name} (npm ci --prefix environments)`);
    }
    tarballs.push(tarball);
  }
  return tarballs;
}

function publishArguments({ filename }: Tarball, tag: string): string[] {
  return ['publish', `./${folder}/${filename}`, '--provenance', '--access', 'public', '--tag', tag];
}

/** Prints what would be published. */
function show(tarballs: readonly Tarball[], text: string, tag: string): void {
  for (const { name, version, files, size, unpackedSize } of tarballs) {
    console.log(`\n${name}@${version}, dist-tag ${tag}`);
    for (const file of files) console.log(`  ${kilobytes(file.size).padStart(9)}  ${file.path}`);
    console.log(`  ${String(files.length)} files, ${kilobytes(unpackedSize)}; packed ${kilobytes(size)}`);
  }
  console.log(`\nv${text}:\n\n${changesOf(read('CHANGELOG.md'), text)}\n`);
}

/** Commits the changed files, or leaves the index as it was. */
async function commit(files: readonly string[], text: string): Promise<void> {
  try {
    await git('commit', '--quiet', '-m', `Release ${text}`, '--', ...files);
  } catch (error) {
    await git('reset', '--quiet');
    throw error;
  }
}

/** Tags, publishes and pushes what is committed. Where something fails, says which commands are left. */
async function publish(tarballs: readonly Tarball[], text: string, tag: string): Promise<void> {
  await git('tag', '-a', `v${text}`, '--cleanup=verbatim', '-m', `${text}\n\n${changesOf(read('CHANGELOG.md'), text)}`);
  const remote = (await git('remote')).split('\n').includes('origin');
  const commands: [string, ...string[]][] = tarballs.map((tarball) => ['npm', ...publishArguments(tarball, tag)]);
  if (remote) commands.push(['git', 'push', '--atomic', 'origin', 'HEAD', `v${text}`]);
  for (const [i, [command, ...args]] of commands.entries()) {
    try {
      await run(command, args, true);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const left = commands.slice(i).map((one) => `  ${one.join(' ')}`);
      throw new Refusal(`${error.message}\nThe commit and the tag v${text} are made. What is left to do:\n${left.join('\n')}`);
    }
  }
  console.log(`\nPublished ${text}.${remote ? '' : ` There is no remote origin: push main and v${text} yourself.`}`);
}

async function main(): Promise<void> {
  const asked = request();
  if (asked === 'help') {
    console.log(help);
    return;
  }
  const { text, version } = asked;
  await checkState(text, version, asked.publish);
  const texts = edits(root, text, new Date().toISOString().slice(0, 10));
  const before = new Map([...texts.keys()].map((file) => [file, read(file)]));
  const restore = (): void => {
    for (const [file, old] of before) writeFileSync(join(root, file), old);
  };
  const interrupted = (): void => {
    stop();
    restore();
    console.error('\nInterrupted; all changes were reverted.');
    process.exit(130);
  };
  process.on('SIGINT', interrupted).on('SIGTERM', interrupted);
  let tarballs: Tarball[];
  try {
    for (const [file, content] of texts) writeFileSync(join(root, file), content);
    tarballs = await prepare();
    show(tarballs, text, distTag(version));
    if (asked.publish) {
      await commit([...texts.keys()], text);
      before.clear();
    }
  } finally {
    restore();
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
  }
  if (asked.publish) return publish(tarballs, text, distTag(version));
  console.log(
    `Nothing is published, and the tree is as it was. With --publish, this would commit "Release ${text}", tag v${text}, and call`,
  );
  for (const tarball of tarballs) console.log(`  npm ${publishArguments(tarball, distTag(version)).join(' ')}`);
}

try {
  await main();
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  console.error(error.message);
  process.exitCode = error.code;
}
