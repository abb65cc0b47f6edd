/** Every script of package.json that is ours has a help, and says in two lines what is wrong with its arguments. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { takenByNpm } from './asked.ts';

const root = join(import.meta.dirname, '..');
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Readonly<Record<string, string>> };
const command = 'packages/compare/bin/thalweg.ts';
/** Our files that scripts run, by the scripts' names. The command has a test of its own, and what Node's runner is given are patterns. */
const files = Object.entries(scripts).flatMap(([name, script]) => {
  const file = /^node (?!.*--test)(?:--\S+ )*(\S+\.ts)/.exec(script)?.[1];
  return file === undefined || file === command ? [] : [[name, file] as const];
});

/** What a script answers. */
function answerOf(file: string, ...args: readonly string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--conditions=source', join(root, file), ...args], { cwd: root });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ code, stdout, stderr });
    });
  });
}

test('there are scripts to ask', () => {
  for (const name of ['bench', 'study', 'reference', 'site', 'test', 'release', 'prove:wgsl']) assert.ok(files.some(([one]) => one === name), name);
}); // prettier-ignore

for (const [name, file] of files)
  test(`npm run ${name} has a help, and refuses what it does not know`, async () => {
    const [help, wrong] = await Promise.all([answerOf(file, '--help'), answerOf(file, '--nonsense')]);
    assert.deepEqual([help.code, help.stderr], [0, '']);
    const [usage = '', , about = ''] = help.stdout.split('\n');
    assert.match(usage, new RegExp(`^npm (?:run ${name}|test)(?: |$)`));
    assert.match(about, /\w+ \w+ \w+/);
    assert.deepEqual([wrong.code, wrong.stdout], [2, '']);
    assert.match(wrong.stderr, /--nonsense/);
    assert.doesNotMatch(wrong.stderr, /^ +at /m);
  });

test('a name that there is not is refused with those that there are', async () => {
  const { code, stderr } = await answerOf('study/run.ts', 'main-glosses', 'nothing');
  assert.equal(code, 2);
  assert.match(stderr, /^There is no comparison nothing; there are main-glosses, /);
});

test('options that npm took for itself are asked for again, and nothing is done without them', () => {
  // As a user types it: npm itself says what it leaves to the script.
  for (const [script, option] of [['study', '--figures'], ['site', '--without-api'], ['bench:tiny', '--write'], ['release', '--publish']] as const) {
    const { status, stdout, stderr } = spawnSync('npm', ['run', '--silent', script, option], { cwd: root, encoding: 'utf8' });
    assert.deepEqual([status, stdout], [2, ''], script);
    assert.match(stderr, new RegExp(`npm run ${script} -- ${option}`));
  }
  assert.equal(takenByNpm(['json', 'only'], { npm_lifecycle_event: 'bench', npm_config_json: 'true', npm_config_only: 'production' }), undefined);
  assert.equal(takenByNpm(['write'], { npm_config_write: 'true' }), undefined);
  assert.equal(takenByNpm(['write'], { npm_lifecycle_event: 'bench' }), undefined);
}); // prettier-ignore
