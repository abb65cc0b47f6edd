/**
 * The line protocol that every contender speaks, in whatever language. One command a line on standard input, one answer a line:
 *
 *   make TENSORS EACH    new parameters, that many tensors of that many elements         ok
 *   grad KIND BLOCK      sets the gradients (`gradient` in work.ts)                       ok
 *   run STEPS            takes steps                                                       nanoseconds for all of them
 *   read                 the parameters                                                    numbers, the tensors one after the other
 *   bytes                what a step reads and writes, where that is known                 bytes
 *
 * What cannot be done is answered with `no` and the reason. The program ends with its input.
 */
import { createInterface } from 'node:readline';
import type { Gradients } from '../work.ts';

/** A contender written in JavaScript. */
export interface Program {
  make(tensors: number, each: number): void | Promise<void>;
  gradients(kind: Gradients, block: number): void | Promise<void>;
  step(): void;
  /** Waits for what `step` only began, where that is so. */
  settle?(): Promise<unknown>;
  read(): Iterable<number> | Promise<Iterable<number>>;
  bytes?(): number;
}

/** Answers commands until the input ends. */
export async function serve(program: Program): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    let answer: string;
    try {
      answer = await answerTo(program, line.split(' '));
    } catch (error) {
      answer = `no ${error instanceof Error ? error.message.replaceAll(/\s+/g, ' ') : String(error)}`;
    }
    process.stdout.write(`${answer}\n`);
  }
}

async function answerTo(program: Program, [command, first = '', second = '']: readonly string[]): Promise<string> {
  switch (command) {
    case 'make':
      await program.make(Number(first), Number(second));
      return 'ok';
    case 'grad':
      await program.gradients(first as Gradients, Number(second));
      return 'ok';
    case 'run':
      return String(await timed(program, Number(first)));
    case 'read':
      return [...(await program.read())].join(' ');
    case 'bytes':
      return String(program.bytes?.() ?? 'no bytes known');
    default:
      return `no command ${String(command)}`;
  }
}

async function timed(program: Program, steps: number): Promise<number> {
  const started = process.hrtime.bigint();
  for (let s = 0; s < steps; s++) program.step();
  if (program.settle !== undefined) await program.settle();
  return Number(process.hrtime.bigint() - started);
}
