/**
 * Products of float32 matrices, G·Gᵀ·G, in our kernel, in OpenBLAS and in JavaScript, against the most that WebAssembly SIMD computes here;
 * and the step of Muon on the shapes of a transformer. All take turns.
 */
import { Child, ContenderError } from './child.ts';
import { compile, thalweg } from './contenders.ts';
import { peak } from './peak.ts';
import { figure, table } from './table.ts';
import { quartiles, type Quartiles } from './statistics.ts';

/** GFLOP/s by column, for one shape. */
export interface MatmulRow {
  readonly rows: number;
  readonly columns: number;
  readonly rates: Readonly<Record<string, Quartiles | string>>;
}

/** What was measured. */
export interface MatmulResults {
  readonly peak: Quartiles;
  readonly products: readonly MatmulRow[];
  readonly muon: readonly MatmulRow[];
  readonly absent: readonly string[];
}

const squares = [256, 512, 1024, 2048].map((n) => [n, n] as const);
const shapes = [[768, 768], [768, 3072], [1024, 4096], [3072, 768]] as const; // prettier-ignore
const patience = 120;
/** JavaScript takes minutes beyond. */
const mostInJavaScript = 5e8;

interface Player {
  readonly name: string;
  readonly command: (rows: number) => readonly [string, ...string[]];
  /** What the two numbers of `make` are. */
  readonly make: (rows: number, columns: number) => readonly [number, number];
  readonly most: number;
}

const equations = 'w ← g @ gᵀ @ g';
const whole = (rows: number, columns: number): readonly [number, number] => [1, rows * columns];

function player(name: string, init: object, method: object, most = Infinity): Player {
  return { name, command: (rows) => thalweg(name, init, { ...method, rows }).command, make: whole, most };
}

const threaded = (method: object): Player[] =>
  (['wasm', 'native'] as const).flatMap((backend) =>
    [1, 2].map((threads) => {
      const name = `Thalweg${backend === 'native' ? ' native' : ''}${threads === 1 ? '' : ', 2 threads'}`;
      return player(name, { backend, threads }, method);
    }),
  );

/** OpenBLAS on one and two threads; none where it or gcc is missing. */
function openBlas(): Player[] {
  const program = compiled();
  if (program === undefined) return [];
  return [1, 2].map((threads) => ({
    name: threads === 1 ? 'OpenBLAS' : 'OpenBLAS, 2 threads',
    command: () => [program, String(threads)],
    make: (rows, columns) => [rows, columns],
    most: Infinity,
  }));
}

/** The program of OpenBLAS's products. */
export function compiled(): string | undefined {
  try {
    return compile('gemm.c', 'gemm', [], ['-lopenblas']);
  } catch {
    return undefined;
  }
}

/** Measures everything; `onShape` is told what is next. */
export async function measureProducts(rounds: number, quick: boolean, onShape: (done: number, doing: string) => void): Promise<MatmulResults> {
  const blas = openBlas();
  const best = peak();
  const peaks: number[] = [];
  const products = [...threaded({ equations }), ...blas, player('JavaScript', { backend: 'fround' }, { equations }, mostInJavaScript)];
  const jobs = [
    ...[...squares, ...shapes].map((shape) => ({ shape, players: products, flops: flopsOfProducts, into: 'products' as const })),
    ...shapes.map((shape) => ({ shape, players: threaded({ optimizer: 'muon', options: {} }), flops: flopsOfMuon, into: 'muon' as const })),
  ].slice(0, quick ? 1 : undefined);
  const results: { products: MatmulRow[]; muon: MatmulRow[] } = { products: [], muon: [] };
  for (const [i, { shape, players, flops, into }] of jobs.entries()) {
    const [rows, columns] = shape;
    onShape(i / jobs.length, `${into}, ${String(rows)} × ${String(columns)}`);
    results[into].push({ rows, columns, rates: await rates(players, rows, columns, flops(rows, columns), rounds, () => peaks.push(best())) });
  }
  const absent = blas.length > 0 ? [] : ['OpenBLAS: there is no gcc or no libopenblas (apt-get install gcc libopenblas-dev)'];
  return { peak: quartiles(peaks), ...results, absent };
} // prettier-ignore

/** Two products of an r × c matrix with its transpose and back. */
const flopsOfProducts = (r: number, c: number): number => 4 * r * r * c;

/** Five Newton–Schulz iterations on the narrow side: X·Xᵀ, its square, and a product with X. */
function flopsOfMuon(rows: number, columns: number): number {
  const [r, c] = [Math.min(rows, columns), Math.max(rows, columns)];
  return 5 * (4 * r * r * c + 2 * r ** 3);
}

async function rates(players: readonly Player[], rows: number, columns: number, flops: number, rounds: number, between: () => void): Promise<MatmulRow['rates']> {
  const running = players.flatMap((one) => (flops <= one.most ? [{ ...one, child: new Child(one.command(rows)), rates: [] as number[], failed: '' }] : []));
  const steps = Math.max(1, Math.round(2e9 / flops));
  for (let round = -1; round < rounds; round++) {
    for (const one of running) {
      if (one.failed !== '') continue;
      try {
        if (round < 0) {
          const [first, second] = one.make(rows, columns);
          await one.child.make(first, second, patience);
          if (one.make === whole) await one.child.gradients('normal', 0, patience);
          await one.child.run(steps, patience);
        } else one.rates.push((flops * steps) / (await one.child.run(steps, patience)));
      } catch (error) {
        if (!(error instanceof ContenderError)) throw error;
        one.failed = error.message;
      }
    }
    if (round >= 0) between();
  }
  for (const { child } of running) child.close();
  return Object.fromEntries(running.map((one) => [one.name, one.failed === '' ? quartiles(one.rates) : one.failed]));
} // prettier-ignore

/** The results as tables. */
export function matmulTables({ peak: most, products, muon, absent }: MatmulResults): string[] {
  const columns = [...new Set(products.flatMap(({ rates: own }) => Object.keys(own)))];
  const cell = (rate: Quartiles | string | undefined): string => (typeof rate === 'string' ? rate : figure(rate ?? null));
  const share = (rate: Quartiles | string | undefined): string => (typeof rate === 'object' ? `${((100 * rate[1]) / most[1]).toFixed(0)} %` : '–');
  const line = (names: readonly string[]) => ({ rows, columns: wide, rates: own }: MatmulRow): string[] =>
    [`${String(rows)} × ${String(wide)}`, share(own['Thalweg']), ...names.map((name) => cell(own[name]))];
  const mine = ['Thalweg', 'Thalweg, 2 threads', 'Thalweg native', 'Thalweg native, 2 threads'];
  return [
    `GFLOP/s in float32; higher is better. The peak of WebAssembly SIMD with one thread is ${figure(most)} here, with equally many multiplications and additions. OpenBLAS uses fused multiply-add and the full vector width, which WebAssembly does not have.`,
    ...absent.map((one) => `Left out: ${one}.`),
    table(['G·Gᵀ·G', 'share of the peak, one thread', ...columns], products.map(line(columns))),
    ...(muon.length === 0 ? [] : [table(["Muon's step", 'share of the peak, one thread', ...mine], muon.map(line(mine)))]),
  ];
} // prettier-ignore
