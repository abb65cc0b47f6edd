/** Rows where the program runs as it is, without a bundler: Node's versions, Bun, Deno, a thread of Node, and Node without WebAssembly. */
import { join } from 'node:path';
import { home, version } from './prepare.ts';
import { run } from './process.ts';
import { linuxOnly } from './machine.ts';
import type { Expected, Row } from './row.ts';
import { checkError, checkFits, told } from './said.ts';

const several: Expected = { backend: 'wasm', threads: 'several' };
const inScript: Expected = { backend: 'fround', threads: 'one' };

/** Runs the program by a command, which ends with its mistake, and checks both. */
export async function runProgram(command: string, args: readonly string[], expected: Expected, file = 'program') {
  const { code, output, errors } = await run(command, args);
  const found = checkFits(told(output + errors), expected);
  if (code === 0) throw new Error('the mistake did not end the process');
  checkError(errors.trim(), file);
  return found;
}

const module = join(home, 'node_modules');
/** Node's releases, by their programs. */
export const nodes = {
  22: join(module, 'node22/bin/node'),
  24: join(module, 'node24/bin/node'),
  26: process.execPath,
} as const;
/** Which release it is. */
export const nodeVersion = (major: keyof typeof nodes): string =>
  `Node ${major === 26 ? process.versions.node : version(`node${String(major)}`)}`;
const byNode = (major: keyof typeof nodes) => (major === 26 ? undefined : linuxOnly);

/** Rows of Node by import and by require. */
const inNode = ([26, 24, 22] as const).flatMap((major): Row[] =>
  (['import', 'require'] as const).map((how) => ({
    name: `Node ${String(major)}, ${how}`,
    versions: () => nodeVersion(major),
    missing: byNode(major),
    run: () => runProgram(nodes[major], [how === 'import' ? 'program.js' : 'node/program.cjs'], several),
  })),
);

/** The rows. */
export const runtimes: readonly Row[] = [
  ...inNode,
  {
    name: 'Node, worker_threads',
    versions: () => nodeVersion(26),
    run: () => runProgram(nodes[26], ['node/worker.js'], several),
  },
  {
    name: 'Node, --jitless (no WebAssembly)',
    versions: () => nodeVersion(26),
    run: () => runProgram(nodes[26], ['--jitless', 'program.js'], inScript),
  },
  {
    name: 'Bun',
    versions: () => `Bun ${version('bun')}`,
    missing: linuxOnly,
    run: () => runProgram(join(module, '@oven/bun-linux-x64/bin/bun'), ['program.js'], several),
  },
  {
    name: 'Deno',
    versions: () => `Deno ${version('deno')}`,
    missing: linuxOnly,
    run: () => runProgram(join(module, '@deno/linux-x64-glibc/deno'), ['run', '--allow-env', '--allow-read', 'program.js'], several),
  },
];
