/** A contender's program, started: one command, one answer, each within a time limit. Knows the protocol of programs/serve.ts. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A program could not do what it was asked. */
export class ContenderError extends Error {}

const living = new Set<Child>();

/** Ends every program that still runs: for a run that is broken off. */
export function endAll(): void {
  for (const child of living) child.close();
}

/** What a program says of itself names files of this machine, which a committed report must not. */
function withoutPaths(text: string): string {
  return text.replaceAll(/(?:\/[\w.@+-]+){2,}/g, '…');
}

/** A started program. Stays in this process's group, so that a signal to the group ends all. */
export class Child {
  private readonly process: ChildProcessWithoutNullStreams;
  private readonly answers: AsyncIterator<string>;
  private complaints = '';
  private end: string | undefined;

  constructor(command: readonly [string, ...string[]]) {
    const [program, ...args] = command;
    this.process = spawn(program, args, { cwd: import.meta.dirname });
    living.add(this);
    this.answers = createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
    this.process.stderr
      .setEncoding('utf8')
      .on('data', (text: string) => (this.complaints = (this.complaints + withoutPaths(text)).slice(-4000)));
    this.process.on('error', (error) => (this.end ??= error.message));
    this.process.on(
      'exit',
      (code, signal) => (this.end ??= signal === null ? `ended with code ${String(code)}` : `was ended by ${signal}`),
    );
    // A program that has ended takes no input; that it ended is told by the missing answer.
    this.process.stdin.on('error', () => undefined);
  }

  /** New parameters. */
  make(tensors: number, each: number, seconds: number): Promise<string> {
    return this.ask(`make ${String(tensors)} ${String(each)}`, seconds);
  }

  /** Sets the gradients. */
  gradients(kind: string, block: number, seconds: number): Promise<string> {
    return this.ask(`grad ${kind} ${String(block)}`, seconds);
  }

  /** Takes steps; nanoseconds for all of them. */
  async run(steps: number, seconds: number): Promise<number> {
    return Number(await this.ask(`run ${String(steps)}`, seconds));
  }

  /** The parameters. */
  async read(seconds: number): Promise<number[]> {
    return (await this.ask('read', seconds)).split(' ').map(Number);
  }

  /** Bytes that a step reads and writes. */
  async bytes(seconds: number): Promise<number> {
    return Number(await this.ask('bytes', seconds));
  }

  /** Ends the program. */
  close(): void {
    this.process.kill('SIGKILL');
  }

  /** Ends the program and waits until its memory is free. */
  async gone(): Promise<void> {
    const exited = new Promise((resolve) => this.process.once('exit', resolve));
    this.close();
    if (this.end === undefined) await exited;
  }

  private async ask(command: string, seconds: number): Promise<string> {
    this.process.stdin.write(`${command}\n`);
    const late = Promise.withResolvers<'late'>();
    const timer = setTimeout(() => { late.resolve('late'); }, seconds * 1000); // prettier-ignore
    const answer = await Promise.race([this.answers.next(), late.promise]);
    clearTimeout(timer);
    if (answer === 'late') {
      this.close();
      throw new ContenderError(`no answer to "${command}" within ${String(seconds)} s`);
    }
    if (answer.done === true) throw new ContenderError(await this.lastWords());
    if (answer.value.startsWith('no')) throw new ContenderError(answer.value.slice(3));
    return answer.value;
  }

  /** Why the program has ended, once it has. */
  private async lastWords(): Promise<string> {
    for (let tried = 0; this.end === undefined && tried < 100; tried++) await new Promise((resolve) => setTimeout(resolve, 20));
    const complaint = this.complaints
      .trim()
      .split('\n')
      .findLast((line) => /error/i.test(line));
    return `the program ${this.end ?? 'closed its output'}${complaint === undefined ? '' : `: ${complaint.trim()}`}`;
  }
}
