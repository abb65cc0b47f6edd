/**
 * Every optimizer of the library against its own byte count: a pass of C that moves the same number of bytes (`a = a + s·b`) takes turns with
 * its steps. A ratio of 1 is the speed of memory, or of the cache where the arrays fit.
 */
import { optimizers as library } from '@thalweg/guide';
import { Child, ContenderError } from './child.ts';
import { compile, thalweg } from './contenders.ts';

/** One optimizer on one size and number of threads. */
export interface CatalogueRow {
  readonly optimizer: string;
  readonly parameters: number;
  readonly threads: number;
  /** Bytes of arrays per parameter that its passes read and write. */
  readonly bytes?: number;
  /** Nanoseconds per parameter: the step, and the pass of C in the same round. */
  readonly times: readonly number[];
  readonly limits: readonly number[];
  /** It has routines, so that the bytes of its passes are not all it does. */
  readonly more?: string;
  readonly failed?: string;
}

/** The names of all optimizers. */
export const optimizers: readonly string[] = [...library.keys()];

/** Those that are themselves only on matrices, and what besides elementwise passes they do. */
const matrices: Readonly<Record<string, string>> = {
  muon: 'products of matrices',
  shampoo: 'roots of matrices',
  soap: 'eigenvectors',
  adafactor: 'sums of rows and columns',
  sm3: 'maxima of rows and columns',
};
const more: Readonly<Record<string, string>> = { ...matrices, noisySgd: 'draws noise' };

const rounds = 9;
/** Milliseconds after which three rounds are enough. */
const budget = 8000;
const patience = 30;
/** Seconds for a step: Muon's products of 3162 × 3162 are 10¹² operations. */
const patienceFor = (optimizer: string): number => (optimizer === 'muon' ? 90 : patience);
/** Milliseconds of a step from which on it needs no warming up, and three rounds of one step each are enough. */
const slow = 1000;

/** Runs one optimizer at these sizes. */
export async function measure(optimizer: string, sizes: readonly number[], threads: number): Promise<CatalogueRow[]> {
  const square = Object.hasOwn(matrices, optimizer);
  const { command } = thalweg(optimizer, { backend: 'wasm', threads }, { optimizer, options: {}, ...(square ? { rows: 'square' } : {}) });
  const memory = new Child([compile('memory.c', 'memory') ?? 'gcc', 'update', String(threads)]);
  const child = new Child(command);
  const rows: CatalogueRow[] = [];
  try {
    for (const size of sizes) {
      const parameters = square ? Math.floor(Math.sqrt(size)) ** 2 : size;
      const shared = { optimizer, parameters, threads, ...(Object.hasOwn(more, optimizer) ? { more: more[optimizer] ?? '' } : {}) };
      try {
        rows.push({ ...shared, ...(await turns(child, memory, parameters, patienceFor(optimizer))) });
      } catch (error) {
        if (!(error instanceof ContenderError)) throw error;
        rows.push({ ...shared, times: [], limits: [], failed: error.message });
        break;
      }
    }
  } finally {
    child.close();
    memory.close();
  }
  return rows;
}

async function turns(
  child: Child,
  memory: Child,
  parameters: number,
  longest: number,
): Promise<Required<Pick<CatalogueRow, 'bytes' | 'times' | 'limits'>>> {
  await child.make(1, parameters, patience);
  await child.gradients('normal', 0, patience);
  const isSlow = (await child.run(1, longest)) > slow * 1e6;
  if (!isSlow) await child.run(2, patience);
  const bytes = await child.bytes(patience);
  const elements = Math.max(1, Math.round(bytes / 12));
  await memory.make(1, elements, patience);
  await memory.run(3, patience);
  const steps = Math.max(1, Math.round(5e6 / parameters));
  const taken = isSlow ? 1 : steps;
  const [times, limits]: [number[], number[]] = [[], []];
  const figure = (nanoseconds: number, count: number): number => Number((nanoseconds / count / parameters).toPrecision(4));
  const started = performance.now();
  for (let round = 0; round < rounds && (round < 3 || performance.now() - started < budget); round++) {
    await memory.run(1, patience);
    limits.push(figure(await memory.run(steps, patience), steps));
    if (!isSlow) await child.run(1, patience);
    times.push(figure(await child.run(taken, longest), taken));
  }
  return { bytes: Math.round((bytes / parameters) * 100) / 100, times, limits };
}
