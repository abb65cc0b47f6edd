/**
 * A run that keeps everything: point, loss, gradient and every name of the equations at each step, so that time can be scrubbed. A name
 * that lasts one step only is made a state for that, which changes no number. Knows methods and objectives; draws nothing.
 */
import { type Method } from 'thalweg';
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
  /** Every other name in the equations after each step; a scalar is repeated for each coordinate. */
  readonly names: ReadonlyMap<string, Float64Array>;
  /** Those of the names that are one number for all coordinates. */
  readonly scalars: ReadonlySet<string>;
}

/** How to run. */
export interface TraceOptions {
  readonly steps: number;
  /** Standard deviation of the noise added to each coordinate of the gradient; 0 by default. */
  readonly noise?: number;
  readonly seed?: number;
  /** Keep every name of the equations; false by default. */
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
  const opt = await (anatomy ? instrumented(method) : method).init({ w: Float64Array.from(start) }, { nonFinite: 'propagate' });
  const size = start.length;
  const [point, gradient] = [opt.params.w, opt.grads.w];
  const w = new Float64Array((steps + 1) * size);
  const g = new Float64Array((steps + 1) * size);
  const loss = new Float64Array(steps + 1);
  const names = new Map<string, Float64Array>(
    anatomy ? Object.keys(opt.state).map((name) => [bare(name), new Float64Array((steps + 1) * size)]) : [],
  );
  const scalars = new Set<string>();
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
    if (anatomy) keep(opt.state, { names, scalars }, rows, size);
    loss[rows] = objective(point, gradient);
  }
  const last = loss[rows - 1]!;
  opt.dispose();
  return { size, rows, diverged: !Number.isFinite(last) || Math.abs(last) > tooHigh, w, loss, g, names, scalars };
}

function keep(
  state: Readonly<Record<string, Readonly<Record<string, Float32Array | Float64Array>>>>,
  { names, scalars }: { readonly names: ReadonlyMap<string, Float64Array>; readonly scalars: Set<string> },
  row: number,
  size: number,
): void {
  for (const [name, arrays] of Object.entries(state)) {
    const rows = names.get(bare(name))!;
    const values = arrays['w'] ?? arrays['value'];
    if (size > 1 && values?.length === 1) scalars.add(bare(name));
    for (let i = 0; i < size; i++) rows[row * size + i] = values?.[values.length === 1 ? 0 : i] ?? NaN;
  }
}

/** A state's name in the equations: the library puts the method's before it. */
export function bare(state: string): string {
  return state.slice(state.indexOf('.') + 1);
}

/** The same method with every name lasting, so that it can be read after a step. A name that is assigned twice stays as it is. */
export function instrumented(method: Method): Method {
  const [part] = method.parts;
  if (part === undefined || method.parts.length !== 1) return method;
  const assigned = (name: string): number => part.equations.split(/[\n;]/).filter((line) => targetOf(line) === name).length;
  const equations = part.equations.replaceAll(/^(\s*)(\S+)(\s*)=(?!=)/gmu, (whole, indent: string, name: string, space: string) =>
    name === 'g' || assigned(name) > 1 ? whole : `${indent}${name}${space}←`,
  );
  return method.rewrite(() => equations);
}

function targetOf(line: string): string | undefined {
  return /^\s*(\S+)\s*(?:=(?!=)|←)/u.exec(line)?.[1];
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
