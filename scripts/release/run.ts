/** Runs the commands that a release consists of, one at a time, and says what fails without a stack. */
import { spawn, type ChildProcess } from 'node:child_process';

/** Why there is no release: what a person is told, and the exit code. */
export class Refusal extends Error {
  readonly code: number;

  constructor(message: string, code = 1) {
    super(message);
    this.code = code;
  }
}

/** How to run a command: where, whether its output is for the person rather than for us, and in which environment. */
export interface RunOptions {
  readonly cwd: string;
  readonly show?: boolean;
  readonly env?: NodeJS.ProcessEnv;
}

let running: ChildProcess | undefined;

/** Runs a command. Gives what it prints, unless that is shown. Throws a Refusal where it fails. */
export function run(command: string, args: readonly string[], { cwd, show = false, env = process.env }: RunOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', show ? 'inherit' : 'pipe', 'inherit'] });
    running = child;
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.on('error', (error) => {
      reject(new Refusal(`${command} cannot be started: ${error.message}`));
    });
    child.on('close', (code, signal) => {
      if (code === 0) resolve(output.trimEnd());
      else reject(new Refusal(`${[command, ...args].join(' ')} failed (${signal ?? `exit code ${String(code)}`})`));
    });
  });
}

/** Ends the command that is running. */
export function stop(): void {
  running?.kill();
}
