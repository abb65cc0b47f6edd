/** Rows that run nothing of the library: what the packages look like to resolvers and type checkers, and what an install costs. */
import { readdirSync, statSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { home, out, tarball, version } from './prepare.ts';
import { must, tool } from './process.ts';
import type { Row } from './row.ts';

const published = ['thalweg', '@thalweg/guide', '@thalweg/compare'] as const;

const publint = published.map((name): Row => ({
  name: `publint, ${name}`,
  versions: () => `publint ${version('publint')}`,
  run: async () => {
    await must(tool('publint'), [tarball(name), '--strict']);
    return { words: 'no complaint' };
  },
}));

const attw = published.map((name): Row => ({
  name: `Are the types wrong?, ${name}`,
  versions: () => `attw ${version('@arethetypeswrong/cli')}`,
  run: async () => {
    await must(tool('attw'), [tarball(name), '--profile', 'esm-only', '--no-emoji']);
    return { words: 'no complaint (esm-only)' };
  },
}));

/** Each version of TypeScript, with each way of resolving and with the types of a page or without. */
const types = ['typescript57', 'typescript59', 'typescript7'].map((name): Row => ({
  name: `TypeScript ${name.slice(10).split('').join('.')}, strict, bundler and node16`,
  versions: () => `typescript ${version(name)}`,
  run: async () => {
    const tsc = join(home, 'node_modules', name, 'bin/tsc');
    for (const [module, resolution] of [
      ['esnext', 'bundler'],
      ['node16', 'node16'],
    ] as const)
      for (const lib of ['es2022', 'es2022,dom'])
        await must(process.execPath, [tsc, ...['-p', 'types', '--module', module, '--moduleResolution', resolution, '--lib', lib]]);
    return { words: 'no error' };
  },
}));

/** Bytes of all files below a folder. */
function bytes(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

/** What the comparer may cost. */
const most = { packages: 120, megabytes: 40 };

const install: Row = {
  name: 'npm install @thalweg/compare, npx thalweg list',
  versions: () => `@thalweg/compare ${/(\d[^/]*)\.tgz$/.exec(tarball('@thalweg/compare'))?.[1] ?? ''}`,
  run: async () => {
    const folder = join(out, 'install');
    mkdirSync(folder);
    writeFileSync(join(folder, 'package.json'), '{ "private": true }');
    const files = ['thalweg', '@thalweg/guide', '@thalweg/compare'].map(tarball);
    await must('npm', ['install', ...files, '--no-audit', '--no-fund', '--prefer-offline'], { cwd: folder });
    const { output } = await must('npm', ['ls', '--all', '--parseable'], { cwd: folder });
    const packages = new Set(output.trim().split('\n')).size - 1;
    const megabytes = bytes(join(folder, 'node_modules')) / 1e6;
    if (packages >= most.packages || megabytes >= most.megabytes)
      throw new Error(
        `${String(packages)} packages of ${megabytes.toFixed(1)} MB; at most ${String(most.packages)} and ${String(most.megabytes)}`,
      );
    const list = await must('npx', ['--no', 'thalweg', 'list'], { cwd: folder });
    if (!list.output.includes('adamw')) throw new Error(`thalweg list lists no adamw:\n${list.output}`);
    return { words: `${String(packages)} packages, ${megabytes.toFixed(0)} MB` };
  },
};

/** The rows. */
export const checks: readonly Row[] = [...publint, ...attw, ...types, install];
