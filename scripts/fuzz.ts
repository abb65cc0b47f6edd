/** `npm run fuzz`: runs the property tests repeatedly with different seeds; `npm test` uses a single seed. */
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { asked } from './asked.ts';

const root = join(import.meta.dirname, '..');
const files = globSync(['packages/*/test/**/*.test.ts', 'apps/*/test/**/*.test.ts', 'scripts/*.test.ts', 'study/*.test.ts'], { cwd: root })
  .filter((file) => readFileSync(join(root, file), 'utf8').includes(`from 'fast-check'`))
  .toSorted();
const nameOf = (file: string): string => basename(file, '.test.ts');

const options = {
  minutes: { about: 'start no new seed after this time; default: 30', takes: 'MINUTES' },
  seed: { about: 'the first seed, for example one that failed; default: random', takes: 'SEED' },
};
const {
  names,
  minutes = '30',
  seed,
} = asked(
  'npm run fuzz',
  'runs the property tests with one seed after another until a test fails or the time is over; prints how to reproduce a failure',
  options,
  { one: 'file', about: 'test files, without .test.ts; default: all with property tests', among: files.map(nameOf) },
);
for (const [name, text] of Object.entries({ minutes, seed: seed ?? '1' })) {
  if (/^\d+(\.\d+)?$/.test(text)) continue;
  console.error(`--${name} takes a number, such as ${name === 'seed' ? '42' : '30'}; got ${text}.`);
  process.exit(2);
}
const chosen = files.filter((file) => names.length === 0 || names.includes(nameOf(file)));
const began = performance.now();
const end = began + Number(minutes) * 60_000;
let next = seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(seed);
let rounds = 0;
do {
  const { status, stdout } = spawnSync(
    process.execPath,
    ['--conditions=source', '--import', './scripts/seeded.ts', '--test', `--test-concurrency=${String(availableParallelism())}`, ...chosen],
    { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 28, env: { ...process.env, FC_SEED: String(next), FORCE_COLOR: '0' } },
  );
  if (status !== 0) {
    console.log(stdout.slice(Math.max(0, stdout.indexOf('failing tests:'))));
    console.log(`Seed ${String(next)} failed after ${String(rounds)} that passed. To reproduce: npm run fuzz -- --seed ${String(next)} --minutes 0 FILE`);
    process.exit(1);
  }
  rounds += 1;
  console.log(`seed ${String(next)} passes (${String(rounds)} in ${((performance.now() - began) / 60_000).toFixed(1)} min)`);
  next = (next + 1) % 2 ** 31;
} while (performance.now() < end); // prettier-ignore
