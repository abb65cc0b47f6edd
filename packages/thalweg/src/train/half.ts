/** Arrays in half precision as users see them: bits in a Uint16Array. Rounds to nearest. */
import { decode, encode } from '../targets/loops/quantization.ts';
import type { HalfFormat } from '../plan/half.ts';
import type { Declared } from './tensor.ts';

/** Half-precision bits in the structure of the parameters, in memory of type `B`. */
export type HalfViews<P, B extends ArrayBufferLike = ArrayBufferLike> = { readonly [K in keyof P]: BitsOf<P[K], B> };

type BitsOf<D, B extends ArrayBufferLike> = D extends Declared ? Uint16Array<B> : HalfViews<D, B>;

/** Live views with two bytes per element: for bfloat16, the upper halves of float32s. */
export interface Half<P, B extends ArrayBufferLike = ArrayBufferLike> {
  /** The parameters, rounded to nearest by each step: those that a half-precision model computes with. */
  readonly params: HalfViews<P, B>;
  /** The gradients: fill them, then call `step()`. */
  readonly grads: HalfViews<P, B>;
}

const none = { at: 0, scalesAt: 0 };

/** The numbers that codes stand for. */
export function floatsOf(format: HalfFormat, codes: Uint16Array): Float32Array {
  const out = new Float32Array(codes.length);
  decode(format, { bytes: new Uint8Array(0), halves: codes }, none, 0, codes.length, out);
  return out;
}

/** Rounds numbers to the nearest codes. */
export function roundInto(format: HalfFormat, codes: Uint16Array, values: Float32Array): void {
  encode({ format, draw: undefined, scales: undefined }, { bytes: new Uint8Array(0), halves: codes }, none, 0, values, 0);
}
