/** The memory's bandwidth by C, on one thread and on two, on arrays that no cache holds. */
import { Child } from './child.ts';
import { compile } from './contenders.ts';
import { quartiles, type Quartiles } from './statistics.ts';

/** Gigabytes a second. */
export interface Bandwidth {
  /** a = b + s·c. The line that is written is read before, and counted: 16 bytes an element. */
  readonly triad: Quartiles;
  /** a = a + s·b: 12 bytes an element. */
  readonly update: Quartiles;
  readonly threads: number;
}

/** Measures it; nothing where there is no gcc. */
export async function bandwidth(elements = 3e7, rounds = 11): Promise<Bandwidth[]> {
  const program = compile('memory.c', 'memory');
  if (program === undefined) return [];
  const contenders = [1, 2].flatMap((threads) =>
    (['triad', 'update'] as const).map((mode) => ({
      threads,
      mode,
      child: new Child([program, mode, String(threads)]),
      rates: [] as number[],
    })),
  );
  try {
    for (const { child } of contenders) {
      await child.make(1, elements, 60);
      await child.run(2, 60);
    }
    for (let round = 0; round < rounds; round++) {
      for (const { child, rates } of contenders) rates.push((await child.bytes(60)) / (await child.run(1, 60)));
    }
  } finally {
    for (const { child } of contenders) child.close();
  }
  const of = (threads: number, mode: string): Quartiles =>
    quartiles(contenders.find((one) => one.threads === threads && one.mode === mode)?.rates ?? []);
  return [1, 2].map((threads) => ({ threads, triad: of(threads, 'triad'), update: of(threads, 'update') }));
}
