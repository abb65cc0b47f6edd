/**
 * A run that keeps everything: point, loss, gradient and what every equation was worth at each step, so that time can be scrubbed. Knows methods and
 * objectives; draws nothing.
 */
import { instrument, type Expression, type InspectedPart, type Method } from 'thalweg';
import { gaussian } from './noise.ts';
import type { Objective } from './surface.ts';

/** What happened at each step. Row 0 is the start; row t is after step t. */
export interface Trace {
  readonly size: number;
  /** Rows recorded, the start included; fewer than asked for where the run diverged. */
  readonly rows: number;
  /** Whether the loss stopped being finite or left 1e12 behind. */
  readonly diverged: boolean;
  /** Points, row after row. */
  readonly w: Float64Array;
  /** The loss at each point, without noise. */
  readonly loss: Float64Array;
  /** The gradients that led from row t − 1 to row t, with their noise; row 0 is zero. */
  readonly g: Float64Array;
  /** The states and temporaries of the equations after each step, by a name that no other has; a scalar is repeated for each coordinate. */
  readonly names: ReadonlyMap<string, Float64Array>;
  /** Those of the names that are one number for all coordinates. */
  readonly scalars: ReadonlySet<string>;
  /** The equations with what each was worth, where asked for. */
  readonly parts: readonly PartTrace[];
}

/** What the equations of an optimizer or transform were worth, row by row; row 0 is zero. */
export interface PartTrace {
  readonly part: InspectedPart;
  /** What each name was worth before the equations assigned it; t, π and hyperparameters that are numbers are known. */
  readonly before: ReadonlyMap<string, Float64Array>;
  /** What each equation gave. */
  readonly values: readonly Float64Array[];
  /** What sums, norms and operations on matrices gave. */
  readonly inside: ReadonlyMap<Expression, Float64Array>;
}

/** How to run. */
export interface TraceOptions {
  readonly steps: number;
  /** Standard deviation of the noise added to each coordinate of the gradient; 0 by default. */
  readonly noise?: number;
  readonly seed?: number;
  /** Keep what the equations were worth; false by default. */
  readonly anatomy?: boolean;
  /** Awaited now and then, so that a page can draw, or give up by throwing. */
  readonly pause?: () => Promise<void>;
}

const tooHigh = 1e12;
/** Rows between two pauses. */
const slice = 32;

/** Runs `method` on `objective` from `start` and keeps what happened. */
export async function trace(method: Method, objective: Objective, start: ArrayLike<number>, options: TraceOptions): Promise<Trace> {
  const { steps, noise = 0, seed = 1, anatomy = false, pause } = options;
  const size = start.length;
  const record = anatomy ? new Recorder(method, (steps + 1) * size, size) : undefined;
  const opt = await (record?.method ?? method).init({ w: Float64Array.from(start) }, { nonFinite: 'propagate' });
  record?.watch(opt);
  const [point, gradient] = [opt.params.w, opt.grads.w];
  const w = new Float64Array((steps + 1) * size);
  const g = new Float64Array((steps + 1) * size);
  const loss = new Float64Array(steps + 1);
  const needsLoss = method.inputs.includes('loss');
  w.set(point);
  loss[0] = objective(point, gradient);
  let rows = 1;
  for (; rows <= steps; rows++) {
    if (pause !== undefined && rows % slice === 0) await pause();
    const before = loss[rows - 1]!;
    if (!Number.isFinite(before) || Math.abs(before) > tooHigh) break;
    if (noise > 0) for (let i = 0; i < size; i++) gradient[i] = gradient[i]! + noise * gaussian(seed, rows, i);
    g.set(gradient, rows * size);
    opt.step(opt.grads, needsLoss ? { loss: before } : {});
    w.set(point, rows * size);
    record?.keep(opt, rows);
    loss[rows] = objective(point, gradient);
  }
  const last = loss[rows - 1]!;
  opt.dispose();
  const { names = new Map<string, Float64Array>(), scalars = new Set<string>(), parts = [] } = record ?? {};
  return { size, rows, diverged: !Number.isFinite(last) || Math.abs(last) > tooHigh, w, loss, g, names, scalars, parts };
}

type State = Readonly<Record<string, Readonly<Record<string, Float32Array | Float64Array>>>>;

/** What the probes of a method tell, row by row. */
class Recorder {
  readonly method: Method;
  readonly names = new Map<string, Float64Array>();
  readonly scalars = new Set<string>();
  readonly parts: readonly PartTrace[];
  private readonly kept = new Map<string, Float64Array>();
  private readonly arrays: (readonly [values: ArrayLike<number>, rows: Float64Array])[] = [];
  private readonly numbers: (readonly [key: string, rows: Float64Array])[] = [];
  private readonly size: number;

  constructor(given: Method, length: number, size: number) {
    const { method, inspection, probes } = instrument(given);
    this.method = method;
    this.size = size;
    const array = (key: string): Float64Array => {
      const values = this.kept.get(key) ?? new Float64Array(length);
      this.kept.set(key, values);
      return values;
    };
    const arrays = <K>(keys: ReadonlyMap<K, string>): Map<K, Float64Array> => new Map([...keys].map(([of, key]) => [of, array(key)]));
    const [own] = inspection.groups;
    this.parts = (own?.parts ?? []).map((part, i) => {
      const { before, values, inside } = probes[0]![i]!;
      return { part, before: arrays(before), values: values.map(array), inside: arrays(inside) };
    });
    for (const { part, values } of this.parts) {
      part.equations.forEach(({ target: { role, unique }, kind }, i) => {
        if (role !== 'state' && role !== 'temporary') return;
        this.names.set(unique, values[i]!);
        if (kind !== 'array' && size > 1) this.scalars.add(unique);
      });
    }
  }

  /** Looks up where the states are. Arrays stay where they are; of numbers each reading is a copy. */
  watch(opt: { readonly state: State }): void {
    const state = opt.state;
    for (const [key, rows] of this.kept) {
      const array = state[key]?.['w'];
      if (array === undefined || array.length === 1) this.numbers.push([key, rows]);
      else this.arrays.push([array, rows]);
    }
  }

  /** Keeps what the states of a step are. */
  keep(opt: { readonly state: State }, row: number): void {
    const { size } = this;
    for (const [array, rows] of this.arrays) for (let i = 0; i < size; i++) rows[row * size + i] = array[i] ?? NaN;
    if (this.numbers.length === 0) return;
    const { state } = opt;
    for (const [key, rows] of this.numbers)
      rows.fill((state[key]?.['w'] ?? state[key]?.['value'])?.[0] ?? NaN, row * size, (row + 1) * size);
  }
}

/** One coordinate of a recorded array, row by row. */
export function coordinate({ size, rows }: Trace, values: Float64Array, index: number): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => values[row * size + index]!);
}

/** The share of neighbouring rows at which the sign changes. */
export function flipRate(values: ArrayLike<number>): number {
  let flips = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! * values[i - 1]! < 0) flips += 1;
  return values.length < 2 ? 0 : flips / (values.length - 1);
}
