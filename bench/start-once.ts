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

/** The methods with which a curve of five parameters is fitted in 100 steps. */
export const fits = {
  adam: ({ adam }: Library) => adam({ lr: 0.05 }),
  adamw: ({ adamw }: Library) => adamw({ lr: 0.05 }),
  sgd: ({ sgd }: Library) => sgd({ lr: 1e-4 }),
  lbfgs: ({ lbfgs }: Library) => lbfgs(),
} as const;

/** A fit without a method: its function alone, as often as the first-order methods call it. */
export const alone = 'none: the function alone';

/** What is fitted: by a method, or without one. */
export type Fit = keyof typeof fits | typeof alone;

/**
 * Milliseconds of a fit in a process that has just imported the library, the making of the method included; and the median of many more fits
 * there.
 */
async function fit(name: Fit): Promise<Lap[]> {
  const library = await import('thalweg');
  const x = Array.from({ length: 50 }, (_, i) => 0.08 * i);
  const y = x.map((one) => 2 * Math.exp(-one) + 0.3 * one * one - 0.5 * one + 0.1);
  const curve = (w: Float64Array, g: Float64Array): number => {
    const [a = 0, b = 0, c = 0, d = 0, e = 0] = w;
    let loss = 0;
    g.fill(0);
    x.forEach((one, i) => {
      const decay = Math.exp(-b * one);
      const error = a * decay + c * one * one + d * one + e - y[i]!;
      loss += error * error;
      [decay, -a * one * decay, one * one, one, 1].forEach((slope, j) => (g[j]! += 2 * error * slope));
    });
    return loss;
  };
  const start = Float64Array.of(1, 1, 0, 0, 0);
  const steps = 100;
  const gradient = new Float64Array(start.length);
  const once = async (): Promise<Lap> => {
    const [clock, cpu] = [performance.now(), process.cpuUsage()];
    if (name === alone) for (let call = 0; call <= steps; call++) curve(start, gradient);
    else await library.minimize(curve, start, { optimizer: fits[name](library), steps });
    const spent = process.cpuUsage(cpu);
    return { clock: performance.now() - clock, cpu: (spent.user + spent.system) / 1000 };
  };
  const cold = await once();
  const warm: Lap[] = [];
  for (let i = 0; i < 200; i++) warm.push(await once());
  return [cold, warm.slice(100).toSorted((a, b) => a.clock - b.clock)[50]!];
}

const [, , wanted, what] = process.argv;
const fitted = [...Object.keys(fits), alone].find((one): one is Fit => what === 'fit' && one === wanted);
if (fitted !== undefined) console.log(JSON.stringify(await fit(fitted)));
const name = Object.keys(starts).find((one): one is keyof typeof starts => what === undefined && one === wanted);
if (name !== undefined) console.log(JSON.stringify(await run(name)));
