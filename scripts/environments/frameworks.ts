/** Rows of frameworks and test runners, which have realms, bundlers and runtimes of their own. */
import { join } from 'node:path';
import * as bundled from './bundled.ts';
import { browserOnly } from './machine.ts';
import { chromiumVersion, open } from './pages.ts';
import { out, version } from './prepare.ts';
import { must, tool } from './process.ts';
import type { Expected, Found, Row } from './row.ts';
import { checkError, checkFits, told } from './said.ts';
import { served } from './served.ts';

const several: Expected = { backend: 'wasm', threads: 'several' };
const one: Expected = { backend: 'wasm', threads: 'one' };
const inScript: Expected = { backend: 'fround', threads: 'one' };

/** Checks what a program said that caught its mistake itself. */
function caught(output: string, expected: Expected, file: string): Found {
  const { mistake = '', ...fits } = told(output);
  checkError(mistake, file);
  return checkFits(fits, expected);
}

const jest = (environment: 'node' | 'jsdom'): Row => ({
  name: `Jest, ${environment}`,
  versions: () => `jest ${version('jest')}`,
  run: async () => {
    const flags = ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js'];
    const args = [...flags, '--rootDir=jest', `--env=${environment}`, `--cacheDirectory=${join(out, 'jest')}`, '--transform={}', '--ci'];
    const { output, errors } = await must(process.execPath, args);
    return caught(output + errors, several, 'train.test.js');
  },
});

const vitest = (environment: 'node' | 'jsdom'): Row => ({
  name: `Vitest, ${environment}`,
  versions: () => `vitest ${version('vitest')}`,
  run: async () => {
    const { output } = await must(tool('vitest'), ['run', '--dir=vitest', `--environment=${environment}`, '--reporter=verbose']);
    return caught(output, several, 'train.test.js');
  },
});

const workerd: Row = {
  name: 'workerd (no WebAssembly at run time)',
  versions: () => `miniflare ${version('miniflare')}, workerd ${version('workerd')}`,
  run: async () => {
    const bundle = join(await bundled.esbuild('esm', 'browser', 'edge.js'), 'edge.js');
    return caught((await must(process.execPath, ['node/miniflare.js', bundle])).output, inScript, 'edge');
  },
};

/** Next is built once for its rows. */
let built: Promise<unknown> | undefined;
const inNext = (name: string, use: (origin: string) => Promise<Found>, missing?: () => string | undefined): Row => ({
  name: `Next, ${name}`,
  versions: () => `next ${version('next')}, react ${version('react')}${missing === undefined ? '' : `, ${chromiumVersion()}`}`,
  missing,
  run: async () => {
    await (built ??= must(tool('next'), ['build', 'next']));
    return served(tool('next'), ['start', 'next', '--port', '0'], {}, use);
  },
});

const answer = async (url: string): Promise<string> => (await fetch(url)).text();

/** The rows. */
export const frameworks: readonly Row[] = [
  inNext('client component', (origin) => open(`${origin}/`, one, '/_next/'), browserOnly),
  inNext('route', async (origin) => caught(await answer(`${origin}/api/train`), several, '.next')),
  inNext('edge route', async (origin) => caught(await answer(`${origin}/api/edge`), one, '.next')),
  jest('node'),
  jest('jsdom'),
  vitest('node'),
  vitest('jsdom'),
  workerd,
];
