/** What npm takes for itself, `npm run thalweg compare --quick`, is noticed: for every option of every command, with what npm really makes of it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { Command, Option } from 'commander';
import { subcommands } from '../src/cli/main.ts';
import { swallowed, type Environment } from '../src/cli/swallowed.ts';

const project = mkdtempSync(join(tmpdir(), 'thalweg-npm-'));
after(() => { rmSync(project, { recursive: true, force: true }); }); // prettier-ignore
const bin = join(import.meta.dirname, '../bin/thalweg.ts');
const quoted = [process.execPath, '--conditions=source', bin].map((word) => `"${word}"`).join(' ');
writeFileSync(join(project, 'seen.mjs'), 'console.log(JSON.stringify([process.argv.slice(2), process.env]));');
const scripts = {
  thalweg: 'node seen.mjs',
  bench: 'node seen.mjs thalweg.ts compare --thorough',
  uses: 'node seen.mjs compare --steps $npm_config_steps',
  real: quoted,
  start: `${quoted} compare --json`,
};
writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'x', version: '1.0.0', scripts }));

/** Without what the npm that runs these tests has set. */
const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));

function npm(args: readonly string[], env: Environment = {}): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  return spawnSync('npm', args, { cwd: project, encoding: 'utf8', env: { ...clean, npm_config_userconfig: join(project, 'user.npmrc'), ...env } });
} // prettier-ignore

/** What a script of npm's sees when this line is typed. */
function seen(line: readonly string[], env: Environment = {}): { readonly args: readonly string[]; readonly environment: Environment } {
  const last = npm(line, env).stdout.trim().split('\n').at(-1) ?? '';
  const [args, environment] = JSON.parse(last) as [string[], Environment];
  return { args, environment };
}

/** A value that an option takes. */
const valueOf = ({ argChoices }: Option): string => argChoices?.[0] ?? '7';

const commands = new Map<string, Command>();
for (const { name, load } of subcommands) commands.set(name, await load());

function command(name: string): Command {
  const found = commands.get(name);
  assert.ok(found);
  return found;
}

describe('options that npm takes for itself', () => {
  for (const [name, { options }] of commands) {
    if (options.length === 0) continue;
    test(`each of ${name}'s is missed, and the line to write has it`, () => {
      for (const form of ['apart', 'joined'] as const) {
        const flags = options.flatMap((option) => (!option.required ? [option.long!] : form === 'joined' ? [`${option.long!}=${valueOf(option)}`] : [option.long!, valueOf(option)]));
        const { args, environment } = seen(['run', 'thalweg', name, ...flags]);
        for (const option of options) {
          const alone = Object.assign(command(name).createCommand(name).addOption(option), {});
          const { sentence, stops } = swallowed(alone, args, environment) ?? { sentence: undefined, stops: false };
          // Colours, and nothing else, are turned off by settings of npm's everywhere.
          if (option.long === '--no-color') {
            assert.equal(sentence, undefined);
            continue;
          }
          assert.match(sentence ?? '', new RegExp(` npm run thalweg -- ${name} .*${option.long!}`), `${form} ${option.flags}`);
          assert.equal(stops, !['--json', '--name'].includes(option.long!), option.flags);
        }
      }
    });

    test(`after -- none of ${name}'s is missed`, () => {
      const flags = options.flatMap((option) => [option.long!, ...(option.required ? [valueOf(option)] : [])]);
      const { args, environment } = seen(['run', 'thalweg', '--', name, ...flags]);
      assert.deepEqual(args, [name, ...flags]);
      assert.equal(swallowed(command(name), args, environment), undefined);
      // Even where an outer npm has taken one for another script.
      assert.equal(swallowed(command(name), args, seen(['run', 'thalweg', name, ...flags]).environment), undefined);
    });
  }

  test('the line is the one to write, as far as npm lets it be known', () => {
    const line = (...words: readonly string[]): string | undefined => {
      const { args, environment } = seen(words);
      return swallowed(command('compare'), args[0] === 'thalweg.ts' ? args.slice(1) : args, environment)?.sentence.split('; write ')[1];
    };
    assert.equal(line('run', 'thalweg', 'compare', '--quick'), 'npm run thalweg -- compare --quick');
    assert.equal(line('run', 'thalweg', '--quick', 'compare', 'digits', '--optimizers=sgd,./a b.ts', '--seeds=4'), "npm run thalweg -- compare digits --quick --optimizers 'sgd,./a b.ts' --seeds 4");
    assert.equal(line('run', 'thalweg', 'compare', 'digits', '--seeds', '4'), 'npm run thalweg -- compare … --seeds <n>');
    assert.equal(line('run', 'thalweg', 'compare', '--seeds', '4'), 'npm run thalweg -- compare --seeds <n>');
    assert.equal(line('run', 'bench', '--seeds=4', 'digits'), 'npm run bench -- digits --seeds 4');
    assert.equal(line('run', 'bench', '--seeds', '4'), 'npm run bench -- --seeds <n>');
    assert.equal(line('run', 'bench', '--thorough'), undefined);
  });

  test('settings of npm are none, wherever they stand; nor is what a script itself uses', () => {
    const quiet = (env: Environment = {}, ...line: readonly string[]): void => {
      const { args, environment } = seen(line.length === 0 ? ['run', 'thalweg', 'compare'] : line, env);
      assert.equal(swallowed(command('compare'), args, environment), undefined);
    };
    writeFileSync(join(project, '.npmrc'), 'seeds=3\njson = true\n');
    writeFileSync(join(project, 'user.npmrc'), 'color=false\ngrid-points = 5\nquick\n');
    quiet();
    rmSync(join(project, '.npmrc'));
    rmSync(join(project, 'user.npmrc'));
    quiet({ NPM_CONFIG_QUICK: 'true', NPM_CONFIG_WORKERS: '2' });
    quiet({ npm_config_color: 'false' });
    quiet({ NO_COLOR: '1' });
    quiet({}, 'run', 'thalweg', 'compare', '--silent', '--force', '--loglevel=error', '--ignore-scripts', '--workspaces=false');
    quiet({}, 'run', 'uses', '--steps=30');
    const { args, environment } = seen(['run', 'thalweg', 'compare', '--quick']);
    assert.equal(swallowed(command('compare'), args, { ...environment, npm_config_user_agent: 'pnpm/10.1.0 npm/? node/v24.0.0' }), undefined, 'pnpm hands options over');
    assert.equal(swallowed(command('compare'), args, {}), undefined);
  });

  test('the command stops before it does anything, or says that its output is not what was asked for', () => {
    const { status, stderr, stdout } = npm(['run', 'real', 'compare', '--quick']);
    assert.equal(status, 2);
    assert.ok(!stdout.includes('Report'));
    assert.match(stderr, /thalweg: npm took --quick for itself, since it stands before --, so thalweg did not get it; write npm run real -- compare --quick\n/);
    const start = npm(['start', '--seeds=4']);
    assert.equal(start.status, 2);
    assert.match(start.stderr, /; write npm start -- --seeds 4\n/);
    const told = npm(['run', 'real', 'runs', project, '--json']);
    assert.match(told.stderr, /write npm run real -- runs .* --json\n/);
    assert.match(told.stderr, /there are no kept runs/, 'it went on');
  });
}); // prettier-ignore
