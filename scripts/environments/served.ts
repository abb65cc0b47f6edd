/** Servers that tools bring: each is started on a free port, used, and ended. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { home } from './prepare.ts';

/** Starts a server by a command that prints its address, gives the address to `use`, and ends the server. */
export async function served<T>(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  use: (origin: string) => Promise<T>,
): Promise<T> {
  // A process group of its own, since tools start processes that outlive them.
  const child = spawn(command, args, { cwd: home, env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined, ...env }, detached: true });
  let said = '';
  const address = new Promise<string>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`${command} named no address\n${said}`)), 60_000);
    const listen = (text: string): void => {
      said += text;
      const found = /http:\/\/(?:localhost|127\.0\.0\.1):\d+/.exec(said)?.[0];
      if (found === undefined) return;
      clearTimeout(late);
      resolve(found);
    };
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', listen);
    child.on('error', reject);
  });
  try {
    return await use(await address);
  } finally {
    const gone = once(child, 'close');
    if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    await gone;
  }
}
