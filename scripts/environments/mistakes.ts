/** Rows of many mistakes, each made in a process of its own: what Node prints of every uncaught error is short and names the user's file. */
import { join } from 'node:path';
import * as bundled from './bundled.ts';
import { version } from './prepare.ts';
import { must, run } from './process.ts';
import type { Found, Row } from './row.ts';
import { checkLength } from './said.ts';

/** Makes all mistakes of a program. */
async function made(program: string, file: string): Promise<Found> {
  const count = Number((await must(process.execPath, [program, 'count'])).output);
  if (!(count > 20)) throw new Error(`there are ${String(count)} mistakes`);
  for (let i = 0; i < count; i++) {
    const { code, errors } = await run(process.execPath, [program, String(i)]);
    if (code === 0 || !/(Thalweg|Option|Array|Equation|Checkpoint|Disposed|NonFinite|Objective)Error/.test(errors))
      throw new Error(`mistake ${String(i)} ended with ${String(code)}:\n${errors.slice(0, 3000)}`);
    checkLength(errors.trim(), file);
  }
  return { words: `${String(count)} errors, each below 1,000 characters` };
}

/** The rows. */
export const mistakes: readonly Row[] = [
  { name: 'mistakes, Node', versions: () => `Node ${process.versions.node}`, run: () => made('mistakes.js', 'mistakes.js') },
  {
    name: 'mistakes, minified by webpack',
    versions: () => `webpack ${version('webpack')}`,
    run: async () => made(join(await bundled.webpack('node', './mistakes.js'), 'program.js'), 'program.js'),
  },
];
