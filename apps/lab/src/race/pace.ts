/**
 * How a learning rate runs over the steps: a shape of the library with its numbers, or an equation of the reader's own. Plain data; one
 * table gives both the schedule and the code for it. Knows the library; knows no page.
 */
import {
  cosine,
  cosineRestarts,
  exponential,
  inverseSqrt,
  linear,
  schedule,
  warmupCosine,
  warmupStableDecay,
  type Schedule,
} from 'thalweg';

/** Shapes by name. */
export const shapes = [
  'constant',
  'cosine',
  'warm-up + cosine',
  'warm-up, hold, fall',
  'linear',
  'exponential',
  '1/√t',
  'restarts',
  'equation',
] as const;

/** A shape of schedule. */
export type Shape = (typeof shapes)[number];

/** A schedule as data. */
export interface Pace {
  readonly shape: Shape;
  /** The share of the steps that the rate rises for. */
  readonly warmup: number;
  /** The share of the peak at which it ends. */
  readonly end: number;
  /** An equation of t, with the peak η and the number of steps T, for the shape `equation`. */
  readonly equation: string;
}

/** No schedule at all. */
export const steady: Pace = { shape: 'constant', warmup: 0.1, end: 0.01, equation: 'η / √t' };

/** The numbers of a pace that its shape uses. */
export const uses: Readonly<Record<Shape, readonly ('warmup' | 'end')[]>> = {
  constant: [],
  cosine: ['end'],
  'warm-up + cosine': ['warmup', 'end'],
  'warm-up, hold, fall': ['warmup', 'end'],
  linear: ['end'],
  exponential: ['end'],
  '1/√t': ['warmup'],
  restarts: ['end'],
  equation: [],
};

interface Built {
  readonly name: string;
  readonly options: Readonly<Record<string, number>>;
  readonly made: Schedule;
}

function built({ shape, warmup, end }: Pace, peak: number, total: number): Built | undefined {
  const rise = Math.min(Math.max(1, total - 1), Math.max(1, Math.round(warmup * total)));
  const last = Number((peak * end).toPrecision(4));
  const of = <O extends Readonly<Record<string, number>>>(name: string, make: (options: O) => Schedule, options: O): Built => ({
    name,
    options,
    made: make(options),
  });
  switch (shape) {
    case 'cosine':
      return of('cosine', cosine, { peak, end: last, total });
    case 'warm-up + cosine':
      return total < 2 ? undefined : of('warmupCosine', warmupCosine, { peak, warmup: rise, total, end: last });
    case 'warm-up, hold, fall':
      return of('warmupStableDecay', warmupStableDecay, {
        peak,
        warmup: rise,
        stable: Math.max(0, total - 2 * rise),
        decay: rise,
        end: last,
      });
    case 'linear':
      return of('linear', linear, { from: peak, to: last, steps: total });
    case 'exponential':
      return of('exponential', exponential, { from: peak, rate: Math.max(1e-6, end), steps: total });
    case '1/√t':
      return of('inverseSqrt', inverseSqrt, { peak, warmup: rise });
    case 'restarts':
      return of('cosineRestarts', cosineRestarts, { peak, end: last, period: Math.max(1, Math.round(total / 4)) });
    default:
      return undefined;
  }
}

/** The learning rate over `total` steps: a number where it is constant. Throws what the library throws about an equation. */
export function paced(pace: Pace, peak: number, total: number): number | Schedule {
  if (pace.shape === 'equation') return schedule(pace.equation, { η: peak, T: total }, peak);
  return built(pace, peak, total)?.made ?? peak;
}

/** The same as code, and the name to import for it. */
export function paceCode(pace: Pace, peak: number, total: number): { readonly code: string; readonly imports: readonly string[] } {
  if (pace.shape === 'equation') {
    return {
      code: `schedule(${JSON.stringify(pace.equation)}, { η: ${String(peak)}, T: ${String(total)} }, ${String(peak)})`,
      imports: ['schedule'],
    };
  }
  const found = built(pace, peak, total);
  if (found === undefined) return { code: String(peak), imports: [] };
  const options = Object.entries(found.options).map(([name, value]) => `${name}: ${String(value)}`);
  return { code: `${found.name}({ ${options.join(', ')} })`, imports: [found.name] };
}
