/** A real Redis for a test, on a free port and in a folder of its own. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

/** Why tests that need one cannot run; false where they can. In CI there is no excuse. */
export const withoutRedis: string | false = ((): string | false => {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
    return false;
  } catch (error) {
    if ((process.env['CI'] ?? '') !== '') throw error;
    return 'there is no redis-server here (Debian: apt-get install redis-server)';
  }
})();

const started = new Set<Server>();
after(() => Promise.all([...started].map((one) => one.remove())));

/** A Redis that can be killed and started again. */
export class Server {
  readonly port: number;
  private readonly folder = mkdtempSync(join(tmpdir(), 'thalweg-redis-'));
  private readonly options: readonly string[];
  private child: ChildProcess | undefined;

  private constructor(port: number, options: readonly string[]) {
    [this.port, this.options] = [port, options];
    started.add(this);
  }

  /** One that is not started yet; it keeps nothing on disk, unless `options` say so. */
  static async at(...options: readonly string[]): Promise<Server> {
    const port = await new Promise<number>((resolve) => {
      const probe = createServer().listen(0, '127.0.0.1', () => {
        const address = probe.address();
        probe.close(() => { resolve(typeof address === 'object' && address !== null ? address.port : 0); }); // prettier-ignore
      });
    });
    return new Server(port, options);
  }

  /** Its address. */
  get url(): string {
    return `redis://127.0.0.1:${String(this.port)}`;
  }

  /** Starts it, and returns once it answers. */
  async start(): Promise<this> {
    const fixed = [
      '--port',
      String(this.port),
      '--bind',
      '127.0.0.1',
      '--dir',
      this.folder,
      '--save',
      '',
      '--maxmemory-policy',
      'noeviction',
    ];
    this.child = spawn('redis-server', [...fixed, ...this.options], { stdio: 'ignore' });
    while (!(await this.answers())) await sleep(10);
    return this;
  }

  /** Ends it as `kill -9` does. */
  async kill(): Promise<void> {
    const { child } = this;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }

  /** Ends it for good. */
  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private answers(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.port, '127.0.0.1', () => socket.write('PING\r\n'));
      socket.once('data', (data) => {
        // While it reads what it kept it is there and does not answer.
        resolve(!String(data).startsWith('-LOADING'));
        socket.destroy();
      });
      socket.once('error', () => { resolve(false); }); // prettier-ignore
    });
  }
}
