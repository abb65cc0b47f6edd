/**
 * What one new process measures for `start.ts`: the import of the library, and from making a method to the first step with 200 tensors. Prints
 * JSON: of each part, milliseconds of the clock and of this process's CPU time, which other programs on the machine disturb less.
 */
type Library = typeof import('thalweg');

/** The methods that are started, by name. */
export const starts = {
  adamw: ({ adamw }: Library) => adamw(),
  lamb: ({ lamb }: Library) => lamb(),
  'clip, adamw': ({ adamw, chain, clipByGlobalNorm }: Library) => chain(clipByGlobalNorm(1), adamw()),
  'muon and adamw': (library: Library) =>
    library.groups([
      { match: { rank: 2 }, use: library.muon() },
      { match: library.otherwise, use: library.adamw() },
    ]),
} as const;

/** What is measured, in this order. */
export const parts = ['import', 'make', 'init', 'first step'] as const;

/** Milliseconds of one part. */
export interface Lap {
  readonly clock: number;
  readonly cpu: number;
}

async function run(name: keyof typeof starts): Promise<Lap[]> {
  const marks: { readonly clock: number; readonly cpu: NodeJS.CpuUsage }[] = [];
  const mark = (): void => void marks.push({ clock: performance.now(), cpu: process.cpuUsage() });
  mark();
  const library = await import('thalweg');
  mark();
  const method = starts[name](library);
  mark();
  const shapes = Array.from({ length: 200 }, (_, i) => [`p${String(i)}`, library.tensor(i % 2 === 0 ? [32, 32] : [32])] as const);
  const opt = await method.init(Object.fromEntries(shapes));
  mark();
  opt.step();
  mark();
  return parts.map((_, i) => {
    const [from, to] = [marks[i]!, marks[i + 1]!];
    return { clock: to.clock - from.clock, cpu: (to.cpu.user + to.cpu.system - from.cpu.user - from.cpu.system) / 1000 };
  });
}

const [, , wanted] = process.argv;
const name = Object.keys(starts).find((one): one is keyof typeof starts => one === wanted);
if (name !== undefined) console.log(JSON.stringify(await run(name)));
