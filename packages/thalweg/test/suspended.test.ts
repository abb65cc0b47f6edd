/** A process that is suspended in the middle of a step and goes on: Ctrl-Z, a paused container, a laptop whose lid is closed. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { test } from 'node:test';
import { betweenLooks, Silence } from '../src/device/silence.ts';

/** Runs a script of `support/` and stops it for 1.7 s, `after` so many milliseconds, whenever it has printed a line that fits `when`. */
async function run(script: string, args: readonly number[], when: RegExp, after: readonly number[]): Promise<string> {
  const conditions = process.execArgv.filter((one) => one.startsWith('--conditions'));
  const file = join(import.meta.dirname, 'support', script);
  const child = spawn(process.execPath, [...conditions, file, ...args.map(String)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  let printed = '';
  let stops = Promise.resolve();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
    if (when.test(text)) stops = stops.then(stopOften);
  });
  const stopOften = async (): Promise<void> => {
    for (const milliseconds of after) {
      await wait(milliseconds);
      assert.equal(child.exitCode, null, 'it was over before it was stopped');
      child.kill('SIGSTOP');
      await wait(1700);
      child.kill('SIGCONT');
    }
  };
  const [code, signal] = (await exited) as [number | null, string | null];
  await stops;
  assert.deepEqual([code, signal], [0, null], printed);
  return printed;
}

test('a thread that is stopped with its process while another waits for it is not taken for dead', async () => {
  // A limit below the time of one stop, as if many stops came together.
  const printed = await run('wait-for-slow-threads.ts', [1000], /job/, [60]);
  assert.equal(printed, [0, 1, 2, 3].map((job) => `job ${String(job)}\nown 1\n`).join(''));
});

test('training that is stopped again and again on two threads has the bits of training that never was on one', async () => {
  const expected = await run('train-on-threads.ts', [1, 250], /never/, []);
  assert.match(expected, /^training\n\d+,\d+,\d+\n$/);
  assert.equal(await run('train-on-threads.ts', [2, 250], /training/, [40, 55, 70]), expected);
});

test('only time in which the waiting thread ran counts as silence', () => {
  const limit = 1000;
  const looks = (gap: number, moves: (look: number) => boolean, most = 10_000): number => {
    const silence = new Silence(limit, 0);
    for (let look = 1; look <= most; look++) if (silence.tooLong(look * gap, moves(look))) return look;
    return Infinity;
  };
  const never = (): boolean => false;
  // A dead thread: so many waits as make up the limit, whether a wait is long or a moment.
  assert.equal(looks(betweenLooks, never), limit / betweenLooks + 1);
  assert.equal(looks(1, never), limit + 1);
  // A thread that moves now and then is alive however long it takes.
  assert.equal(looks(betweenLooks, (look) => look % 15 === 0), Infinity); // prettier-ignore
  // One jump, of a second or a year, is as long as none, forwards and backwards.
  for (const jumped of [1700, 1e4, 3e10, -1e4]) {
    const silence = new Silence(limit, 0);
    let now = 0;
    let looks = 0;
    do {
      looks += 1;
      now += looks % 5 === 0 ? jumped : betweenLooks;
    } while (!silence.tooLong(now, false));
    assert.equal(looks, 26, String(jumped));
  }
  // A machine that is always late: not within so many real waits, but not for ever either.
  const late = looks(3 * betweenLooks, never);
  assert.ok(late > (2 * limit) / betweenLooks && late < 10_000, String(late));
});
